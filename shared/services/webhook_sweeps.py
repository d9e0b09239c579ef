"""The sweep over deliveries: those whose next try is overdue have lost its task, and get another one."""

from datetime import timedelta

from shared.domain.webhooks import WebhookDelivery
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.tasks import TaskQueue
from shared.repositories.batches import org_of
from shared.repositories.collections import Read
from shared.repositories.webhooks import WebhookDeliveryRepository
from shared.services.overdue import SECONDS, Overdue
from shared.services.webhook_tasks import WebhookTasks

JOB = "reconcile_deliveries"
# Longer than a busy queue holds a try back, or a claim stands.
OVERDUE = timedelta(minutes=10)

_log = logger(__name__)


class WebhookSweepService:
    """Runs each minute: a task may be lost (a purged queue, a crash between two writes), a delivery may not."""

    def __init__(self, documents: DocumentStore, *, tasks: TaskQueue, clock: Clock) -> None:
        find = WebhookDeliveryRepository(documents).overdue
        self._overdue = Overdue[WebhookDelivery](documents, clock, job=JOB, find=find)
        self._tasks = WebhookTasks(tasks)
        self._clock = clock

    def sweep(self, *, seconds: float = SECONDS) -> int:
        """Ask anew for overdue tries, for about so long at most; how many there were. The next run goes on.

        A try that is carried out meanwhile drops the repeat.
        """
        now = self._clock.now()
        # One repeat in so many minutes, however often the sweep runs.
        turn = int(now.timestamp() // OVERDUE.total_seconds())

        def ask(overdue: list[Read[WebhookDelivery]]) -> None:
            self._tasks.ask_again([(org_of(read.path), read.value) for read in overdue], turn=turn)

        count = self._overdue.ask(now - OVERDUE, ask, seconds=seconds)
        if count:
            _log.warning("webhook_tries_overdue", deliveries=count)
        return count
