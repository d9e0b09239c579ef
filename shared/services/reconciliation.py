"""The sweep: batches whose next step is overdue get one. Nothing else: steps repair items."""

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
        overdue = self._batches.overdue(now, limit=_AT_ONCE)
        for read in overdue:
            self._requests.soon(org_of(read.path), read.value.id)
        if overdue:
            _log.info("steps_overdue", batches=len(overdue))
        return len(overdue)
