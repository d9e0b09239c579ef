"""The sweep: batches whose next step is overdue get one. Nothing else: steps repair items."""

from typing import Any

from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.repositories.batches import BatchRepository, org_of
from shared.services.step_requests import StepRequests

_AT_ONCE = 500

_log = logger(__name__)


class ReconcileService:
    """Runs each minute and at every start."""

    def __init__(self, documents: DocumentStore, requests: StepRequests, clock: Clock) -> None:
        self._batches = BatchRepository(documents)
        self._requests = requests
        self._clock = clock

    def sweep(self) -> int:
        """Ask for a step of every overdue batch; how many there were."""
        now = self._clock.now()
        count = 0
        cursor: tuple[Any, ...] | None = None
        while True:
            overdue = self._batches.overdue(now, limit=_AT_ONCE, start_after=cursor)
            for read in overdue:
                self._requests.soon(org_of(read.path), read.value.id)
            count += len(overdue)
            if len(overdue) < _AT_ONCE:
                break
            cursor = (overdue[-1].value.next_step_at, overdue[-1].path)
        if count:
            _log.info("steps_overdue", batches=count)
        return count
