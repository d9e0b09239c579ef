"""What sweeps go through: all that is overdue, the longest first; some at a run, the rest at the next."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from shared.domain.documents import Stored
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Set
from shared.repositories import paths
from shared.repositories.collections import Read, ReadPage
from shared.repositories.job_positions import JobPosition, JobPositionRepository
from shared.services.rounds import Time

# Two sweeps of a minute, one after the other, are done before the next one begins.
SECONDS = 20.0
A_RUN = 5_000
# So many tasks are created at a time: between two groups a run may end.
GROUP = 100

_log = logger(__name__)

S = TypeVar("S", bound=Stored)


class Find(Protocol[S]):
    """What finds overdue documents of every organisation, the longest overdue first."""

    def __call__(self, before: datetime, /, *, limit: int, start_after: tuple[Any, ...] | None = None) -> ReadPage[S]:
        """A page of those that are overdue since `before` or longer."""
        ...


class Overdue(Generic[S]):
    """The overdue documents of one kind; `job` names the place that is kept of a run which did not come to the end."""

    def __init__(self, documents: DocumentStore, clock: Clock, *, job: str, find: Find[S]) -> None:
        self._documents = documents
        self._positions = JobPositionRepository(documents)
        self._clock = clock
        self._job = job
        self._find = find

    def ask(self, before: datetime, ask: Callable[[list[Read[S]]], None], *, seconds: float = SECONDS) -> int:
        """Have groups of what is overdue since `before` asked for; how many documents that were.

        At most `A_RUN` are looked at, and no group is begun when the time is up. The longest overdue are asked for by every
        run; from there it goes on where the last one stopped: what stays overdue however often it is asked for keeps
        nothing from its turn.
        """
        time = Time(self._clock, seconds)
        page = self._find(before, limit=GROUP)
        count, looked_at = self._group(page, ask), GROUP
        # Nearly always that was all, and no place has to be looked up.
        if page.after is None:
            return count
        kept = self._kept()
        cursor: tuple[Any, ...] | None = page.after if kept is None else max(page.after, kept)
        while cursor is not None and looked_at < A_RUN and not time.is_up:
            page = self._find(before, limit=GROUP, start_after=cursor)
            count, looked_at = count + self._group(page, ask), looked_at + GROUP
            cursor = page.after
        if cursor != kept:
            self._keep(cursor)
        return count

    def _group(self, page: ReadPage[S], ask: Callable[[list[Read[S]]], None]) -> int:
        if page.reads:
            ask(page.reads)
        return len(page.reads)

    def _kept(self) -> tuple[datetime, str] | None:
        kept = self._positions.one(self._job)
        return None if kept is None or kept.value.at is None else (kept.value.at, kept.value.after)

    def _keep(self, cursor: tuple[Any, ...] | None) -> None:
        position = JobPosition() if cursor is None else JobPosition(at=cursor[0], after=cursor[1])
        self._documents.commit([Set(paths.job_position(self._job), position.written())])
        if cursor is not None:
            _log.info("job_goes_on_later", job=self._job, after=position.after)
