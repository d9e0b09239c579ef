"""Ending the items of a cancelled batch that nobody works on."""

from shared.domain import item_machine
from shared.domain.modes import ItemStatus
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.repositories.collections import guarded
from shared.repositories.commits import Lead, commit_groups
from shared.repositories.items import ItemRepository

_AT_ONCE = 400


class CancellationService:
    """Carries out a cancellation; items that run are left to finish and are kept."""

    def __init__(self, documents: DocumentStore, clock: Clock) -> None:
        self._documents = documents
        self._items = ItemRepository(documents)
        self._clock = clock

    def carry_out(self, org: str, batch: str, lead: Lead) -> None:
        """Every pending item that is planned ends as cancelled; may be repeated. Raises GuardRefused when the lead is lost."""
        while True:
            pending = self._items.with_status(org, batch, ItemStatus.PENDING, limit=_AT_ONCE)
            now = self._clock.now()
            groups = [
                [guarded(read, fields)]
                for read in pending
                if (fields := item_machine.cancelled(read.value, now=now)) is not None
            ]
            won = commit_groups(self._documents, groups, lead=lead)
            if len(pending) < _AT_ONCE or not any(won):
                return
