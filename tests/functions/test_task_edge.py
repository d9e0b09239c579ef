"""Where tasks arrive: strangers are refused, payloads are ids, the answer tells the queue what to do."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.routing import Mount, Router
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message
from structlog.testing import capture_logs

from shared.adapters.embedded.accounts import LocalAccounts
from shared.adapters.embedded.documents import SqliteDocumentStore
from shared.adapters.embedded.passwords import Argon2PasswordHasher
from shared.adapters.embedded.service_tokens import SERVICE_ACCOUNT, LocalServiceTokens
from shared.domain.errors import FanfoldError, GuardRefused, NotFound, Unavailable
from shared.http.service_edge import EdgeSettings
from shared.http.task_edge import (
    ItemPayload,
    StepPayload,
    SweepPayload,
    TaskEdge,
    reconcile_app,
    send_webhook_app,
)
from shared.repositories.indexes import INDEXES
from tests.clocks import ManualClock

AUDIENCE = "http://127.0.0.1:9/generate_image"
PAYLOAD: dict[str, Any] = {
    "schema": 1,
    "org": "org_aaaaaaaaaaaaaaaaaaaa",
    "batch": "bat_aaaaaaaaaaaaaaaaaaaa",
    "item": "itm_aaaaaaaaaaaaaaaaaaaa",
    "attempt": 1,
    "dispatch": 0,
}


def client_of(app: ASGIApp) -> TestClient:
    """Below a router: the edge itself takes no start-up event, just as on the functions framework."""
    return TestClient(Router(routes=[Mount("/", app)]))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def services(clock: ManualClock) -> LocalServiceTokens:
    return LocalServiceTokens(Ed25519PrivateKey.generate(), clock=clock)


Serve = Callable[..., AbstractContextManager[TestClient]]


@pytest.fixture
def serve(services: LocalServiceTokens) -> Serve:
    @contextmanager
    def serving(handle: Callable[[ItemPayload], None], *, concurrency: int = 4) -> Iterator[TestClient]:
        settings = EdgeSettings(audience=AUDIENCE, accounts=frozenset({SERVICE_ACCOUNT}), concurrency=concurrency)
        with client_of(TaskEdge(ItemPayload, handle, services, settings)) as client:
            yield client

    return serving


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_delivery_is_handled_once_with_its_ids(serve: Serve, services: LocalServiceTokens) -> None:
    seen: list[ItemPayload] = []
    with serve(seen.append) as client:
        answer = client.post("/", json=PAYLOAD, headers=bearer(services.token(AUDIENCE)))
    assert (answer.status_code, answer.content) == (200, b"")
    # A delivery of a version that knew no looks at jobs is none.
    assert [payload.model_dump(by_alias=True) for payload in seen] == [{**PAYLOAD, "poll": 0}]


def person_token(folder: Path, clock: ManualClock) -> str:
    with closing(SqliteDocumentStore(folder / "documents.sqlite", clock=clock, indexes=INDEXES)) as store:
        hour, key = timedelta(hours=1), Ed25519PrivateKey.generate()
        accounts = LocalAccounts(store, passwords=Argon2PasswordHasher(), key=key, clock=clock, lifetime=hour)
        return accounts.session(PAYLOAD["org"], "mem_aaaaaaaaaaaaaaaaaaaa").token


def test_strangers_reach_no_handler(
    serve: Serve, services: LocalServiceTokens, clock: ManualClock, tmp_path: Path
) -> None:
    seen: list[ItemPayload] = []
    other_key = LocalServiceTokens(Ed25519PrivateKey.generate(), clock=clock)
    expired = services.token(AUDIENCE)
    clock.advance(3600 + 60)
    tokens = {
        "nothing": {},
        "another scheme": {"Authorization": f"Basic {services.token(AUDIENCE)}"},
        "garbage": bearer("garbage"),
        "a person": bearer(person_token(tmp_path, clock)),
        "another function's": bearer(services.token("http://127.0.0.1:9/advance_batch")),
        "another stack's": bearer(other_key.token(AUDIENCE)),
        "expired": bearer(expired),
    }
    with serve(seen.append) as client:
        answers = {name: client.post("/", json=PAYLOAD, headers=headers) for name, headers in tokens.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(tokens, 401)
    assert {answer.content for answer in answers.values()} == {b""}
    assert seen == []


def test_a_service_that_is_not_ours_is_refused(services: LocalServiceTokens) -> None:
    settings = EdgeSettings(audience=AUDIENCE, accounts=frozenset({"someone@else"}), concurrency=1)
    with client_of(TaskEdge(SweepPayload, lambda _: None, services, settings)) as client:
        assert client.post("/", headers=bearer(services.token(AUDIENCE))).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"org": "org_a/../b"},
        {"org": "system"},
        {"batch": "itm_aaaaaaaaaaaaaaaaaaaa"},
        {"item": None},
        {"attempt": "1"},
        {"attempt": 0},
        {"attempt": True},
        {"dispatch": -1},
        {"dispatch": 2**40},
        {"schema": 0},
    ],
    ids=str,
)
def test_what_is_no_payload_is_refused(serve: Serve, services: LocalServiceTokens, change: dict[str, Any]) -> None:
    seen: list[ItemPayload] = []
    with serve(seen.append) as client:
        answer = client.post("/", json=PAYLOAD | change, headers=bearer(services.token(AUDIENCE)))
    assert (answer.status_code, seen) == (400, [])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'"text"'])
def test_a_body_that_cannot_be_read_is_refused(serve: Serve, services: LocalServiceTokens, body: bytes) -> None:
    with serve(lambda _: None) as client:
        answer = client.post("/", content=body, headers=bearer(services.token(AUDIENCE)))
    assert answer.status_code == 400


def test_a_body_larger_than_any_payload_is_refused_while_it_comes_in(
    serve: Serve, services: LocalServiceTokens
) -> None:
    with serve(lambda _: None) as client:
        answer = client.post("/", json=PAYLOAD | {"more": "x" * 5000}, headers=bearer(services.token(AUDIENCE)))
    assert answer.status_code == 413


def test_fields_of_a_later_version_are_passed_over_and_a_later_schema_is_left_to_a_later_instance(
    serve: Serve, services: LocalServiceTokens
) -> None:
    seen: list[ItemPayload] = []
    headers = bearer(services.token(AUDIENCE))
    with serve(seen.append) as client:
        assert client.post("/", json=PAYLOAD | {"lane": "high"}, headers=headers).status_code == 200
        later = client.post("/", json=PAYLOAD | {"schema": 2}, headers=headers)
    assert (later.status_code, later.headers["Retry-After"], len(seen)) == (503, "5", 1)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Unavailable("The store does not answer."), 503),
        (NotFound("There is no batch bat_x."), 500),
        (GuardRefused("Someone else was quicker."), 500),
        (RuntimeError("a mistake of ours, with a secret in it"), 500),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_what_goes_wrong_is_delivered_again_and_told_to_nobody(
    serve: Serve, services: LocalServiceTokens, error: Exception, status: int
) -> None:
    def fail(_payload: ItemPayload) -> None:
        raise error

    with serve(fail) as client:
        answer = client.post("/", json=PAYLOAD, headers=bearer(services.token(AUDIENCE)))
    assert (answer.status_code, answer.content) == (status, b"")
    assert ("Retry-After" in answer.headers) == isinstance(error, Unavailable | FanfoldError) & (status == 503)


def test_only_posts_to_the_root_are_taken(serve: Serve, services: LocalServiceTokens) -> None:
    headers = bearer(services.token(AUDIENCE))
    with serve(lambda _: None) as client:
        assert client.post("/elsewhere", json=PAYLOAD, headers=headers).status_code == 404
        answer = client.get("/", headers=headers)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_no_more_deliveries_run_at_once_than_the_function_takes(serve: Serve, services: LocalServiceTokens) -> None:
    lock, release = threading.Lock(), threading.Event()
    running, most, started = 0, 0, threading.Semaphore(0)

    def handle(_payload: ItemPayload) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        started.release()
        release.wait(30)
        with lock:
            running -= 1

    headers = bearer(services.token(AUDIENCE))
    with serve(handle, concurrency=2) as client:
        threads = [
            threading.Thread(target=client.post, args=("/",), kwargs={"json": PAYLOAD, "headers": headers})
            for _ in range(6)
        ]
        for thread in threads:
            thread.start()
        assert started.acquire(timeout=30)
        assert started.acquire(timeout=30)
        release.set()
        for thread in threads:
            thread.join(30)
    assert most == 2


def test_a_step_needs_no_item_and_a_sweep_needs_nothing(services: LocalServiceTokens) -> None:
    settings = EdgeSettings(audience=AUDIENCE, accounts=frozenset({SERVICE_ACCOUNT}), concurrency=1)
    headers = bearer(services.token(AUDIENCE))
    steps: list[StepPayload] = []
    sweeps: list[SweepPayload] = []
    with client_of(TaskEdge(StepPayload, steps.append, services, settings)) as client:
        body = {"schema": 1, "org": PAYLOAD["org"], "batch": PAYLOAD["batch"]}
        assert client.post("/", json=body, headers=headers).status_code == 200
    with client_of(TaskEdge(SweepPayload, sweeps.append, services, settings)) as client:
        assert client.post("/", headers=headers).status_code == 200
        assert client.post("/", json={"schema": 1}, headers=headers).status_code == 200
    assert (len(steps), len(sweeps)) == (1, 2)


class Sweep:
    """A sweep that was carried out, and may have failed."""

    def __init__(self, error: Exception | None = None) -> None:
        self.count = 0
        self._error = error

    def sweep(self) -> int:
        self.count += 1
        if self._error is not None:
            raise self._error
        return 1


@pytest.mark.parametrize(
    ("errors", "status"),
    [
        ((None, None, None), 200),
        ((Unavailable("The store is away."), None, None), 503),
        ((RuntimeError("a mistake of ours"), Unavailable("The store is away."), None), 500),
        ((None, Unavailable("The store is away."), RuntimeError("a mistake of ours")), 503),
    ],
)
def test_one_sweeps_trouble_leaves_no_other_out_and_the_first_is_the_answer(
    services: LocalServiceTokens, errors: Sequence[Exception | None], status: int
) -> None:
    sweeps = [Sweep(error) for error in errors]
    settings = EdgeSettings(audience=AUDIENCE, accounts=frozenset({SERVICE_ACCOUNT}), concurrency=1)
    with client_of(reconcile_app(sweeps, services, settings)) as client:
        answer = client.post("/", headers=bearer(services.token(AUDIENCE)))
    assert (answer.status_code, [sweep.count for sweep in sweeps]) == (status, [1, 1, 1])


def test_of_two_sweeps_that_fail_both_are_told_whole(services: LocalServiceTokens) -> None:
    settings = EdgeSettings(audience=AUDIENCE, accounts=frozenset({SERVICE_ACCOUNT}), concurrency=1)
    sweeps = [Sweep(RuntimeError("the first")), Sweep(None), Sweep(RuntimeError("the second"))]
    with client_of(reconcile_app(sweeps, services, settings)) as client, capture_logs() as lines:
        client.post("/", headers=bearer(services.token(AUDIENCE)))
    whole = [line for line in lines if line.get("exc_info")]
    assert [line["event"] for line in whole] == ["sweep_failed", "delivery_failed"]
    assert str(whole[0]["exc_info"]) == "the second"


def test_a_payload_in_pieces_is_read_whole(serve: Serve, services: LocalServiceTokens) -> None:
    seen: list[ItemPayload] = []
    raw = json.dumps(PAYLOAD).encode()
    with serve(seen.append) as client:
        pieces = (raw[place : place + 40] for place in range(0, len(raw), 40))
        assert client.post("/", content=pieces, headers=bearer(services.token(AUDIENCE))).status_code == 200
    assert len(seen) == 1


def test_a_queue_that_hangs_up_starts_nothing(services: LocalServiceTokens) -> None:
    seen: list[SweepPayload] = []
    settings = EdgeSettings(audience=AUDIENCE, accounts=frozenset({SERVICE_ACCOUNT}), concurrency=1)
    edge = TaskEdge(SweepPayload, seen.append, services, settings)
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"authorization", b"Bearer " + services.token(AUDIENCE).encode())]
    asyncio.run(edge({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive, send))
    assert seen == []
    with pytest.raises(RuntimeError):
        asyncio.run(edge({"type": "websocket"}, receive, send))


class Sent:
    """The tries that were asked for."""

    def __init__(self) -> None:
        self.tries: list[tuple[str, str, str, int]] = []

    def send(self, org: str, webhook: str, delivery: str, attempt: int) -> None:
        self.tries.append((org, webhook, delivery, attempt))


TRY: dict[str, Any] = {
    "schema": 1,
    "org": "org_aaaaaaaaaaaaaaaaaaaa",
    "webhook": "whk_aaaaaaaaaaaaaaaaaaaa",
    "delivery": "dlv_aaaaaaaaaaaaaaaaaaaa",
    "attempt": 3,
}


def test_a_webhooks_try_is_carried_out_as_it_was_asked_for(services: LocalServiceTokens) -> None:
    sent = Sent()
    settings = EdgeSettings(audience=AUDIENCE, accounts=frozenset({SERVICE_ACCOUNT}), concurrency=4)
    headers = {"Authorization": f"Bearer {services.token(AUDIENCE)}"}
    with client_of(send_webhook_app(sent, services, settings)) as client:
        assert client.post("/", json=TRY, headers=headers).status_code == 200
        for wrong in ({"webhook": "bat_aaaaaaaaaaaaaaaaaaaa"}, {"delivery": "../x"}, {"attempt": 0}, {"org": None}):
            assert client.post("/", json=TRY | wrong, headers=headers).status_code == 400
        assert client.post("/", json=TRY).status_code == 401
    assert sent.tries == [(TRY["org"], TRY["webhook"], TRY["delivery"], 3)]
