"""Who uses each model now: every active batch of every organisation, as it was at most a second ago."""

from collections.abc import Callable
from threading import Lock

from shared.domain.batches import Batch
from shared.domain.crowds import Competitor, Crowd, competitors
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.repositories.batches import BatchRepository, org_of

# Beyond so many active batches these stand for all: parts are then smaller by as much as there are more.
MOST_KNOWN = 500
_KEPT_SECONDS = 1.0
# A batch's document is written at most once a second, at a tick: for so long its own step may know better.
_NEWS_SECONDS = 2.0


class CrowdService:
    """One query a second in an instance, whatever the number of its steps; what this instance itself changes it knows at once."""

    def __init__(self, documents: DocumentStore, clock: Clock, *, most_known: int = MOST_KNOWN) -> None:
        self._batches = BatchRepository(documents)
        self._clock = clock
        self._most_known = most_known
        self._lock = Lock()
        self._read_at: float | None = None
        self._by_model: dict[str, dict[str, Competitor]] = {}
        self._known = 1.0
        self._news: dict[str, tuple[float, str, Batch]] = {}

    def of(self, org: str, batch: Batch) -> Callable[[str], Crowd]:
        """Gives the crowd around a batch at each of its models."""
        with self._lock:
            self._refresh()
            by_model, known = self._by_model, self._known
            around = {
                model: tuple(other for other in by_model.get(model, {}).values() if other.batch != batch.id)
                for model in batch.models
            }
        me = Competitor(org=org, batch=batch.id, priority=batch.priority, begun_at=batch.begun_at)
        return lambda model: Crowd(me, around.get(model, ()), known)

    def learn(self, org: str, batch: Batch) -> None:
        """What a step of this instance found its batch to use, from now on and not only once it is published and read."""
        with self._lock:
            self._news[batch.id] = (self._clock.monotonic(), org, batch)
            self._forget(batch.id)
            self._note(org, batch)

    def forget(self, batch: str) -> None:
        """This batch uses nothing any more."""
        with self._lock:
            self._news.pop(batch, None)
            self._forget(batch)

    def _refresh(self) -> None:
        now = self._clock.monotonic()
        if self._read_at is not None and now - self._read_at <= _KEPT_SECONDS:
            return
        found = self._batches.active(limit=self._most_known)
        is_cut = len(found) == self._most_known
        self._known = min(len(found) / max(self._batches.count_active(), 1), 1.0) if is_cut else 1.0
        self._by_model = {}
        for read in found:
            self._note(org_of(read.path), read.value)
        self._news = {batch: news for batch, news in self._news.items() if now - news[0] <= _NEWS_SECONDS}
        for batch, (_, org, news) in self._news.items():
            self._forget(batch)
            self._note(org, news)
        self._read_at = now

    def _note(self, org: str, batch: Batch) -> None:
        for model, one in competitors(org, batch).items():
            if one.outstanding or one.waiting:
                self._by_model.setdefault(model, {})[batch.id] = one

    def _forget(self, batch: str) -> None:
        for of_model in self._by_model.values():
            of_model.pop(batch, None)
