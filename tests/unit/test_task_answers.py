"""Unusual answers to deliveries, and what a queue learns from them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from shared.adapters.embedded.tasks import QueueConfig, RetryConfig, SqliteTaskQueue
from shared.adapters.embedded.tasks.records import SECOND
from shared.ports.tasks import Task
from tests.clocks import ManualClock
from tests.task_targets import Reply, Target, target

SLOW = QueueConfig(name="slow", max_dispatches_per_second=2, burst=1, retry=RetryConfig(min_backoff_seconds=1_000))
OTHER = QueueConfig(name="other", retry=RetryConfig(min_backoff_seconds=1_000))


def task(name: str, queue: str = "other") -> Task:
    return Task(name=name, queue=queue, function="work", payload={}, deadline_seconds=60)


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until it holds; fails when it does not come true."""
    pause = Event()
    for _ in range(3_000):
        if holds():
            return
        pause.wait(0.01)
    raise AssertionError("it did not come true")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def function() -> Iterator[Target]:
    with target() as made:
        yield made


@pytest.fixture
def queue(tmp_path: Path, clock: ManualClock, function: Target) -> Iterator[SqliteTaskQueue]:
    made = SqliteTaskQueue(tmp_path / "tasks.sqlite", clock=clock, token=str, queues=[SLOW, OTHER])
    made.start({"work": function.url})
    yield made
    made.close()


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\n\r\nuntil the end of the connection",
        b"HTTP/1.0 204 No Content\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{} and more than was announced",
    ],
)
def test_any_whole_2xx_is_success(queue: SqliteTaskQueue, function: Target, raw: bytes) -> None:
    function.answer = lambda _delivery: Reply(raw=raw)
    queue.create([task("t1")])
    eventually(lambda: queue.figures()["other"].length == 0)
    figures = queue.figures()["other"]
    assert (figures.delivered, figures.failed) == (1, 0)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", "ConnectionLost"),
        (b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100_000, "HeadTooLarge"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n", "ConnectionLost"),
        (b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n", "BadAnswer"),
        (b"SSH-2.0-OpenSSH\r\n", "BadAnswer"),
    ],
)
def test_what_is_no_whole_answer_is_a_failure_with_its_reason(
    queue: SqliteTaskQueue, function: Target, raw: bytes, reason: str
) -> None:
    function.answer = lambda _delivery: Reply(raw=raw)
    queue.create([task("t1")])
    eventually(lambda: queue.engine.get_task("other", "t1").dispatches == 1)
    record = queue.engine.get_task("other", "t1")
    assert (record.last_reason, record.last_status, record.executions) == (reason, None, 0)


@pytest.mark.parametrize("status", [429, 503])
def test_a_function_that_has_too_much_to_do_slows_its_whole_queue_and_no_other(
    queue: SqliteTaskQueue, clock: ManualClock, function: Target, status: int
) -> None:
    function.answer = lambda delivery: Reply(status if delivery.task == "first" else 200)
    queue.create([task("first", "slow")])
    eventually(lambda: queue.engine.get_task("slow", "first").dispatches == 1)
    queue.create([task("second", "slow")])
    clock.advance(0.5)  # at two a second the next would start now
    queue.create([task("marker")])
    assert [delivery.task for delivery in function.wait_for(2)] == ["first", "marker"]
    eventually(lambda: queue.figures()["other"].length == 0)
    assert function.tasks == ["first", "marker"]
    clock.advance(1)
    assert function.wait_for(3)[-1].task == "second"


def test_a_task_run_by_hand_that_fails_goes_back_to_its_backoff(
    queue: SqliteTaskQueue, clock: ManualClock, function: Target
) -> None:
    function.answer = lambda _delivery: Reply(500)
    queue.create([task("t1")])
    eventually(lambda: queue.engine.get_task("other", "t1").dispatches == 1)
    queue.engine.run_task("other", "t1")
    eventually(lambda: queue.engine.get_task("other", "t1").dispatches == 2)
    assert queue.engine.get_task("other", "t1").due_at == round((clock.now().timestamp() + 2_000) * SECOND)
    queue.create([task("marker")])
    eventually(lambda: queue.engine.get_task("other", "marker").dispatches == 1)
    assert function.tasks == ["t1", "t1", "marker"]


def test_the_dispatcher_sweeps_old_tombstones(queue: SqliteTaskQueue, clock: ManualClock) -> None:
    def rows() -> int:
        with queue.engine.database.read() as connection:
            return int(connection.execute("SELECT count(*) FROM tasks").fetchone()[0])

    queue.create([task("t1")])
    eventually(lambda: queue.figures()["other"].length == 0)
    assert rows() == 1
    clock.advance(24 * 3600)
    eventually(lambda: rows() == 0)
