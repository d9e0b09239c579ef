"""Running items whose workers never reported."""

from shared.domain.items import Item
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.repositories.collections import Read, guarded
from shared.repositories.commits import commit_groups
from shared.repositories.items import ItemRepository
from shared.services.outcomes import OutcomeService
from shared.services.provider_jobs import ProviderJobService

_AT_ONCE = 200


class LostWorkService:
    """Takes back what leases ended for: a job that runs on its provider's side is looked at again, anything else was lost."""

    def __init__(
        self, documents: DocumentStore, *, outcomes: OutcomeService, provider_jobs: ProviderJobService, clock: Clock
    ) -> None:
        self._documents = documents
        self._items = ItemRepository(documents)
        self._outcomes = outcomes
        self._jobs = provider_jobs
        self._clock = clock

    def take_back(self, org: str, batch: str) -> None:
        """Each such item of the batch goes on with its job, goes back, or fails when that was its last try."""
        now = self._clock.now()
        while True:
            expired = self._items.expired(org, batch, now, limit=_AT_ONCE)
            self._outcomes.take_back([read for read in expired if not self._jobs.is_taken_up(read.value)])
            self._take_up([read for read in expired if self._jobs.is_taken_up(read.value)])
            if len(expired) < _AT_ONCE:
                return

    def _take_up(self, reads: list[Read[Item]]) -> None:
        won = commit_groups(self._documents, [[guarded(read, self._jobs.taking_up(read.value))] for read in reads])
        for read, is_ours in zip(reads, won, strict=True):
            if is_ours:
                self._jobs.ask_after(read.value)
