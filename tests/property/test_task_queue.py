"""The embedded queue's promises, whatever is created, answered, crashed and paused: each task until it succeeds, none too soon."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from shared.adapters.embedded.tasks import QueueConfig, RetryConfig, SqliteTaskQueue, tables
from shared.adapters.embedded.tasks.lanes import Lane
from shared.adapters.embedded.tasks.outcomes import Verdict, outcome
from shared.adapters.embedded.tasks.records import SECOND, Attempt, TaskRecord
from shared.ports.tasks import Task
from tests.clocks import ManualClock
from tests.engine.conftest import MEMORY
from tests.property.settings import STORED

RETRY = RetryConfig(min_backoff_seconds=1, max_backoff_seconds=6, max_doublings=3)
CONFIG = QueueConfig(name="plain", max_concurrent_dispatches=3, max_dispatches_per_second=5, burst=4, retry=RETRY)
NAMES = [f"task-{number}" for number in range(16)]


class QueueLife(RuleBasedStateMachine):
    """One queue in a file, and a dispatcher's lane over it that may be lost at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.place = TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None, prefix="fanfold-")
        self.clock = ManualClock()
        path = Path(self.place.name) / "tasks.sqlite"
        self.queue = SqliteTaskQueue(path, clock=self.clock, token=str, queues=[CONFIG])
        self.engine = self.queue.engine
        self.due: dict[str, int] = {}
        self.over: set[str] = set()
        self.running: dict[str, TaskRecord] = {}
        self.starts: list[float] = []
        self._new_lane()

    def _new_lane(self) -> None:
        self.lane = Lane(self.engine.get_queue("plain"), self.clock.monotonic())
        self.began_at = self.clock.monotonic()
        self.starts.clear()

    @rule()
    def create_all(self) -> None:
        """A crowd comes."""
        for name in NAMES:
            self.create(name, None)

    @rule(name=st.sampled_from(NAMES), after=st.sampled_from([None, 0.5, 4.0]))
    def create(self, name: str, after: float | None) -> None:
        """Somebody creates a task; a name that is or was taken makes none."""
        when = None if after is None else self.clock.now() + timedelta(seconds=after)
        task = Task(name=name, queue="plain", function="work", payload={}, deadline_seconds=60, schedule_at=when)
        (is_new,) = self.queue.create([task])
        assert is_new == (name not in self.due and name not in self.over)
        if is_new:
            self.due[name] = self.engine.now() + int((after or 0) * SECOND)
        self.lane.is_stale = True

    @rule()
    def start(self) -> None:
        """The dispatcher starts what may start."""
        state = self.engine.get_queue("plain")
        self.lane.configure(state)
        with self.engine.database.read() as connection:
            started, _ = self.lane.startable(connection, self.engine.now(), self.clock.monotonic())
        assert not (started and state.is_paused), "a paused queue delivers nothing"
        for record in started:
            assert record.name not in self.running, "it is being delivered already"
            assert self.due[record.name] <= self.engine.now(), "before its time"
            self.running[record.name] = record
            self.starts.append(self.clock.monotonic())

    @rule(data=st.data(), succeeds=st.booleans())
    def answer(self, data: st.DataObject, *, succeeds: bool) -> None:
        """A function answers."""
        if not self.running:
            return
        record = self.running.pop(data.draw(st.sampled_from(sorted(self.running))))
        now = self.engine.now()
        attempt = Attempt(dispatched_at=now, answered_at=now, status=200 if succeeds else 500, reason="")
        result = outcome(record, attempt, RETRY)
        assert (result.verdict is Verdict.DELIVERED) == succeeds
        self.lane.running -= 1
        if succeeds:
            self.engine.database.write(lambda connection: tables.end(connection, record.seq, now))
            del self.due[record.name]
            self.over.add(record.name)
        else:
            waits = (result.record.due_at - now) / SECOND
            assert 1 <= waits <= 6, "the wait keeps to its bounds"
            assert waits == min(2 ** min(record.dispatches, 3), 6)
            self.engine.database.write(lambda connection: tables.reschedule(connection, result.record))
            self.due[record.name] = result.record.due_at
        self.lane.release(record.seq, lives=not succeeds)

    @rule(data=st.data())
    def drain(self, data: st.DataObject) -> None:
        """All that may start is started and answered, at one moment."""
        self.start()
        while self.running:
            for _ in list(self.running):
                self.answer(data, succeeds=True)
            self.start()

    @rule()
    def crash(self) -> None:
        """The dispatcher's process dies: what it delivered and did not report is due again."""
        self.running.clear()
        self._new_lane()

    @rule(pauses=st.booleans())
    def hold(self, *, pauses: bool) -> None:
        """An operator pauses or resumes the queue."""
        (self.engine.pause_queue if pauses else self.engine.resume_queue)("plain")

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Somebody deletes a task that is not being delivered; its name stays taken."""
        waiting = sorted(set(self.due) - set(self.running))
        if waiting:
            name = data.draw(st.sampled_from(waiting))
            self.engine.delete_task("plain", name)
            del self.due[name]
            self.over.add(name)
            self.lane.is_stale = True

    @rule(seconds=st.sampled_from([0.1, 1.0, 9.0, 3_600.0]))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.clock.advance(seconds)

    @invariant()
    def keeps_to_its_limits(self) -> None:
        """At most so many at once, and so many a second after the burst."""
        assert len(self.running) <= CONFIG.max_concurrent_dispatches
        seconds = self.clock.monotonic() - self.began_at
        assert len(self.starts) <= CONFIG.burst_size + CONFIG.max_dispatches_per_second * seconds + 1e-3

    @invariant()
    def keeps_every_task(self) -> None:
        """What was created and has not ended is there."""
        assert {record.name for record in self.engine.list_tasks("plain")} == set(self.due)

    def teardown(self) -> None:
        """All is delivered in the end."""
        self.hold(pauses=False)
        self.crash()
        for _ in range(200):
            self.start()
            for name in sorted(self.running):
                record = self.running.pop(name)
                self.engine.database.write(partial(tables.end, seq=record.seq, now=self.engine.now()))
                self.lane.running -= 1
                self.lane.release(record.seq, lives=False)
                del self.due[name]
            if not self.due:
                break
            self.clock.advance(1)
        assert not self.due, "a task was never delivered"
        self.queue.close()
        self.place.cleanup()


TestQueueLife = QueueLife.TestCase
TestQueueLife.settings = STORED
