"""The sweep over deliveries: those whose next try is overdue have lost its task, and get another one."""

from datetime import timedelta
from typing import Any

from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.tasks import TaskQueue
from shared.repositories.batches import org_of
from shared.repositories.webhooks import WebhookDeliveryRepository
from shared.services.webhook_tasks import WebhookTasks

# Longer than a busy queue holds a try back, or a claim stands.
OVERDUE = timedelta(minutes=10)
_AT_ONCE = 500

_log = logger(__name__)


class WebhookSweepService:
    """Runs each minute: a task may be lost (a purged queue, a crash between two writes), a delivery may not."""

    def __init__(self, documents: DocumentStore, *, tasks: TaskQueue, clock: Clock) -> None:
        self._deliveries = WebhookDeliveryRepository(documents)
        self._tasks = WebhookTasks(tasks)
        self._clock = clock

    def sweep(self) -> int:
        """Ask anew for every overdue try; how many there were. A try that is carried out meanwhile drops the repeat."""
        now = self._clock.now()
        # One repeat in so many minutes, however often the sweep runs.
        turn = int(now.timestamp() // OVERDUE.total_seconds())
        count = 0
        cursor: tuple[Any, ...] | None = None
        while True:
            overdue = self._deliveries.overdue(now - OVERDUE, limit=_AT_ONCE, start_after=cursor)
            for read in overdue:
                self._tasks.ask_again(org_of(read.path), read.value, turn=turn)
            count += len(overdue)
            if len(overdue) < _AT_ONCE:
                break
            cursor = (overdue[-1].value.next_at, overdue[-1].path)
        if count:
            _log.warning("webhook_tries_overdue", deliveries=count)
        return count
