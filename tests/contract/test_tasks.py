"""What every task queue promises."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from shared.adapters.embedded.tasks import QueueConfig, RetryConfig, SqliteTaskQueue
from shared.domain.errors import Invalid, NotFound, TooLarge
from shared.ports.tasks import Task, TaskQueue
from tests.clocks import ManualClock
from tests.cloud_tasks import cloud_tasks
from tests.task_targets import Delivery, Reply, Target, target

CONCURRENCY = 8
QUEUES = (
    QueueConfig(name="plain", retry=RetryConfig(min_backoff_seconds=10, max_backoff_seconds=300, max_doublings=4)),
    QueueConfig(name="narrow", max_concurrent_dispatches=CONCURRENCY),
)


class Stack:
    """A queue, its clock, and where it delivers to."""

    def __init__(self, queue: TaskQueue, clock: ManualClock, function: Target) -> None:
        self.queue, self.clock, self.function = queue, clock, function

    def task(self, name: str, **changes: object) -> Task:
        fields: dict[str, object] = {
            "name": name, "queue": "plain", "function": "work", "payload": {"item": name, "attempt": 1}, "deadline_seconds": 60,
        }  # fmt: skip
        return Task(**(fields | changes))  # type: ignore[arg-type]

    def let_pass(self, seconds: float, *, until: int) -> list[Delivery]:
        """Move the clock, then wait for that many deliveries in all."""
        self.clock.advance(seconds)
        return self.function.wait_for(until)


@contextmanager
def embedded(folder: Path, clock: ManualClock, urls: Mapping[str, str]) -> Iterator[TaskQueue]:
    queue = SqliteTaskQueue(
        folder / "tasks.sqlite", clock=clock, token=lambda audience: f"for:{audience}", queues=QUEUES
    )
    queue.start(urls)
    try:
        yield queue
    finally:
        queue.close()


@contextmanager
def google(folder: Path, clock: ManualClock, urls: Mapping[str, str]) -> Iterator[TaskQueue]:
    """Google's client, over gRPC, to the same engine; the addresses travel in the tasks."""
    with (
        cloud_tasks(folder, clock, queues=QUEUES, token=lambda audience: f"for:{audience}") as service,
        service.queue(urls.__getitem__, [config.name for config in QUEUES]) as queue,
    ):
        yield queue


STACKS: dict[str, Callable[[Path, ManualClock, Mapping[str, str]], AbstractContextManager[TaskQueue]]] = {
    "embedded": embedded,
    "google": google,
}


@pytest.fixture(params=STACKS)
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stack]:
    clock = ManualClock()
    with target() as function, STACKS[request.param](tmp_path, clock, {"work": function.url}) as queue:
        yield Stack(queue, clock, function)


def test_a_task_reaches_its_function_with_payload_token_and_headers(stack: Stack) -> None:
    assert stack.queue.create([stack.task("t1")]) == [True]
    [delivery] = stack.function.wait_for(1)
    assert delivery.path == "/work"
    assert delivery.payload == {"item": "t1", "attempt": 1}
    expected = {
        "content-type": "application/json",
        "authorization": f"Bearer for:{stack.function.url}",
        "x-cloudtasks-queuename": "plain",
        "x-cloudtasks-taskname": "t1",
        "x-cloudtasks-taskretrycount": "0",
        "x-cloudtasks-taskexecutioncount": "0",
    }
    assert {name: delivery.headers.get(name) for name in expected} == expected
    assert float(delivery.headers["x-cloudtasks-tasketa"]) == stack.clock.now().timestamp()
    assert "x-cloudtasks-taskpreviousresponse" not in delivery.headers


def test_a_task_carries_its_trace_to_its_function_at_every_delivery(stack: Stack) -> None:
    replies = iter([Reply(500), Reply()])
    stack.function.answer = lambda _delivery: next(replies)
    trace = {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01", "tracestate": "fanfold=shared"}
    stack.queue.create([stack.task("t1", trace=trace)])
    stack.function.wait_for(1)
    advance_until(stack, 2)
    for delivery in stack.function.deliveries:
        assert {name: delivery.headers.get(name) for name in trace} == trace
        assert delivery.payload == {"item": "t1", "attempt": 1}


def test_a_task_without_a_trace_carries_none(stack: Stack) -> None:
    stack.queue.create([stack.task("t1")])
    [delivery] = stack.function.wait_for(1)
    assert not {"traceparent", "tracestate"} & set(delivery.headers)


def test_a_name_is_taken_while_its_task_waits_and_after_it_ended(stack: Stack) -> None:
    later = stack.clock.now() + timedelta(minutes=10)
    # The clock stays within their deadlines, so a delivery under way when it moves is not cut off.
    first, second = (
        stack.task("t1", schedule_at=later, deadline_seconds=1_800),
        stack.task("t2", deadline_seconds=1_800),
    )
    assert stack.queue.create([first]) == [True]
    assert stack.queue.create([first, second]) == [False, True]
    stack.let_pass(600, until=2)
    stack.clock.advance(600)
    assert stack.queue.create([stack.task("t1"), stack.task("t2"), stack.task("t3")]) == [False, False, True]
    stack.function.wait_for(3)
    assert sorted(stack.function.tasks) == ["t1", "t2", "t3"]


def test_one_call_creates_a_name_once_and_queues_have_names_of_their_own(stack: Stack) -> None:
    tasks = [stack.task("same"), stack.task("same"), stack.task("same", queue="narrow")]
    assert stack.queue.create(tasks) == [True, False, True]
    assert sorted(delivery.headers["x-cloudtasks-queuename"] for delivery in stack.function.wait_for(2)) == [
        "narrow",
        "plain",
    ]


def test_of_many_who_create_one_name_exactly_one_wins(stack: Stack) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: stack.queue.create([stack.task(f"t{number % 5}")]), range(40)))
    assert sum(answer == [True] for answer in answers) == 5
    stack.function.wait_for(5)


def test_hundreds_created_at_once_are_each_delivered(stack: Stack) -> None:
    names = [f"t{number}" for number in range(300)]
    assert stack.queue.create([stack.task(name) for name in names]) == [True] * 300
    assert stack.queue.create([]) == []
    # The rate allows 500 together, so the clock need not move.
    assert {delivery.task for delivery in stack.function.wait_for(300)} == set(names)


def test_a_scheduled_task_waits_for_its_time(stack: Stack) -> None:
    stack.queue.create([stack.task("later", schedule_at=stack.clock.now() + timedelta(seconds=30))])
    stack.clock.advance(29)
    stack.queue.create([stack.task("now"), stack.task("past", schedule_at=stack.clock.now() - timedelta(days=1))])
    assert {delivery.task for delivery in stack.function.wait_for(2)} == {"now", "past"}
    assert stack.let_pass(1, until=3)[-1].task == "later"


def test_a_delivery_is_repeated_by_the_backoff_until_a_2xx(stack: Stack) -> None:
    statuses = iter([500, 404, 302, 199 + 5])
    stack.function.answer = lambda _delivery: Reply(next(statuses), {"Location": "/elsewhere", "Content-Length": "0"})
    began = stack.clock.now().timestamp()
    stack.queue.create([stack.task("t1", deadline_seconds=1_800)])
    stack.function.wait_for(1)
    advance_until(stack, 4)
    told = [
        tuple(
            delivery.headers.get(f"x-cloudtasks-task{name}")
            for name in ("retrycount", "executioncount", "previousresponse")
        )
        for delivery in stack.function.deliveries
    ]
    # The execution count leaves out what was answered with 5XX; the retry count does not.
    assert told == [("0", "0", None), ("1", "0", "500"), ("2", "1", "404"), ("3", "2", "302")]
    etas = [float(delivery.headers["x-cloudtasks-tasketa"]) - began for delivery in stack.function.deliveries]
    assert etas[1] >= 10
    assert etas[2] - etas[1] >= 20
    assert etas[3] - etas[2] >= 40
    stack.clock.advance(1_000)
    stack.queue.create([stack.task("t2")])
    statuses = iter([200])
    assert [delivery.task for delivery in stack.function.wait_for(5)] == ["t1"] * 4 + ["t2"]


def advance_until(stack: Stack, count: int) -> None:
    """Move the clock by small steps until so many deliveries came: the queue computes delays from when it saw the answer."""
    for _ in range(3_000):
        with stack.function.changed:
            if stack.function.changed.wait_for(lambda: len(stack.function.deliveries) >= count, timeout=0.01):
                return
        stack.clock.advance(1)
    raise AssertionError(f"{len(stack.function.deliveries)} of {count} deliveries came")


@pytest.mark.parametrize("status", [429, 503, 500])
def test_a_wait_that_the_function_asks_for_is_kept(stack: Stack, status: int) -> None:
    replies = iter([Reply(status, {"Retry-After": "100"}), Reply()])
    stack.function.answer = lambda _delivery: next(replies)
    began = stack.clock.now().timestamp()
    stack.queue.create([stack.task("t1")])
    stack.function.wait_for(1)
    advance_until(stack, 2)
    assert float(stack.function.deliveries[1].headers["x-cloudtasks-tasketa"]) - began >= 100


@pytest.mark.parametrize(
    "raw", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf", b"\x00\xff garbage\r\n\r\n"]
)
def test_an_answer_that_is_lost_or_garbled_is_no_success(stack: Stack, raw: bytes) -> None:
    replies = iter([Reply(raw=raw), Reply()])
    stack.function.answer = lambda _delivery: next(replies)
    stack.queue.create([stack.task("t1")])
    stack.function.wait_for(1)
    advance_until(stack, 2)
    assert stack.function.deliveries[1].headers["x-cloudtasks-taskretrycount"] == "1"


def test_never_more_run_at_once_than_the_queue_allows(stack: Stack) -> None:
    gate = threading.Semaphore(0)

    def wait(delivery: Delivery) -> Reply:
        gate.acquire()
        return Reply()

    stack.function.answer = wait
    stack.queue.create([stack.task(f"t{number}", queue="narrow") for number in range(CONCURRENCY * 4)])
    stack.function.wait_for(CONCURRENCY)
    for number in range(CONCURRENCY * 4):
        gate.release()
        stack.function.wait_for(min(CONCURRENCY + number + 1, CONCURRENCY * 4))
    assert stack.function.most_running == CONCURRENCY
    assert len(set(stack.function.tasks)) == CONCURRENCY * 4


def test_a_task_that_outlives_its_deadline_is_delivered_again(stack: Stack) -> None:
    stuck = threading.Event()

    def hang_once(delivery: Delivery) -> Reply:
        if delivery.headers["x-cloudtasks-taskretrycount"] == "0":
            stuck.wait(60)
        return Reply()

    stack.function.answer = hang_once
    try:
        stack.queue.create([stack.task("t1", deadline_seconds=15)])
        stack.function.wait_for(1)
        advance_until(stack, 2)
    finally:
        stuck.set()
    second = stack.function.deliveries[1].headers
    assert (second["x-cloudtasks-taskretrycount"], second["x-cloudtasks-taskexecutioncount"]) == ("1", "0")


def test_what_cannot_be_taken_is_refused_whole_with_the_field_named(stack: Stack) -> None:
    far = stack.clock.now() + timedelta(days=30, seconds=1)
    wrong: list[tuple[dict[str, object], str]] = [
        ({"name": "no spaces"}, "/tasks/1/name"),
        ({"name": ""}, "/tasks/1/name"),
        ({"name": "x" * 501}, "/tasks/1/name"),
        ({"deadline_seconds": 14}, "/tasks/1/deadline_seconds"),
        ({"deadline_seconds": 1_801}, "/tasks/1/deadline_seconds"),
        ({"schedule_at": far}, "/tasks/1/schedule_at"),
        ({"schedule_at": far.replace(tzinfo=None)}, "/tasks/1/schedule_at"),
        ({"trace": {"traceparent": "00-zz"}}, "/tasks/1/trace"),
        ({"trace": {"tracestate": "a=b\r\nX-Evil: 1"}}, "/tasks/1/trace"),
        ({"trace": {"Authorization": "Bearer x"}}, "/tasks/1/trace"),
    ]
    for changes, pointer in wrong:
        with pytest.raises(Invalid) as refused:
            stack.queue.create([stack.task("good"), stack.task(**({"name": "bad"} | changes))])  # type: ignore[arg-type]
        assert [error.pointer for error in refused.value.errors] == [pointer]
    with pytest.raises(TooLarge, match="at most 1024"):
        stack.queue.create([stack.task("good"), stack.task("bad", payload={"item": "x" * 1_024})])
    with pytest.raises(NotFound, match="elsewhere"):
        stack.queue.create([stack.task("good"), stack.task("bad", queue="elsewhere")])
    assert stack.queue.create([stack.task("good")]) == [True]


def test_it_says_that_it_answers(stack: Stack) -> None:
    stack.queue.ping()
