"""Running items whose workers never reported."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.domain.items import Item
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.repositories.collections import Read, guarded
from shared.repositories.commits import commit_groups
from shared.repositories.items import ItemRepository

if TYPE_CHECKING:
    from shared.services.outcomes import OutcomeService
    from shared.services.provider_jobs import ProviderJobService

_AT_ONCE = 200


class LostWorkService:
    """Takes back what leases ended for: a job that runs on its provider's side is looked at again, anything else was lost.

    What writes that down is loaded where a lease has ended, which seldom comes.
    """

    def __init__(
        self,
        documents: DocumentStore,
        *,
        outcomes: "Callable[[], OutcomeService]",
        provider_jobs: "Callable[[], ProviderJobService]",
        clock: Clock,
    ) -> None:
        self._documents = documents
        self._items = ItemRepository(documents)
        self._outcomes = outcomes
        self._provider_jobs = provider_jobs
        self._clock = clock

    def take_back(self, org: str, batch: str) -> None:
        """Each such item of the batch goes on with its job, goes back, or fails when that was its last try."""
        now = self._clock.now()
        while True:
            expired = self._items.expired(org, batch, now, limit=_AT_ONCE)
            if not expired:
                return
            jobs = self._provider_jobs()
            self._outcomes().take_back([read for read in expired if not jobs.is_taken_up(read.value)])
            self._take_up(jobs, [read for read in expired if jobs.is_taken_up(read.value)])
            if len(expired) < _AT_ONCE:
                return

    def _take_up(self, jobs: "ProviderJobService", reads: list[Read[Item]]) -> None:
        won = commit_groups(self._documents, [[guarded(read, jobs.taking_up(read.value))] for read in reads])
        for read, is_ours in zip(reads, won, strict=True):
            if is_ours:
                jobs.ask_after(read.value)
