"""The stand-in for Cloud Tasks speaks its protocol: driven by Google's own client."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.api_core import exceptions
from google.cloud import tasks_v2
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp

from infra.local.cloud_tasks import CloudTasksServer
from shared.adapters.embedded.service_tokens import LocalServiceTokens
from shared.adapters.embedded.tasks import QueueConfig, RetryConfig
from shared.adapters.google.tasks import connect
from shared.domain.errors import ConfigurationWrong
from tests.clocks import START, ManualClock
from tests.cloud_tasks import ACCOUNT, PLACE, CloudTasks, cloud_tasks
from tests.task_targets import Reply, Target, target

T = TypeVar("T")
QUEUE = f"{PLACE}/queues/plain"
HELD = f"{PLACE}/queues/held"
CONFIGS = (
    QueueConfig(name="plain", retry=RetryConfig(min_backoff_seconds=10)),
    QueueConfig(name="held"),
)
LATER = START + timedelta(days=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def services(clock: ManualClock) -> LocalServiceTokens:
    return LocalServiceTokens(
        Ed25519PrivateKey.generate(), clock=clock, issuer="https://accounts.local", account=ACCOUNT
    )


@pytest.fixture
def service(tmp_path: Path, clock: ManualClock, services: LocalServiceTokens) -> Iterator[CloudTasks]:
    with cloud_tasks(tmp_path, clock, queues=CONFIGS, token=services.token) as made:
        yield made


@pytest.fixture
def client(service: CloudTasks) -> Iterator[tasks_v2.CloudTasksClient]:
    made = connect(service.server.address)
    with made:
        yield made


@pytest.fixture
def function() -> Iterator[Target]:
    with target() as made:
        yield made


def request(url: str = "http://127.0.0.1:9/work", **fields: object) -> tasks_v2.HttpRequest:
    return tasks_v2.HttpRequest(**({"url": url} | fields))


def task(short: str = "t1", **fields: object) -> tasks_v2.Task:
    return tasks_v2.Task(
        **({"name": f"{QUEUE}/tasks/{short}", "http_request": request(), "schedule_time": LATER} | fields)
    )


# --- What is refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": "t1"}, "task.name must be of the form projects/PROJECT"),
        ({"name": f"{QUEUE}/tasks/no spaces"}, "task.name must be"),
        ({"name": f"{QUEUE}/tasks/{'x' * 501}"}, "task.name must be"),
        ({"name": f"{HELD}/tasks/t1"}, "task.name must be in the queue that parent names, plain"),
        ({"http_request": None}, "task.http_request must be set"),
        ({"http_request": None, "app_engine_http_request": {"relative_uri": "/a"}}, "task.http_request must be set"),
        ({"http_request": request("ftp://127.0.0.1/")}, "task.http_request.url must be"),
        ({"http_request": request("http://[127.0.0.1/")}, "task.http_request.url must be"),
        ({"http_request": request("http://127.0.0.1:99999/")}, "task.http_request.url must be"),
        ({"http_request": request("")}, "task.http_request.url must be"),
        ({"http_request": request(http_method=99)}, "task.http_request.http_method is not"),
        ({"http_request": request(http_method="GET", body=b"1")}, "task.http_request.body must be empty"),
        ({"http_request": request(body=b"1" * 102_401)}, "task.http_request.body is 102401 bytes"),
        ({"http_request": request(headers={"X-A": "two\nlines"})}, "task.http_request.headers hold"),
        ({"http_request": request(oauth_token={"service_account_email": ACCOUNT})}, "use oidc_token"),
        ({"dispatch_deadline": timedelta(seconds=14)}, "task.dispatch_deadline must be 15 to 1,800"),
        ({"schedule_time": START + timedelta(days=31)}, "task.schedule_time must be at most 30 days ahead"),
        ({"schedule_time": Timestamp(seconds=10**13)}, "task.schedule_time is not a moment"),
        ({"retry_config": {"max_attempts": -2}}, "task.retry_config.max_attempts must be at least 1"),
        ({"retry_config": {"min_backoff": timedelta(seconds=-1)}}, "task.retry_config.min_backoff must be more than 0"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_created(
    client: tasks_v2.CloudTasksClient, fields: dict[str, object], told: str
) -> None:
    with pytest.raises(exceptions.InvalidArgument) as refused:
        client.create_task(parent=QUEUE, task=task(**fields))  # type: ignore[arg-type]
    assert told in refused.value.message
    assert list(client.list_tasks(parent=QUEUE)) == []


def test_a_token_of_another_account_is_not_to_be_had(client: tasks_v2.CloudTasksClient) -> None:
    other = request(oidc_token={"service_account_email": "owner@demo-fanfold.iam.gserviceaccount.com"})
    with pytest.raises(exceptions.PermissionDenied, match="service_account_email"):
        client.create_task(parent=QUEUE, task=task(http_request=other))


def test_a_taken_name_and_a_missing_queue_have_the_statuses_of_cloud_tasks(client: tasks_v2.CloudTasksClient) -> None:
    client.create_task(parent=QUEUE, task=task())
    with pytest.raises(exceptions.AlreadyExists):
        client.create_task(parent=QUEUE, task=task())
    client.delete_task(name=task().name)
    with pytest.raises(exceptions.AlreadyExists):
        client.create_task(parent=QUEUE, task=task())
    gone = f"{PLACE}/queues/gone"
    ways: list[dict[str, object]] = [{}, {"retry_config": {"max_attempts": 1}}]
    for changes in ways:
        with pytest.raises(exceptions.FailedPrecondition, match="Queue does not exist"):
            client.create_task(parent=gone, task=task(**({"name": f"{gone}/tasks/t1"} | changes)))  # type: ignore[arg-type]


def test_what_is_not_there_is_not_found(client: tasks_v2.CloudTasksClient) -> None:
    gone, elsewhere = f"{PLACE}/queues/gone", "projects/other/locations/here/queues/plain"
    for name in (gone, elsewhere):
        for method in (
            client.get_queue,
            client.pause_queue,
            client.resume_queue,
            client.purge_queue,
            client.delete_queue,
        ):
            with pytest.raises(exceptions.NotFound):
                method(name=name)
        with pytest.raises(exceptions.NotFound):
            client.list_tasks(parent=name)
    for act in (client.get_task, client.run_task, client.delete_task):
        with pytest.raises(exceptions.NotFound):
            act(name=f"{QUEUE}/tasks/never")
        with pytest.raises(exceptions.InvalidArgument, match=r"^400 name must be of the form"):
            act(name=QUEUE)


def test_a_method_that_is_not_served_says_so(client: tasks_v2.CloudTasksClient) -> None:
    with pytest.raises(exceptions.MethodNotImplemented):
        client.batch_create_tasks(parent=QUEUE, requests=[])


# --- Tasks --------------------------------------------------------------------------------------------------------------


def test_a_task_is_told_as_it_was_asked_for_and_its_body_in_the_full_view_only(
    client: tasks_v2.CloudTasksClient,
) -> None:
    asked = task(
        http_request=request(
            body=b"{}", headers={"X-A": "1"}, http_method="PUT", oidc_token={"service_account_email": ACCOUNT}
        ),
        dispatch_deadline=timedelta(seconds=20),
        retry_config={"max_attempts": 3},
    )
    answers: list[Any] = [client.create_task(parent=QUEUE, task=asked), client.get_task(name=asked.name)]
    for told in answers:
        assert (told.name, told.schedule_time, told.create_time) == (asked.name, LATER, START)
        assert told.dispatch_deadline == timedelta(seconds=20)
        assert (told.http_request.url, told.http_request.http_method) == (
            asked.http_request.url,
            tasks_v2.HttpMethod.PUT,
        )
        assert told.http_request.headers == {"X-A": "1"}
        assert told.http_request.oidc_token.service_account_email == ACCOUNT
        assert told.http_request.oidc_token.audience == asked.http_request.url
        # What its own rule leaves open is the queue's.
        assert (told.retry_config.max_attempts, told.retry_config.min_backoff) == (3, timedelta(seconds=10))
        assert (told.view, told.http_request.body) == (tasks_v2.Task.View.BASIC, b"")
    full = client.get_task(request={"name": asked.name, "response_view": tasks_v2.Task.View.FULL})
    assert (full.view, full.http_request.body) == (tasks_v2.Task.View.FULL, b"{}")


def test_a_task_without_a_name_gets_one(client: tasks_v2.CloudTasksClient) -> None:
    names = {client.create_task(parent=QUEUE, task=task(name="")).name for _ in range(3)}
    assert len(names) == 3
    assert {told.name for told in client.list_tasks(parent=QUEUE)} == names


def test_tasks_are_listed_in_pages(client: tasks_v2.CloudTasksClient) -> None:
    names = [client.create_task(parent=QUEUE, task=task(f"t{number}")).name for number in range(5)]
    pages = list(client.list_tasks(request={"parent": QUEUE, "page_size": 2}).pages)
    assert [[told.name for told in page.tasks] for page in pages] == [names[:2], names[2:4], names[4:]]
    for wrong, field in (
        ({"page_size": -1}, "page_size"),
        ({"page_token": "x"}, "page_token"),
        ({"page_token": "YQ=="}, "page_token"),
    ):
        with pytest.raises(exceptions.InvalidArgument, match=field):
            client.list_tasks(request={"parent": QUEUE, **wrong})


def test_a_delivery_carries_a_token_for_its_audience(
    client: tasks_v2.CloudTasksClient, function: Target, services: LocalServiceTokens
) -> None:
    for name, token in (
        ("plain", None),
        ("address", {"service_account_email": ACCOUNT}),
        ("audience", {"service_account_email": ACCOUNT, "audience": "https://work.example"}),
    ):
        client.create_task(
            parent=QUEUE, task=task(name, schedule_time=None, http_request=request(function.url, oidc_token=token))
        )
    sent = {delivery.task: delivery.headers.get("authorization") for delivery in function.wait_for(3)}
    assert sent["plain"] is None
    for name, audience in (("address", function.url), ("audience", "https://work.example")):
        claims = services.verify(str(sent[name]).removeprefix("Bearer "), audience=audience)
        assert (claims["email"], claims["iss"]) == (ACCOUNT, "https://accounts.local")


def test_a_failed_attempt_is_told_and_a_task_given_up_by_its_own_rule_is_gone(
    client: tasks_v2.CloudTasksClient, function: Target, clock: ManualClock
) -> None:
    function.answer = lambda _delivery: Reply(500)
    twice = task(schedule_time=None, http_request=request(function.url), retry_config={"max_attempts": 2})
    client.create_task(parent=QUEUE, task=twice)
    function.wait_for(1)
    told: Any = eventually(lambda: client.get_task(name=twice.name), lambda read: bool(read.dispatch_count))
    assert (told.dispatch_count, told.response_count) == (1, 1)
    assert told.first_attempt.dispatch_time == told.last_attempt.response_time == START
    assert (told.last_attempt.response_status.code, told.last_attempt.response_status.message) == (2, "HTTP 500")
    assert told.schedule_time == START + timedelta(seconds=10)
    clock.advance(10)
    function.wait_for(2)
    eventually(lambda: list(client.list_tasks(parent=QUEUE)), lambda read: read == [])


def test_a_forced_task_is_delivered_from_a_paused_queue(client: tasks_v2.CloudTasksClient, function: Target) -> None:
    assert client.pause_queue(name=QUEUE).state is tasks_v2.Queue.State.PAUSED
    for name in ("t1", "t2"):
        client.create_task(parent=QUEUE, task=task(name, schedule_time=None, http_request=request(function.url)))
    assert client.run_task(name=f"{QUEUE}/tasks/t2").name == f"{QUEUE}/tasks/t2"
    assert [delivery.task for delivery in function.wait_for(1)] == ["t2"]
    assert client.resume_queue(name=QUEUE).state is tasks_v2.Queue.State.RUNNING
    assert [delivery.task for delivery in function.wait_for(2)] == ["t2", "t1"]


# --- Queues -------------------------------------------------------------------------------------------------------------


def test_a_queue_is_created_once_with_what_was_asked_for(client: tasks_v2.CloudTasksClient) -> None:
    asked = tasks_v2.Queue(
        name=f"{PLACE}/queues/new",
        rate_limits={"max_dispatches_per_second": 5, "max_concurrent_dispatches": 7},
        retry_config={"max_attempts": -1, "max_backoff": timedelta(seconds=60)},
    )
    made: Any = client.create_queue(parent=PLACE, queue=asked)
    assert made == client.get_queue(name=asked.name)
    assert (made.rate_limits.max_dispatches_per_second, made.rate_limits.max_concurrent_dispatches) == (5, 7)
    assert (made.rate_limits.max_burst_size, made.state) == (5, tasks_v2.Queue.State.RUNNING)
    retry = made.retry_config
    assert (retry.max_attempts, retry.min_backoff, retry.max_backoff) == (
        -1,
        timedelta(seconds=0.1),
        timedelta(seconds=60),
    )
    with pytest.raises(exceptions.AlreadyExists):
        client.create_queue(parent=PLACE, queue=asked)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": f"{PLACE}/queues/under_score"}, "queue.name"),
        ({"rate_limits": {"max_dispatches_per_second": 501}}, "queue.rate_limits.max_dispatches_per_second"),
        ({"rate_limits": {"max_concurrent_dispatches": 5_001}}, "queue.rate_limits.max_concurrent_dispatches"),
        ({"retry_config": {"max_doublings": -1}}, "queue.retry_config.max_doublings"),
        ({"retry_config": {"max_backoff": timedelta(0)}}, "queue.retry_config.max_backoff"),
        ({"retry_config": {"max_retry_duration": timedelta(-1)}}, "queue.retry_config.max_retry_duration"),
        ({"stackdriver_logging_config": {"sampling_ratio": 1}}, "queue.stackdriver_logging_config"),
    ],
)
def test_a_queue_that_cannot_be_is_refused_with_the_field_named(
    client: tasks_v2.CloudTasksClient, fields: dict[str, object], told: str
) -> None:
    queue = tasks_v2.Queue(**({"name": f"{PLACE}/queues/new"} | fields))
    with pytest.raises(exceptions.InvalidArgument, match=told):
        client.create_queue(parent=PLACE, queue=queue)
    with pytest.raises(exceptions.InvalidArgument, match=told):
        client.update_queue(queue=queue)
    assert len(list(client.list_queues(parent=PLACE))) == len(CONFIGS)


def test_an_update_changes_what_its_mask_names(client: tasks_v2.CloudTasksClient) -> None:
    asked = tasks_v2.Queue(name=QUEUE, rate_limits={"max_dispatches_per_second": 9, "max_concurrent_dispatches": 9})
    mask = FieldMask(paths=["rate_limits.max_dispatches_per_second"])
    changed = client.update_queue(queue=asked, update_mask=mask)
    assert (changed.rate_limits.max_dispatches_per_second, changed.rate_limits.max_concurrent_dispatches) == (9, 1_000)
    assert changed.retry_config.min_backoff == timedelta(seconds=10)
    # Without a mask everything is what the request says, and what it leaves out is as in a new queue.
    changed = client.update_queue(queue=asked)
    assert changed.rate_limits.max_concurrent_dispatches == 9
    assert changed.retry_config.min_backoff == timedelta(seconds=0.1)
    for path in ("state", "rate_limits.nothing", "nothing"):
        with pytest.raises(exceptions.InvalidArgument, match="update_mask"):
            client.update_queue(queue=asked, update_mask=FieldMask(paths=[path]))


def test_an_update_of_a_queue_that_is_not_there_creates_it(client: tasks_v2.CloudTasksClient) -> None:
    asked = tasks_v2.Queue(name=f"{PLACE}/queues/new", rate_limits={"max_concurrent_dispatches": 3})
    client.update_queue(queue=asked, update_mask=FieldMask(paths=["rate_limits"]))
    assert client.get_queue(name=asked.name).rate_limits.max_concurrent_dispatches == 3


def test_a_purged_queue_keeps_its_names_and_a_deleted_one_nothing(client: tasks_v2.CloudTasksClient) -> None:
    client.create_task(parent=QUEUE, task=task())
    assert client.purge_queue(name=QUEUE).name == QUEUE
    assert list(client.list_tasks(parent=QUEUE)) == []
    with pytest.raises(exceptions.AlreadyExists):
        client.create_task(parent=QUEUE, task=task())
    client.delete_queue(name=QUEUE)
    assert [queue.name for queue in client.list_queues(parent=PLACE)] == [HELD]


def test_queues_are_listed_in_pages_and_not_filtered(client: tasks_v2.CloudTasksClient) -> None:
    pages = list(client.list_queues(request={"parent": PLACE, "page_size": 1}).pages)
    assert [[queue.name for queue in page.queues] for page in pages] == [[HELD], [QUEUE]]
    for wrong, field in (({"filter": "state: PAUSED"}, "filter"), ({"page_size": -1}, "page_size")):
        with pytest.raises(exceptions.InvalidArgument, match=field):
            client.list_queues(request={"parent": PLACE, **wrong})


def test_a_taken_port_is_said(service: CloudTasks) -> None:
    port = int(service.server.address.rpartition(":")[2])
    with pytest.raises(ConfigurationWrong, match=str(port)):
        CloudTasksServer(service.engine.engine, project="p", location="l", service_account=ACCOUNT, port=port)


def eventually(read: Callable[[], T], holds: Callable[[T], bool]) -> T:
    """What is read once it holds; fails when that does not come."""
    pause = Event()
    for _ in range(1_000):
        if holds(got := read()):
            return got
        pause.wait(0.02)
    raise AssertionError("it did not come true")
