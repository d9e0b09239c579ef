"""One queue as the dispatcher holds it: what it may start next."""

from collections import deque
from sqlite3 import Connection

from shared.adapters.embedded.tasks import tables
from shared.adapters.embedded.tasks.engines import QueueState
from shared.adapters.embedded.tasks.paces import Hold, Throttle, TokenBucket
from shared.adapters.embedded.tasks.records import SECOND, TaskRecord

BATCH = 64
FOREVER = float("inf")


class Lane:
    """The next due tasks of one queue, fetched in small batches, and its limits; used on the dispatcher's thread only.

    `held` are tasks that run or whose outcome is not written yet. They are held in memory alone: a killed process forgets
    them, and they are due again.
    """

    def __init__(self, state: QueueState, now: float) -> None:
        config = state.config
        self.state, self.hold, self.throttle = state, Hold(), Throttle()
        self.held: set[int] = set()
        self.running = 0
        self.is_stale = True
        self._bucket = TokenBucket(rate=config.max_dispatches_per_second, size=config.burst_size, now=now)
        self._ready: deque[TaskRecord] = deque()
        self._has_more = False
        self._next_due_at: int | None = None

    @property
    def name(self) -> str:
        """The queue's name."""
        return self.state.config.name

    def configure(self, state: QueueState) -> None:
        """Go on with a changed configuration, or paused or resumed."""
        self.state = state
        self._bucket.configure(rate=state.config.max_dispatches_per_second, size=state.config.burst_size)

    def startable(self, connection: Connection, now: int, instant: float) -> tuple[list[TaskRecord], float]:
        """The tasks to start now, which are held from now on, and after how many seconds to ask again at the latest.

        `now` is the wall clock in microseconds, `instant` the monotonic one in seconds.
        """
        started = self._take_forced(connection) if self.is_stale else []
        share = self.throttle.share(instant)
        room = max(1, int(self.state.config.max_concurrent_dispatches * share)) - self.running
        wait = FOREVER if self.state.is_paused or room <= 0 else self.hold.wait_seconds(instant)
        while room > 0 and wait == 0.0:
            if self._needs_refill(now):
                self._refill(connection, now)
            if not self._ready:
                wait = FOREVER if self._next_due_at is None else (self._next_due_at - now) / SECOND
            elif (wait := self._bucket.wait_seconds(instant, share=share)) == 0.0:
                self._bucket.take()
                task = self._ready.popleft()
                if task.seq not in self.held:
                    started.append(self._hold(task))
                    room -= 1
        return started, wait

    def release(self, seq: int, *, lives: bool) -> None:
        """Hold a task no longer: its outcome is written, or it was not delivered at all; `lives` when it is due again."""
        self.held.discard(seq)
        self.is_stale = self.is_stale or lives

    def _hold(self, task: TaskRecord) -> TaskRecord:
        self.held.add(task.seq)
        self.running += 1
        return task

    def _take_forced(self, connection: Connection) -> list[TaskRecord]:
        wanted = [seq for seq in tables.forced(connection, self.name) if seq not in self.held]
        return [self._hold(task) for task in tables.records(connection, wanted)] if wanted else []

    def _needs_refill(self, now: int) -> bool:
        if self.is_stale:
            return True
        if self._ready:
            return False
        return self._has_more or (self._next_due_at is not None and self._next_due_at <= now)

    def _refill(self, connection: Connection, now: int) -> None:
        """Read the first due tasks anew: what was deleted, purged or brought forward meanwhile is seen."""
        limit = len(self.held) + BATCH + 1
        rows = tables.due(connection, self.name, limit)
        fresh = [(seq, due_at) for seq, due_at in rows if seq not in self.held]
        due = [seq for seq, due_at in fresh if due_at <= now]
        self._next_due_at = next((due_at for _, due_at in fresh if due_at > now), None)
        self._has_more = len(due) > BATCH or (len(rows) == limit and self._next_due_at is None)
        self._ready = deque(tables.records(connection, due[:BATCH])) if due else deque()
        self.is_stale = False
