"""The sweep: batches whose next step is overdue get one. Nothing else: steps repair items."""

from shared.domain.batches import Batch
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.repositories.batches import BatchRepository, org_of
from shared.repositories.collections import Read
from shared.services.overdue import SECONDS, Overdue
from shared.services.step_requests import StepRequests

JOB = "reconcile_batches"

_log = logger(__name__)


class ReconcileService:
    """Runs each minute and at every start."""

    def __init__(self, documents: DocumentStore, requests: StepRequests, clock: Clock) -> None:
        self._overdue = Overdue[Batch](documents, clock, job=JOB, find=BatchRepository(documents).overdue)
        self._requests = requests
        self._clock = clock

    def sweep(self, *, seconds: float = SECONDS) -> int:
        """Ask for a step of overdue batches, for about so long at most; how many there were. The next run goes on."""
        count = self._overdue.ask(self._clock.now(), self._ask, seconds=seconds)
        if count:
            _log.info("steps_overdue", batches=count)
        return count

    def _ask(self, overdue: list[Read[Batch]]) -> None:
        self._requests.soon_for((org_of(read.path), read.value.id) for read in overdue)
