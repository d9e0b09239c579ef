"""What the embedded task queue does beyond the port: queues, pace, deliveries, figures, clocks that jump."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from shared.adapters.embedded.tasks import QueueConfig, RetryConfig, SqliteTaskQueue
from shared.adapters.embedded.tasks.records import SECOND, NewTask
from shared.domain.errors import ConfigurationWrong, Conflict, Invalid, NotFound
from shared.domain.lanes import ADVANCE, ALL_QUEUES, WEBHOOKS, image_lane
from shared.domain.modes import Priority
from shared.ports.tasks import Task
from tests.clocks import ManualClock
from tests.task_targets import Reply, Target, target

PLAIN = QueueConfig(name="plain")


def task(name: str, **changes: object) -> Task:
    fields: dict[str, object] = {
        "name": name, "queue": "plain", "function": "work", "payload": {"item": name}, "deadline_seconds": 60,
    }  # fmt: skip
    return Task(**(fields | changes))  # type: ignore[arg-type]


@contextmanager
def opened(folder: Path, clock: ManualClock, *configs: QueueConfig) -> Iterator[SqliteTaskQueue]:
    queue = SqliteTaskQueue(folder / "tasks.sqlite", clock=clock, token=str, queues=configs or (PLAIN,))
    try:
        yield queue
    finally:
        queue.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def queue(tmp_path: Path, clock: ManualClock) -> Iterator[SqliteTaskQueue]:
    with opened(tmp_path, clock) as made:
        yield made


@pytest.fixture
def function() -> Iterator[Target]:
    with target() as made:
        yield made


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until it holds; fails when it does not come true."""
    pause = Event()
    for _ in range(3_000):
        if holds():
            return
        pause.wait(0.01)
    raise AssertionError("it did not come true")


def test_a_queue_starts_no_more_than_its_rate_allows(tmp_path: Path, clock: ManualClock, function: Target) -> None:
    config = QueueConfig(name="plain", max_dispatches_per_second=2, burst=3)
    with opened(tmp_path, clock, config) as queue:
        queue.start({"work": function.url})
        queue.create([task(f"t{number}") for number in range(7)])
        function.wait_for(3)
        eventually(lambda: queue.figures()["plain"].length == 4)
        for count in (4, 5, 6, 7):
            assert len(function.deliveries) == count - 1
            clock.advance(0.5)
            function.wait_for(count)


# --- Queues -------------------------------------------------------------------------------------------------------------


def test_a_paused_queue_holds_its_tasks_across_a_restart_until_it_is_resumed(
    tmp_path: Path, clock: ManualClock, function: Target
) -> None:
    with opened(tmp_path, clock, PLAIN, QueueConfig(name="other")) as queue:
        queue.engine.pause_queue("plain")
        queue.create([task("t1")])
    with opened(tmp_path, clock, PLAIN, QueueConfig(name="other")) as queue:
        queue.start({"work": function.url})
        queue.create([task("o1", queue="other")])
        function.wait_for(1)
        assert function.tasks == ["o1"]
        assert queue.engine.get_queue("plain").is_paused
        queue.engine.resume_queue("plain")
        function.wait_for(2)


def test_a_task_that_is_run_by_hand_waits_for_nothing(
    queue: SqliteTaskQueue, clock: ManualClock, function: Target
) -> None:
    later = clock.now() + timedelta(days=1)
    queue.create([task("waits", schedule_at=later), task("runs", schedule_at=later)])
    queue.engine.pause_queue("plain")
    queue.start({"work": function.url})
    queue.engine.run_task("plain", "runs")
    assert function.wait_for(1)[0].task == "runs"
    eventually(lambda: queue.figures()["plain"].length == 1)
    with pytest.raises(NotFound):
        queue.engine.run_task("plain", "runs")


def test_purged_and_deleted_tasks_are_not_delivered_and_keep_their_names(
    queue: SqliteTaskQueue, clock: ManualClock, function: Target
) -> None:
    queue.create([task(name) for name in ("a", "b", "c")])
    queue.engine.delete_task("plain", "a")
    with pytest.raises(NotFound):
        queue.engine.delete_task("plain", "a")
    assert queue.engine.purge_queue("plain") == 2
    assert queue.create([task(name) for name in ("a", "b", "c", "d")]) == [False, False, False, True]
    queue.start({"work": function.url})
    function.wait_for(1)
    eventually(lambda: queue.figures()["plain"].length == 0)
    assert function.tasks == ["d"]


def test_names_are_free_a_day_after_the_end_and_tombstones_are_swept(
    queue: SqliteTaskQueue, clock: ManualClock
) -> None:
    queue.create([task("a"), task("b")])
    queue.engine.purge_queue("plain")
    clock.advance(24 * 3600 - 1)
    assert (queue.engine.sweep(), queue.create([task("a")])) == (0, [False])
    clock.advance(1)
    assert queue.create([task("a")]) == [True]
    assert queue.engine.sweep() == 1
    assert queue.create([task("a"), task("b")]) == [False, True]


def test_queues_are_created_listed_changed_and_deleted_with_their_tasks(queue: SqliteTaskQueue) -> None:
    engine = queue.engine
    engine.create_queue(QueueConfig(name="second", retry=RetryConfig(max_attempts=3)))
    with pytest.raises(Conflict):
        engine.create_queue(QueueConfig(name="second"))
    engine.put_queues([QueueConfig(name="second", max_concurrent_dispatches=2)])
    assert [state.config.name for state in engine.list_queues()] == ["plain", "second"]
    assert engine.get_queue("second").config == QueueConfig(name="second", max_concurrent_dispatches=2)
    queue.create([task("a", queue="second")])
    engine.delete_queue("second")
    for gone in (
        engine.get_queue,
        engine.delete_queue,
        engine.pause_queue,
        engine.resume_queue,
        engine.purge_queue,
        engine.list_tasks,
    ):
        with pytest.raises(NotFound, match="second"):
            gone("second")
    engine.create_queue(QueueConfig(name="second"))
    assert queue.create([task("a", queue="second")]) == [True]


def test_tasks_are_listed_page_by_page_as_they_were_created(queue: SqliteTaskQueue) -> None:
    queue.create([task(f"t{number}") for number in range(5)])
    first = queue.engine.list_tasks("plain", limit=3)
    rest = queue.engine.list_tasks("plain", after_seq=first[-1].seq, limit=3)
    assert [[record.name for record in page] for page in (first, rest)] == [["t0", "t1", "t2"], ["t3", "t4"]]
    assert queue.engine.get_task("plain", "t0") == first[0]
    with pytest.raises(NotFound):
        queue.engine.get_task("plain", "t9")


@pytest.mark.parametrize(
    ("config", "pointer"),
    [
        (QueueConfig(name="no_underscore"), "/name"),
        (QueueConfig(name="q", max_dispatches_per_second=501), "/max_dispatches_per_second"),
        (QueueConfig(name="q", max_concurrent_dispatches=0), "/max_concurrent_dispatches"),
        (QueueConfig(name="q", burst=0), "/burst"),
        (QueueConfig(name="q", retry=RetryConfig(max_attempts=0)), "/retry/max_attempts"),
        (QueueConfig(name="q", retry=RetryConfig(max_retry_seconds=-1)), "/retry/max_retry_seconds"),
        (QueueConfig(name="q", retry=RetryConfig(min_backoff_seconds=0)), "/retry/min_backoff_seconds"),
        (QueueConfig(name="q", retry=RetryConfig(max_backoff_seconds=0.01)), "/retry/max_backoff_seconds"),
        (QueueConfig(name="q", retry=RetryConfig(max_doublings=-1)), "/retry/max_doublings"),
    ],
)
def test_a_wrong_queue_is_refused_by_its_field(queue: SqliteTaskQueue, config: QueueConfig, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        queue.engine.create_queue(config)
    assert [error.pointer for error in refused.value.errors] == [pointer]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"url": "ftp://x/"}, "/tasks/0/url"),
        ({"url": "http://x/\r\nX-Evil: 1"}, "/tasks/0/url"),
        ({"url": None}, "/tasks/0/url"),
        ({"function": "work"}, "/tasks/0/url"),
        ({"method": "CONNECT"}, "/tasks/0/method"),
        ({"headers": {"X": "a\r\nX-Evil: 1"}}, "/tasks/0/headers"),
        ({"headers": {"X y": "a"}}, "/tasks/0/headers"),
        ({"body": b"x" * (100 * 1024 + 1)}, "/tasks/0/body"),
        ({"retry": RetryConfig(max_attempts=0)}, "/tasks/0/retry/max_attempts"),
    ],
)
def test_a_request_that_http_cannot_carry_is_refused(
    queue: SqliteTaskQueue, changes: dict[str, object], pointer: str
) -> None:
    fields: dict[str, object] = {"queue": "plain", "name": "t", "body": b"", "url": "http://127.0.0.1/"}
    with pytest.raises(Invalid) as refused:
        queue.engine.create_tasks([NewTask(**(fields | changes))])  # type: ignore[arg-type]
    assert [error.pointer for error in refused.value.errors] == [pointer]


# --- Delivery -----------------------------------------------------------------------------------------------------------


def test_a_task_with_an_address_carries_its_own_request_and_cannot_forge_the_queues_headers(
    queue: SqliteTaskQueue, function: Target
) -> None:
    headers = {"X-Own": "1", "X-CloudTasks-TaskName": "forged", "Host": "elsewhere"}
    url = function.url + "/deep?x=1"
    queue.engine.create_tasks(
        [NewTask(queue="plain", name="t", body=b"\x00raw", url=url, headers=headers, audience="")]
    )
    queue.start({})
    [delivery] = function.wait_for(1)
    assert (delivery.path, delivery.body, delivery.task) == ("/work/deep?x=1", b"\x00raw", "t")
    assert delivery.headers["x-own"] == "1"
    assert delivery.headers["host"] in function.url
    assert "authorization" not in delivery.headers


def test_a_target_that_listens_later_gets_its_tasks_and_nothing_is_counted(
    queue: SqliteTaskQueue, clock: ManualClock
) -> None:
    with target() as taken:
        url = taken.url
    queue.create([task("t1"), task("t2")])
    queue.start({"work": url})
    eventually(lambda: queue.engine.get_task("plain", "t1").dispatches == 0 and queue.figures()["plain"].running == 0)
    with target(int(url.rpartition(":")[2].partition("/")[0])) as late:
        for _ in range(500):
            clock.advance(0.1)
            with late.changed:
                if late.changed.wait_for(lambda: len(late.deliveries) == 2, timeout=0.02):
                    break
        assert {delivery.headers["x-cloudtasks-taskretrycount"] for delivery in late.wait_for(2)} == {"0"}


def test_a_function_without_an_address_fails_its_task_alone(queue: SqliteTaskQueue, function: Target) -> None:
    queue.create([task("lost", function="nowhere"), task("t1")])
    queue.start({"work": function.url})
    function.wait_for(1)
    eventually(lambda: queue.engine.get_task("plain", "lost").last_reason == "UnknownFunction")


def test_a_token_maker_that_fails_fails_the_delivery_alone(
    tmp_path: Path, clock: ManualClock, function: Target
) -> None:
    broken = [True]

    def token(audience: str) -> str:
        if broken.pop() if broken else False:
            raise RuntimeError("the signing key is gone")
        return "token"

    made = SqliteTaskQueue(tmp_path / "t.sqlite", clock=clock, token=token, queues=[PLAIN])
    try:
        made.create([task("t1"), task("t2")])
        made.start({"work": function.url})
        assert function.wait_for(1)[0].task == "t2"
        eventually(lambda: made.engine.get_task("plain", "t1").last_reason == "Internal")
    finally:
        made.close()


def test_attempts_used_up_end_the_task_and_it_is_counted(tmp_path: Path, clock: ManualClock, function: Target) -> None:
    function.answer = lambda _delivery: Reply(500)
    with opened(tmp_path, clock, QueueConfig(name="plain", retry=RetryConfig(max_attempts=1))) as queue:
        queue.start({"work": function.url})
        queue.create([task("t1"), task("t1")])
        eventually(lambda: queue.figures()["plain"].length == 0)
        figures = queue.figures()["plain"]
        assert (figures.created, figures.existed, figures.delivered, figures.failed, figures.ended) == (1, 1, 0, 1, 1)


def test_figures_tell_length_age_and_what_runs(queue: SqliteTaskQueue, clock: ManualClock, function: Target) -> None:
    gate = Event()

    def wait(delivery: object) -> Reply:
        gate.wait(30)
        return Reply()

    function.answer = wait
    queue.create([task("t1"), task("t2", schedule_at=clock.now() + timedelta(days=1))])
    queue.start({"work": function.url})
    function.wait_for(1)
    clock.advance(5)
    figures = queue.figures()["plain"]
    assert (figures.length, figures.running, figures.oldest_age_seconds) == (2, 1, 5.0)
    gate.set()
    eventually(lambda: queue.figures()["plain"].length == 1)


def test_stopping_waits_for_what_runs_and_breaks_off_the_rest_for_the_next_start(
    queue: SqliteTaskQueue, function: Target
) -> None:
    gate = Event()

    def wait(delivery: object) -> Reply:
        gate.wait(30)
        return Reply()

    function.answer = wait
    queue.create([task("t1")])
    queue.start({"work": function.url})
    with pytest.raises(Conflict):
        queue.start({"work": function.url})
    function.wait_for(1)
    queue.stop(0.0)
    assert queue.figures()["plain"].length == 1
    gate.set()
    queue.start({"work": function.url})
    function.wait_for(2)
    queue.stop(30.0)
    assert queue.figures()["plain"].length == 0


def test_an_address_that_is_none_is_refused_at_the_start(queue: SqliteTaskQueue) -> None:
    with pytest.raises(ConfigurationWrong, match="work"):
        queue.start({"work": "localhost:80"})


# --- Clocks that jump ---------------------------------------------------------------------------------------------------


def test_a_clock_that_is_set_back_does_not_hold_up_what_was_due_at_once(
    queue: SqliteTaskQueue, clock: ManualClock, function: Target
) -> None:
    queue.create([task("at-once"), task("planned", schedule_at=clock.now() + timedelta(seconds=1))])
    clock.advance(-3_600)
    queue.start({"work": function.url})
    assert function.wait_for(1)[0].task == "at-once"
    clock.advance(3_000)
    queue.create([task("marker")])
    assert [delivery.task for delivery in function.wait_for(2)] == ["at-once", "marker"]
    clock.advance(601)
    function.wait_for(3)


def test_a_clock_that_is_set_back_while_delivering_does_not_hold_up_retries(
    queue: SqliteTaskQueue, clock: ManualClock, function: Target
) -> None:
    replies = iter([Reply(500, {"Retry-After": "20"}), Reply()])
    function.answer = lambda _delivery: next(replies)
    queue.create([task("t1")])
    queue.start({"work": function.url})
    function.wait_for(1)
    eventually(lambda: queue.engine.get_task("plain", "t1").dispatches == 1)
    clock.advance(-3_600)
    eventually(lambda: queue.engine.get_task("plain", "t1").due_at <= (clock.now().timestamp() + 20) * SECOND)
    clock.advance(20)
    function.wait_for(2)


def test_every_priority_has_its_own_queue() -> None:
    lanes = [image_lane(priority) for priority in Priority]
    assert lanes == ["images-high", "images-standard", "images-economy"]
    assert set(ALL_QUEUES) == {ADVANCE, *lanes, WEBHOOKS}
