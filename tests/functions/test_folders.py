"""Each function's folder, loaded by functions-framework as it is deployed and spoken to over real HTTP."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import functions_framework.aio
import httpx
import pytest
import yaml

import shared.container
from shared.adapters.embedded.pushes import Pushes, UploadNotices
from shared.adapters.embedded.service_tokens import LocalServiceTokens
from shared.adapters.embedded.tasks import SqliteTaskQueue
from shared.adapters.outbound.senders import TOTAL_SECONDS
from shared.config import Settings
from shared.container import Container
from shared.domain.catalogue import MODELS
from shared.domain.errors import ConfigurationWrong
from shared.domain.lanes import ALL_QUEUES, EVENTS
from shared.domain.webhooks import LEASE
from shared.ports.documents import Query
from shared.services import step_requests, webhook_tasks
from shared.services.engine_rules import EngineRules
from shared.services.organisations import OrganisationCreate
from tests.clocks import ManualClock
from tests.engine.scripted import ScriptedProvider, model, picture
from tests.servers import Server, serve

FOLDERS = {path.parent.name: path.parent for path in Path(__file__).parents[2].glob("functions/*/main.py")}
TASKS = sorted(FOLDERS.keys() - {"api"})
SCHEDULED = {"clean_up", "reconcile", "report_costs"}
ROW = {"prompt": "A walker on a beach", "variants": 2}


def described(name: str) -> dict[str, Any]:
    description: dict[str, Any] = yaml.safe_load((FOLDERS[name] / "function.yaml").read_text(encoding="utf-8"))
    return description


@dataclass
class Deployment:
    """Every function served below its name, and what they have in common."""

    server: Server
    container: Container
    http: httpx.Client
    key: str

    def url(self, function: str, path: str = "/") -> str:
        return f"{self.server.url}/{function}{path}"

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {"X-API-Key": self.key} | request.pop("headers", {})
        return self.http.request(method, self.url("api", path), headers=headers, **request)

    def service_token(self, function: str) -> str:
        services = self.container.stack.services
        assert isinstance(services, LocalServiceTokens)
        return services.token(self.container.function_url(function))

    def deliver(self, function: str, payload: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.service_token(function)}"}
        return self.http.post(self.url(function), json=payload, headers=headers)

    def run(self) -> int:
        """Deliver what waits in the queues, all of it due, until nothing does; how many deliveries it took."""
        delivered = 0
        queue = self.container.stack.tasks
        assert isinstance(queue, SqliteTaskQueue)
        while waiting := [task for name in (*ALL_QUEUES, EVENTS) for task in queue.engine.list_tasks(name)]:
            for task in waiting:
                assert task.function is not None
                assert self.deliver(task.function, json.loads(task.body)).status_code == 200
                queue.engine.delete_task(task.queue, task.name)
                delivered += 1
            assert isinstance(self.container.clock, ManualClock)
            self.container.clock.advance(1)
        return delivered


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    before = shared.container._container
    with serve() as server:
        settings = Settings(home=tmp_path, public_url=server.url, functions_url=server.url)
        container = Container(
            settings, clock=ManualClock(), specs=(model(),), providers={"scripted": ScriptedProvider()}
        )
        shared.container.install(container)
        for name, folder in FOLDERS.items():
            # The framework has no types.
            app = functions_framework.aio.create_asgi_app(name, str(folder / "main.py"), "http")  # type: ignore[no-untyped-call]
            server.mount(f"/{name}", app)
        create = OrganisationCreate(name="Ours", email="admin@ours.example", member_name="Ana", password="a long one")
        key = container.library.organisations.create(create).key
        with httpx.Client(timeout=30, trust_env=False) as http:
            yield Deployment(server, container, http, key or "")
    container.close()
    shared.container._container = before


def test_a_batch_goes_through_every_function_to_its_images(deployment: Deployment) -> None:
    accepted = deployment.ask("POST", "/v1/batches", json={"rows": [ROW]}).json()
    assert deployment.run() >= 3
    batch = deployment.ask("GET", accepted["status_url"]).json()
    assert (batch["status"], batch["progress"]["succeeded"]) == ("completed", 2)
    items = deployment.ask("GET", accepted["items_url"]).json()["items"]
    assert [item["status"] for item in items] == ["succeeded"] * 2
    usage = deployment.ask("GET", "/v1/usage").json()
    assert usage["total_micros"] == batch["cost"]["spent_micros"] > 0
    with deployment.http.stream(
        "GET", deployment.url("api", accepted["events_url"]), headers={"X-API-Key": deployment.key}
    ) as events:
        assert "event: batch\nid: " in events.read().decode()


def test_reconcile_finds_a_batch_whose_task_was_lost(deployment: Deployment) -> None:
    accepted = deployment.ask("POST", "/v1/batches", json={"rows": [ROW]}).json()
    queue = deployment.container.stack.tasks
    assert isinstance(queue, SqliteTaskQueue)
    for name in ALL_QUEUES:
        queue.engine.purge_queue(name)
    assert isinstance(deployment.container.clock, ManualClock)
    deployment.container.clock.advance(60)
    assert deployment.deliver("reconcile", {}).status_code == 200
    deployment.run()
    assert deployment.ask("GET", accepted["status_url"]).json()["status"] == "completed"


def test_an_upload_is_judged_when_it_arrives(deployment: Deployment) -> None:
    data = picture("1:1")
    body = {"filename": "walker.png", "media_type": "image/png", "bytes": len(data)}
    reference = deployment.ask("POST", "/v1/references", json=body).json()["id"]
    stack = deployment.container.stack
    assert isinstance(stack.tasks, SqliteTaskQueue)
    (document,) = stack.documents.query(Query("references", group=True))
    name = document.data["upload"]
    stack.objects.put(name, data, media_type="image/png")
    UploadNotices(Pushes(stack.tasks, clock=deployment.container.clock), ids=deployment.container.ids).finalized(name)
    assert deployment.run() == 1
    assert deployment.ask("GET", f"/v1/references/{reference}").json()["status"] == "ready"
    assert stack.objects.find(name) is None


def test_a_finished_day_is_reported(deployment: Deployment) -> None:
    accepted = deployment.ask("POST", "/v1/batches", json={"rows": [ROW]}).json()
    deployment.run()
    assert isinstance(deployment.container.clock, ManualClock)
    deployment.container.clock.advance(24 * 3600)
    assert deployment.deliver("report_costs", {}).status_code == 200
    batch = deployment.ask("GET", accepted["status_url"]).json()
    (report,) = deployment.ask("GET", "/v1/reports/costs").json()["reports"]
    assert report["total"]["cost_micros"] == batch["cost"]["spent_micros"] > 0


def test_what_has_had_its_time_is_cleaned_up(deployment: Deployment) -> None:
    deployment.ask("POST", "/v1/batches", json={"rows": [ROW]}, headers={"Idempotency-Key": "once"})
    deployment.run()
    records = Query("idempotency", group=True)
    assert len(deployment.container.stack.documents.query(records)) == 1
    assert isinstance(deployment.container.clock, ManualClock)
    deployment.container.clock.advance(8 * 24 * 3600)
    assert deployment.deliver("clean_up", {}).status_code == 200
    assert deployment.container.stack.documents.query(records) == []


def test_the_api_serves_all_of_its_paths_behind_the_framework(deployment: Deployment) -> None:
    health = deployment.ask("GET", "/v1/health")
    assert health.json()["status"] == "ok"
    assert health.headers["X-Request-Id"].startswith("req_")
    assert deployment.ask("GET", "/v1/ready").json()["status"] == "ready"
    assert deployment.ask("GET", "/v1/openapi.json").json()["openapi"] == "3.1.0"
    nowhere = deployment.ask("GET", "/v1/nowhere")
    assert (nowhere.status_code, nowhere.headers["Content-Type"]) == (404, "application/problem+json")
    assert deployment.ask("PUT", "/v1/batches").headers["Allow"] == "GET, POST"
    big = deployment.ask(
        "POST", "/v1/batches", content=b" " * (16 * 2**20 + 1), headers={"Content-Type": "application/json"}
    )
    assert big.status_code == 413


@pytest.mark.parametrize("function", TASKS)
def test_a_task_function_serves_nobody_but_its_queue(deployment: Deployment, function: str) -> None:
    others = [name for name in TASKS if name != function]
    for headers in (
        {},
        {"X-API-Key": deployment.key},
        {"Authorization": "Bearer a.b.c"},
        {"Authorization": f"Bearer {deployment.service_token(others[0])}"},
        {"X-CloudTasks-QueueName": "advance"},
    ):
        assert deployment.http.post(deployment.url(function), json={}, headers=headers).status_code == 401
    assert deployment.http.get(deployment.url(function)).status_code == 405
    assert deployment.http.post(deployment.url(function, "/v1/batches"), json={}).status_code == 404


@pytest.mark.parametrize("function", sorted(set(TASKS) - SCHEDULED))
def test_a_task_function_takes_ids_only(deployment: Deployment, function: str) -> None:
    assert deployment.deliver(function, {"schema": 1, "org": "../../system", "batch": "x"}).status_code == 400


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_an_entry_point_is_the_folders_own(name: str) -> None:
    assert described(name)["name"] == described(name)["entry_point"] == name


@pytest.fixture
def keyless(tmp_path: Path) -> Iterator[Container]:
    """A container with a default model whose provider's key it was not given."""
    config = Settings(home=tmp_path, public_url="http://localhost", default_model="gemini-nano-banana-2.1")
    container = Container(config.model_copy(update={"gemini_api_key": None}), clock=ManualClock())
    yield container
    container.close()


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_only_functions_that_are_given_a_providers_key_need_it(keyless: Container, name: str) -> None:
    make = getattr(keyless, f"{name}_app")
    if name == "api":
        with pytest.raises(ConfigurationWrong, match="FANFOLD_DEFAULT_MODEL"):
            make()
    else:
        make()


@pytest.mark.parametrize("name", TASKS)
def test_no_request_waits_for_a_thread_while_its_time_runs(keyless: Container, name: str) -> None:
    edge = getattr(keyless, f"{name}_app")()
    assert edge.concurrency >= described(name)["concurrency"]


def test_whoever_carries_out_a_task_outlives_its_delivery_and_the_delivery_its_lease() -> None:
    times: list[tuple[str, float, float, float]] = [
        ("generate_image", spec.call_seconds, spec.lease_seconds, spec.dispatch_deadline_seconds) for spec in MODELS
    ]
    times.append(("send_webhook", TOTAL_SECONDS, LEASE.total_seconds(), webhook_tasks.DEADLINE_SECONDS))
    for name, call, lease, delivery in times:
        assert call + 30 < lease < delivery < described(name)["timeout_seconds"], name
    step = EngineRules().step_lease.total_seconds()
    assert step < step_requests.DEADLINE_SECONDS < described("advance_batch")["timeout_seconds"]


def test_task_functions_name_the_queues_that_there_are() -> None:
    named: set[str] = set()
    for name in FOLDERS:
        named |= set(described(name)["trigger"].get("queues", []))
    assert named == set(ALL_QUEUES)
