"""Watching batches: one poller a watched batch and instance, whose findings are handed to everyone who watches it."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from typing import TypeAlias

from shared.domain.batches import Batch
from shared.domain.errors import FanfoldError, Unreadable
from shared.domain.items import Item
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.repositories import paths
from shared.repositories.batches import BatchRepository
from shared.repositories.items import ItemRepository

OVERLAP = timedelta(seconds=2)
PAGE = 500
POLL_SECONDS = 0.4
LOOK_BACK_EVERY = 5
_THREADS = 4

log = logger(__name__)


@dataclass(slots=True, eq=False)
class Change:
    """A batch or an item as it is now; made once and shared by all who watch."""

    value: Batch | Item
    _frame: bytes | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        """The id of what changed."""
        return self.value.id

    def frame(self, encode: Callable[[Batch | Item], bytes]) -> bytes:
        """The change as it is sent, encoded once for all watchers."""
        if self._frame is None:
            self._frame = encode(self.value)
        return self._frame


Listener: TypeAlias = Callable[[Sequence[Change], bool], None]
"""Called from a thread of the service with changes, oldest first, and whether they are the last ones."""


@dataclass(slots=True, eq=False)
class Watching:
    """One watcher's hold on a poller."""

    _stop: Callable[["Watching"], None]
    listener: Listener

    def close(self) -> None:
        """Stop watching; a call that is under way may still arrive. Closing twice is fine."""
        self._stop(self)


class LiveService:
    """Live changes of batches. A watcher costs a call for each round of changes; polling ends with the last watcher."""

    def __init__(self, documents: DocumentStore, *, clock: Clock, poll_seconds: float = POLL_SECONDS) -> None:
        self._batches = BatchRepository(documents)
        self._items = ItemRepository(documents)
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._pollers: dict[tuple[str, str], _Poller] = {}
        self._lock = Lock()
        self._wake = Event()
        self._thread: Thread | None = None
        self._pool: ThreadPoolExecutor | None = None

    @property
    def watchers(self) -> int:
        """How many watch at this moment."""
        with self._lock:
            return sum(len(poller.watchers) for poller in self._pollers.values())

    def watchers_of(self, org: str) -> int:
        """How many watch batches of this organisation at this moment."""
        with self._lock:
            return sum(len(poller.watchers) for poller in self._pollers.values() if poller.org == org)

    @property
    def pollers(self) -> int:
        """How many batches are polled at this moment."""
        return len(self._pollers)

    def watch(self, org: str, batch: str, listener: Listener) -> Watching:
        """Call `listener` with what changes from now on; the last call carries the batch in its final state."""
        key = (org, batch)
        with self._lock:
            poller = self._pollers.get(key)
            if poller is None:
                poller = _Poller(self._batches, self._items, org, batch, self._clock.now() - OVERLAP)
                self._pollers[key] = poller
            watching = Watching(lambda me: self._leave(key, me), listener)
            poller.watchers.append(watching)
            if self._thread is None:
                self._pool = self._pool or ThreadPoolExecutor(_THREADS, thread_name_prefix="live-poll")
                self._thread = Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
        self._wake.set()
        return watching

    def batch(self, org: str, batch: str) -> Change:
        """The batch as it is now; raises NotFound."""
        return Change(self._batches.one(org, batch).value)

    def missed(self, org: str, batch: str, since: datetime) -> Iterator[list[Change]]:
        """Items changed since then (and in the two seconds before), page by page, the oldest change first."""
        for page in _pages(self._items, org, batch, since - OVERLAP):
            yield [Change(item) for item in page]

    def close(self) -> None:
        """Stop polling; watchers are told nothing more."""
        with self._lock:
            self._pollers.clear()
            pool, self._pool, thread = self._pool, None, self._thread
        self._wake.set()
        if thread is not None:
            thread.join()
        if pool is not None:
            pool.shutdown()

    def _leave(self, key: tuple[str, str], watching: Watching) -> None:
        with self._lock:
            poller = self._pollers.get(key)
            if poller is None or watching not in poller.watchers:
                return
            poller.watchers.remove(watching)
            if not poller.watchers:
                del self._pollers[key]

    def _run(self) -> None:
        while True:
            with self._lock:
                pool = self._pool
                if not self._pollers or pool is None:
                    self._thread = None
                    return
                due = [poller for poller in self._pollers.values() if not poller.busy]
                for poller in due:
                    poller.busy = True
                    pool.submit(self._poll, poller)
            self._wake.wait(self._poll_seconds)
            self._wake.clear()

    def _poll(self, poller: "_Poller") -> None:
        changes: list[Change] = []
        ended = False
        try:
            changes, ended = poller.poll()
        except Unreadable:
            # It stays so: the watchers are sent away, and find the error where they ask for the batch.
            log.exception("poll_broke", org=poller.org, batch=poller.batch)
            ended = True
        except FanfoldError as error:
            log.warning("poll_failed", org=poller.org, batch=poller.batch, detail=error.detail)
        except Exception:
            log.exception("poll_broke", org=poller.org, batch=poller.batch)
            ended = True
        with self._lock:
            watchers = list(poller.watchers)
            poller.busy = False
            if ended and self._pollers.get((poller.org, poller.batch)) is poller:
                del self._pollers[poller.org, poller.batch]
        if changes or ended:
            for watching in watchers:
                watching.listener(changes, ended)


class _Poller:
    """What has been seen of one batch."""

    def __init__(self, batches: BatchRepository, items: ItemRepository, org: str, batch: str, since: datetime) -> None:
        self._batches = batches
        self._items = items
        self.org = org
        self.batch = batch
        self.watchers: list[Watching] = []
        self.busy = False
        self._since = since
        self._round = 0
        self._revision = -1
        self._seen: dict[str, tuple[int, datetime]] = {}

    def poll(self) -> tuple[list[Change], bool]:
        """What changed since the last time, items before the batch, and whether it is over.

        The batch is read first: when it says that it has ended, every item's end is already to be read.
        """
        read = self._batches.find(paths.batch(self.org, self.batch))
        if read is None or read.value.deleted_at is not None:
            return [], True
        batch = read.value
        changes = [Change(item) for item in self._changed_items()]
        if batch.revision != self._revision:
            self._revision = batch.revision
            changes.append(Change(batch))
        return changes, not batch.is_live

    def _changed_items(self) -> Iterator[Item]:
        """Now and then it looks two seconds back, for a commit that became visible after a later one."""
        back = OVERLAP if self._round % LOOK_BACK_EVERY == 0 else timedelta()
        self._round += 1
        for page in _pages(self._items, self.org, self.batch, self._since - back):
            for item in page:
                if item.changed_at is None or self._seen.get(item.id, (-1,))[0] == item.revision:
                    continue
                self._seen[item.id] = (item.revision, item.changed_at)
                self._since = max(self._since, item.changed_at)
                yield item
        kept_from = self._since - 2 * OVERLAP
        self._seen = {item: seen for item, seen in self._seen.items() if seen[1] >= kept_from}


def _pages(items: ItemRepository, org: str, batch: str, since: datetime) -> Iterator[list[Item]]:
    start_after: tuple[object, ...] | None = None
    while True:
        page = items.changed_since(org, batch, since, limit=PAGE, start_after=start_after)
        if page:
            yield [read.value for read in page]
        if len(page) < PAGE:
            return
        start_after = (page[-1].value.changed_at, page[-1].path)
