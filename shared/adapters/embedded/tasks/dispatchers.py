"""The dispatcher: one thread with an event loop that starts what is due, waits for answers, and writes what followed.

It is a loop and not a thread a delivery because deliveries only wait: a hundred of them cost memory, not the interpreter's lock.
"""

import asyncio
import sqlite3
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from shared.adapters.embedded.tasks import tables
from shared.adapters.embedded.tasks.configurations import QueueConfig
from shared.adapters.embedded.tasks.connections import AnswerLost, ConnectionPool, NotReached
from shared.adapters.embedded.tasks.deliveries import Courier, TokenMaker, UnknownFunction
from shared.adapters.embedded.tasks.engines import QueueState, TaskEngine
from shared.adapters.embedded.tasks.lanes import Lane
from shared.adapters.embedded.tasks.outcomes import Outcome, Verdict, outcome
from shared.adapters.embedded.tasks.records import SECOND, Attempt, TaskRecord
from shared.domain.errors import Unavailable

LOOK_SECONDS = 0.1
LINGER_SECONDS = 0.05
RETRY_WRITE_SECONDS = 1.0
SWEEP_SECONDS = 60.0
THROTTLING = frozenset({429, 503})

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Running:
    lane: Lane
    work: "asyncio.Task[None]"
    deadline: float
    is_expired: bool = field(default=False)


class Dispatcher:
    """Delivers the tasks of an engine's queues until it is stopped; one process of those that share a file may do so."""

    def __init__(self, engine: TaskEngine, urls: Mapping[str, str], token: TokenMaker) -> None:
        self._engine, self._clock = engine, engine.clock
        self._pool = ConnectionPool()
        self._courier = Courier(self._pool, dict(urls), token, engine.clock)
        self._lanes: dict[str, Lane] = {}
        self._running: dict[int, _Running] = {}
        self._unwritten: list[Outcome] = []
        self._writing: asyncio.Future[None] | None = None
        self._is_stopping = self._must_reload = False
        self._drained = threading.Event()
        self._closing, self._is_closed = threading.Lock(), False
        self._reader = engine.database.reader()
        self._seen_version = -1
        self._looked_at = self._swept_at = float("-inf")
        self._last_now = engine.now()
        self._loop = _new_loop()
        self._timer: asyncio.Handle | None = None
        self._thread = threading.Thread(target=self._serve, name="task-dispatcher", daemon=True)

    def start(self) -> None:
        """Begin to deliver; what a killed process had in flight is due at once."""
        now = self._engine.now()
        self._engine.database.write(lambda connection: tables.follow_clock_back(connection, now))
        self._engine.follow(self._told)
        self._loop.call_soon(self._turn)
        self._thread.start()

    def stop(self, timeout_seconds: float) -> None:
        """Start nothing more, wait so long for running deliveries, and break off the rest: they are due again later."""
        self._engine.follow(None)
        self._loop.call_soon_threadsafe(self._begin_stop)
        self._drained.wait(timeout_seconds)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._reader.close()
        if self._unwritten:
            last = list(self._unwritten)
            self._engine.database.write(lambda connection: _keep(connection, last))

    def running(self, queue: str) -> int:
        """How many deliveries of a queue run now."""
        lane = self._lanes.get(queue)
        return lane.running if lane else 0

    # The loop's own thread, from here on.

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            works = [running.work for running in self._running.values()]
            for work in works:
                work.cancel()
            self._loop.run_until_complete(asyncio.gather(*works, return_exceptions=True))
            self._pool.close()
            self._loop.run_until_complete(self._settle())
            with self._closing:
                self._is_closed = True
                self._loop.close()

    async def _settle(self) -> None:
        """Let the write that is under way end, and the connections close."""
        await asyncio.wait([self._writing] if self._writing else [asyncio.ensure_future(asyncio.sleep(0))])

    def _told(self, queues: Sequence[str]) -> None:
        """From any thread: the engine has changed these queues."""
        with self._closing:
            if not self._is_closed:
                self._loop.call_soon_threadsafe(self._changed, queues)

    def _changed(self, queues: Sequence[str]) -> None:
        self._must_reload = True
        for queue in queues:
            if queue in self._lanes:
                self._lanes[queue].is_stale = True
        self._turn_soon(0.0)

    def _begin_stop(self) -> None:
        self._is_stopping = True
        self._note_drained()

    def _note_drained(self) -> None:
        if self._is_stopping and not self._running:
            self._drained.set()

    def _turn_soon(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, self._turn) if seconds else self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        """Look at the clock, the file and every queue, start what may start, and come back when something is due."""
        wait = LOOK_SECONDS
        try:
            now, instant = self._engine.now(), self._clock.monotonic()
            self._follow_clock(now)
            self._look(instant)
            self._expire(instant)
            if not self._is_stopping:
                for lane in self._lanes.values():
                    tasks, seconds = lane.startable(self._reader, now, instant)
                    for task in tasks:
                        self._begin(lane, task, instant)
                    wait = min(wait, seconds)
        except (sqlite3.Error, Unavailable) as error:
            log.warning("tasks_file_not_answering", error=str(error))
        finally:
            self._turn_soon(max(wait, 0.0005))

    def _follow_clock(self, now: int) -> None:
        if now < self._last_now - SECOND:
            self._engine.database.submit(lambda connection: tables.follow_clock_back(connection, now))
        self._last_now = now

    def _look(self, instant: float) -> None:
        """See what other processes changed, and forget old tombstones now and then."""
        looked_at = self._loop.time()
        if looked_at - self._looked_at >= LOOK_SECONDS * 0.9:
            self._looked_at = looked_at
            (version,) = self._reader.execute("PRAGMA data_version").fetchone()
            if version != self._seen_version:
                self._seen_version, self._must_reload = version, True
                for lane in self._lanes.values():
                    lane.is_stale = True
        if self._must_reload:
            self._must_reload = False
            self._reload(instant)
        if instant - self._swept_at >= SWEEP_SECONDS:
            self._swept_at, now = instant, self._last_now
            self._engine.database.submit(lambda connection: tables.sweep(connection, now))

    def _reload(self, instant: float) -> None:
        rows = self._reader.execute("SELECT name, config, paused, revision FROM queues").fetchall()
        for name, config, paused, revision in rows:
            lane = self._lanes.get(name)
            if lane is not None and lane.state.revision == revision:
                continue
            state = QueueState(config=QueueConfig.from_json(config), is_paused=bool(paused), revision=revision)
            if lane is None:
                self._lanes[name] = Lane(state, instant)
            else:
                lane.configure(state)
        for gone in self._lanes.keys() - {row[0] for row in rows}:
            del self._lanes[gone]

    def _expire(self, instant: float) -> None:
        for running in self._running.values():
            if instant >= running.deadline and not running.is_expired:
                running.is_expired = True
                running.work.cancel()

    def _begin(self, lane: Lane, task: TaskRecord, instant: float) -> None:
        work = self._loop.create_task(self._deliver(lane, task))
        self._running[task.seq] = _Running(lane, work, instant + task.deadline_seconds)

    async def _deliver(self, lane: Lane, task: TaskRecord) -> None:
        dispatched_at = self._engine.now()
        attempt: Attempt | None = None
        try:
            attempt = await self._courier.deliver(task, dispatched_at)
            lane.hold.reached()
        except NotReached as error:
            if task.function is None:
                attempt = self._failed(dispatched_at, str(error))
            else:
                lane.hold.refused(self._clock.monotonic())
        except AnswerLost as error:
            lane.hold.reached()
            attempt = self._failed(dispatched_at, str(error))
        except UnknownFunction:
            log.warning("task_for_unknown_function", queue=task.queue, task=task.name, function=task.function)
            attempt = self._failed(dispatched_at, "UnknownFunction")
        except asyncio.CancelledError:
            if self._running[task.seq].is_expired:
                attempt = self._failed(dispatched_at, "DeadlineExceeded")
        except Exception:  # the edge of a delivery: one task's trouble must not stop the others
            log.exception("delivery_broke", queue=task.queue, task=task.name)
            attempt = self._failed(dispatched_at, "Internal")
        self._over(lane, task, attempt)

    def _failed(self, dispatched_at: int, reason: str) -> Attempt:
        return Attempt(dispatched_at=dispatched_at, answered_at=self._engine.now(), status=None, reason=reason)

    def _over(self, lane: Lane, task: TaskRecord, attempt: Attempt | None) -> None:
        """A delivery has ended; without an attempt it never began, and the task is due as before."""
        del self._running[task.seq]
        lane.running -= 1
        if attempt is None:
            lane.release(task.seq, lives=True)
        else:
            if attempt.status in THROTTLING:
                lane.throttle.slow_down(self._clock.monotonic())
            result = outcome(task, attempt, lane.state.config.retry)
            self._count(result)
            self._unwritten.append(result)
            if len(self._unwritten) == 1 and self._writing is None:
                self._loop.call_later(LINGER_SECONDS, self._write)
        self._note_drained()
        self._turn_soon(0.0)

    def _count(self, result: Outcome) -> None:
        task, verdict = result.record, result.verdict
        self._engine.count(task.queue, "delivered" if verdict is Verdict.DELIVERED else "failed")
        if verdict is not Verdict.RETRY:
            self._engine.count(task.queue, "ended")
        if verdict is Verdict.GIVEN_UP:
            log.error("task_given_up", queue=task.queue, task=task.name, tries=task.dispatches, reason=task.last_reason)

    def _write(self) -> None:
        """Write all outcomes so far in one go; a crash before that only repeats their deliveries."""
        if self._writing is not None or not self._unwritten:
            return
        results, self._unwritten = self._unwritten, []
        written = self._engine.database.submit(lambda connection: _keep(connection, results))
        self._writing = asyncio.wrap_future(written, loop=self._loop)
        self._writing.add_done_callback(lambda done: self._written(results, done))

    def _written(self, results: list[Outcome], done: "asyncio.Future[None]") -> None:
        self._writing = None
        error = done.exception()
        if error is not None:
            log.warning("task_outcomes_not_written", count=len(results), error=str(error))
            self._unwritten = results + self._unwritten
            self._loop.call_later(RETRY_WRITE_SECONDS, self._write)
            return
        for result in results:
            lane = self._lanes.get(result.record.queue)
            if lane is not None:
                lane.release(result.record.seq, lives=result.verdict is Verdict.RETRY)
        if self._unwritten:
            self._loop.call_later(LINGER_SECONDS, self._write)
        self._turn_soon(0.0)


def _keep(connection: sqlite3.Connection, results: Sequence[Outcome]) -> None:
    for result in results:
        if result.verdict is Verdict.RETRY:
            tables.reschedule(connection, result.record)
        else:
            tables.end(
                connection, result.record.seq, result.record.last_answered_at or result.record.last_dispatched_at or 0
            )


def _new_loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()
