"""What the queue over Cloud Tasks does beyond the port: rights, missing queues, lost answers, a late load of its client."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from google.cloud import tasks_v2

from infra.local.cloud_tasks import CloudTasksServer
from infra.local.cloud_tasks.servers import SERVICE
from shared.adapters.embedded.tasks import QueueConfig
from shared.adapters.google.tasks import connect
from shared.domain.errors import ConfigurationWrong, Invalid, NotFound, Unavailable
from shared.ports.tasks import Task
from tests.architecture.rules import ROOT
from tests.clocks import ManualClock
from tests.cloud_tasks import ACCOUNT, LOCATION, PLACE, PROJECT, CloudTasks, cloud_tasks

URL = "http://127.0.0.1:9/work"


def task(name: str, **changes: object) -> Task:
    fields: dict[str, object] = {
        "name": name, "queue": "held", "function": "work", "payload": {"item": name}, "deadline_seconds": 60,
    }  # fmt: skip
    return Task(**(fields | changes))  # type: ignore[arg-type]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[CloudTasks]:
    """One queue, which is paused: what is created stays to be looked at."""
    with cloud_tasks(tmp_path, ManualClock(), queues=[QueueConfig(name="held"), QueueConfig(name="dev-held")]) as made:
        made.engine.engine.pause_queue("held")
        made.engine.engine.pause_queue("dev-held")
        yield made


def names(service: CloudTasks, queue: str = "held") -> list[str]:
    return [record.name for record in service.engine.engine.list_tasks(queue, limit=10_000)]


def test_a_task_travels_with_address_token_deadline_and_body(service: CloudTasks) -> None:
    with service.queue(lambda function: f"https://functions.example/{function}", ["held"]) as queue:
        queue.create([task("t1")])
    with connect(service.server.address) as client:
        full = tasks_v2.Task.View.FULL
        sent = client.get_task(request={"name": f"{PLACE}/queues/held/tasks/t1", "response_view": full})
    assert sent.http_request.url == sent.http_request.oidc_token.audience == "https://functions.example/work"
    assert sent.http_request.oidc_token.service_account_email == ACCOUNT
    assert sent.http_request.http_method == tasks_v2.HttpMethod.POST
    assert (sent.http_request.body, sent.http_request.headers) == (
        b'{"item":"t1"}',
        {"Content-Type": "application/json"},
    )
    assert sent.dispatch_deadline.seconds == 60


def test_a_thousand_named_tasks_are_created_once(service: CloudTasks) -> None:
    tasks = [task(f"t{number}") for number in range(1_000)]
    with service.queue(lambda _function: URL, ["held"]) as queue:
        assert queue.create(tasks) == [True] * 1_000
        assert queue.create(tasks) == [False] * 1_000
    assert sorted(names(service)) == sorted(task.name for task in tasks)


def test_queues_are_deployed_with_a_prefix(service: CloudTasks) -> None:
    with service.queue(lambda _function: URL, ["held"], queue_prefix="dev-") as queue:
        queue.ping()
        queue.create([task("t1")])
    assert (names(service), names(service, "dev-held")) == ([], ["t1"])


def test_a_queue_that_ought_to_be_there_and_is_not_is_unavailable_and_another_is_not_found(service: CloudTasks) -> None:
    with service.queue(lambda _function: URL, ["asleep"]) as queue:
        for attempt in (lambda: queue.create([task("t1", queue="asleep")]), queue.ping):
            with pytest.raises(Unavailable) as told:
                attempt()
            assert PROJECT not in told.value.detail
        with pytest.raises(NotFound, match="held"):
            queue.create([task("t1"), task("t2", queue="asleep")])
    assert names(service) == []


def test_what_cloud_tasks_alone_finds_wrong_is_invalid_at_its_task(service: CloudTasks) -> None:
    addresses = {"work": URL, "nowhere": "no address"}
    with (
        service.queue(addresses.__getitem__, ["held"]) as queue,
        pytest.raises(Invalid, match=r"http_request\.url") as told,
    ):
        queue.create([task("t1"), task("t2", function="nowhere")])
    assert [error.pointer for error in told.value.errors] == ["/tasks/1"]


def test_a_missing_right_is_unavailable_and_names_no_account(service: CloudTasks) -> None:
    with (
        service.queue(lambda _function: URL, ["held"], service_account="other@example.com") as queue,
        pytest.raises(Unavailable) as told,
    ):
        queue.create([task("t1"), task("t2")])
    assert "@" not in told.value.detail
    assert names(service) == []


def test_no_answer_is_unavailable_and_who_has_patience_outlives_the_gap(service: CloudTasks) -> None:
    port = int(service.server.address.rpartition(":")[2])
    with service.queue(lambda _function: URL, ["held"], patience_seconds=1.0) as queue:
        queue.create([task("t0")])
        service.server.stop()
        for attempt in (lambda: queue.create([task(f"t{number}") for number in range(100)]), queue.ping):
            with pytest.raises(Unavailable):
                attempt()
    with (
        service.queue(lambda _function: URL, ["held"], patience_seconds=60) as patient,
        ThreadPoolExecutor(1) as threads,
    ):
        created = threads.submit(patient.create, [task(f"t{number}") for number in range(3)])
        with CloudTasksServer(
            service.engine.engine, project=PROJECT, location=LOCATION, service_account=ACCOUNT, port=port
        ):
            assert created.result() == [False, True, True]


@contextmanager
def losing_line(address: str) -> Iterator[str]:
    """A line to the stand-in that carries every create there and loses the first answer on its way back."""
    losses = iter([True])

    def carry(request: bytes, context: grpc.ServicerContext) -> bytes:
        try:
            answer: bytes = create(request)
        except grpc.RpcError as error:
            context.abort(error.code(), error.details() or "")
        if next(losses, False):
            context.abort(grpc.StatusCode.UNAVAILABLE, "the line broke")
        return answer

    handler = grpc.method_handlers_generic_handler(SERVICE, {"CreateTask": grpc.unary_unary_rpc_method_handler(carry)})
    with grpc.insecure_channel(address) as channel, ThreadPoolExecutor(2) as threads:
        create: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(f"/{SERVICE}/CreateTask")
        server = grpc.server(threads, handlers=[handler])
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            server.stop(None).wait()


def test_a_create_whose_answer_was_lost_is_repeated_and_made_once(service: CloudTasks) -> None:
    with (
        losing_line(service.server.address) as address,
        service.queue(lambda _function: URL, ["held"], address) as queue,
    ):
        assert queue.create([task("t1"), task("t2")]).count(False) == 1
    assert sorted(names(service)) == ["t1", "t2"]


def test_a_stand_in_elsewhere_is_refused() -> None:
    with pytest.raises(ConfigurationWrong, match="must be on this machine"):
        connect("tasks.example:443")


def test_the_client_is_loaded_at_the_first_call_only() -> None:
    program = (
        "import sys, shared.adapters.google.tasks as tasks;"
        "from shared.adapters.system import SystemClock;"
        "tasks.CloudTasksQueue(project='p', location='l', queues=['q'], url=str, service_account='a', clock=SystemClock());"
        "print(sorted({'grpc', 'google.api_core', 'google.cloud.tasks_v2'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
