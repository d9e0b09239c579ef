"""Where messages of Pub/Sub arrive: strangers are refused, envelopes are read strictly, the answer acknowledges or not."""

import base64
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.routing import Mount, Router
from starlette.testclient import TestClient

from shared import traces
from shared.adapters.embedded.service_tokens import SERVICE_ACCOUNT, LocalServiceTokens
from shared.domain.errors import Unavailable
from shared.domain.task_rules import MAX_ENVELOPE_BYTES
from shared.http.event_edge import PushMessage, event_app, on_event_app
from shared.http.service_edge import EdgeSettings
from shared.ports.events import Event
from tests.clocks import ManualClock

AUDIENCE = "http://127.0.0.1:9/on_event"
MESSAGE: dict[str, Any] = {
    "data": base64.b64encode(b'{"name":"BatchCompleted"}').decode(),
    "attributes": {"name": "BatchCompleted", "org": "org_aaaaaaaaaaaaaaaaaaaa"},
    "messageId": "2070443601311540",
    "message_id": "2070443601311540",
    "publishTime": "2026-11-21T15:30:00.262Z",
    "publish_time": "2026-11-21T15:30:00.262Z",
}
ENVELOPE: dict[str, Any] = {"message": MESSAGE, "subscription": "projects/p/subscriptions/s", "deliveryAttempt": 2}

Serve = Callable[[Callable[[PushMessage], None]], AbstractContextManager[TestClient]]


@pytest.fixture
def services() -> LocalServiceTokens:
    return LocalServiceTokens(Ed25519PrivateKey.generate(), clock=ManualClock())


@pytest.fixture
def serve(services: LocalServiceTokens) -> Serve:
    @contextmanager
    def serving(handle: Callable[[PushMessage], None]) -> Iterator[TestClient]:
        settings = EdgeSettings(audience=AUDIENCE, accounts=frozenset({SERVICE_ACCOUNT}), concurrency=4)
        headers = {"Authorization": f"Bearer {services.token(AUDIENCE)}"}
        app = Router(routes=[Mount("/", event_app(handle, services, settings))])
        with TestClient(app, headers=headers) as client:
            yield client

    return serving


def test_a_message_is_handed_over_as_it_was_published(serve: Serve) -> None:
    seen: list[PushMessage] = []
    with serve(seen.append) as client:
        answer = client.post("/", json=ENVELOPE)
    assert (answer.status_code, answer.content) == (200, b"")
    published_at = datetime(2026, 11, 21, 15, 30, 0, 262_000, tzinfo=UTC)
    assert seen == [
        PushMessage(
            id="2070443601311540",
            attributes=MESSAGE["attributes"],
            data=b'{"name":"BatchCompleted"}',
            published_at=published_at,
        )
    ]


def test_a_message_of_attributes_alone_has_no_data(serve: Serve) -> None:
    seen: list[PushMessage] = []
    bare = {key: value for key, value in MESSAGE.items() if key in ("messageId", "publishTime")}
    with serve(seen.append) as client:
        assert client.post("/", json={"message": bare}).status_code == 200
    assert (seen[0].data, seen[0].attributes) == (b"", {})


def test_a_message_goes_on_with_the_trace_of_what_published_it_and_not_with_the_pushes_own(serve: Serve) -> None:
    seen: list[tuple[str, str] | None] = []
    with traces.request({"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-00"}):
        event = Event(
            id="evt_a",
            name="BatchCompleted",
            org="org_a",
            occurred_at=datetime(2026, 11, 21, tzinfo=UTC),
            trace=traces.carried(),
        )
    with serve(lambda _: seen.append(traces.ids())) as client:
        for attributes in (event.attributes(), {}):
            body = {"message": MESSAGE | {"attributes": attributes}}
            client.post("/", json=body, headers={"traceparent": f"00-{'12' * 16}-{'34' * 8}-01"})
    assert seen[0] is not None
    assert seen[0][0] == "ab" * 16
    assert "12" * 16 not in str(seen)


def test_strangers_reach_no_handler(serve: Serve, services: LocalServiceTokens) -> None:
    seen: list[PushMessage] = []
    others = f"Bearer {services.token('http://127.0.0.1:9/on_upload')}"
    with serve(seen.append) as client:
        for token in ("", "Bearer a.b.c", others):
            assert client.post("/", json=ENVELOPE, headers={"Authorization": token}).status_code == 401
    assert seen == []


@pytest.mark.parametrize(
    "change",
    [
        {"data": "not base64!"},
        {"data": 7},
        {"data": None},
        {"attributes": {"a": 7}},
        {"attributes": {"": "x"}},
        {"attributes": {"a": "x" * 1025}},
        {"attributes": {str(number): "" for number in range(101)}},
        {"attributes": ["a"]},
        {"messageId": ""},
        {"messageId": None},
        {"messageId": "x" * 257},
        {"publishTime": "yesterday"},
        {"publishTime": "2026-11-21T15:30:00"},
        {"publishTime": "0001-01-01T00:00:00+14:00"},
    ],
    ids=lambda change: str(change)[:40],
)
def test_what_is_no_message_is_refused(serve: Serve, change: dict[str, Any]) -> None:
    seen: list[PushMessage] = []
    with serve(seen.append) as client:
        answer = client.post("/", json={"message": MESSAGE | change})
    assert (answer.status_code, seen) == (400, [])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"{}", b'{"message": []}'])
def test_a_body_that_is_no_envelope_is_refused(serve: Serve, body: bytes) -> None:
    with serve(lambda _: None) as client:
        assert client.post("/", content=body).status_code == 400


def test_an_envelope_larger_than_any_of_ours_is_refused_while_it_comes_in(serve: Serve) -> None:
    seen: list[PushMessage] = []
    with serve(seen.append) as client:
        answer = client.post("/", json=ENVELOPE | {"more": "x" * MAX_ENVELOPE_BYTES})
    assert (answer.status_code, seen) == (413, [])


@pytest.mark.parametrize(("error", "status"), [(Unavailable("It is away."), 503), (RuntimeError("a mistake"), 500)])
def test_what_goes_wrong_is_delivered_again(serve: Serve, error: Exception, status: int) -> None:
    def fail(_message: PushMessage) -> None:
        raise error

    with serve(fail) as client:
        answer = client.post("/", json=ENVELOPE)
    assert (answer.status_code, answer.content) == (status, b"")
    assert ("Retry-After" in answer.headers) == (status == 503)


EVENT = Event(
    id="evt_aaaaaaaaaaaaaaaaaaaa",
    name="BatchCompleted",
    org="org_aaaaaaaaaaaaaaaaaaaa",
    occurred_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    data={"batch": "bat_aaaaaaaaaaaaaaaaaaaa", "series": 1},
)


class Announced:
    """What was announced."""

    def __init__(self, error: Exception | None = None) -> None:
        self.events: list[Event] = []
        self.error = error

    def announce(self, event: Event) -> None:
        self.events.append(event)
        if self.error is not None:
            raise self.error


def pushed(announced: Announced, services: LocalServiceTokens, data: bytes) -> int:
    settings = EdgeSettings(audience=AUDIENCE, accounts=frozenset({SERVICE_ACCOUNT}), concurrency=4)
    app = Router(routes=[Mount("/", on_event_app(announced, services, settings))])
    envelope = {"message": MESSAGE | {"data": base64.b64encode(data).decode()}}
    with TestClient(app, headers={"Authorization": f"Bearer {services.token(AUDIENCE)}"}) as client:
        return client.post("/", json=envelope).status_code


def test_an_event_is_announced_as_it_was_published(services: LocalServiceTokens) -> None:
    announced = Announced()
    assert pushed(announced, services, EVENT.encoded()) == 200
    assert announced.events == [EVENT]
    assert pushed(Announced(Unavailable("It is away.")), services, EVENT.encoded()) == 503


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        EVENT.encoded().replace(b"evt_a", b"evt/a"),
        EVENT.encoded().replace(b"org_a", b"../a"),
        EVENT.encoded().replace(b"BatchCompleted", b"batch completed"),
        EVENT.encoded().replace(b"+00:00", b""),
        EVENT.encoded().replace(b"series", b'series":{},"more'),
        EVENT.encoded().replace(b"series", b'series":9223372036854775808,"more'),
    ],
)
def test_what_is_no_event_of_ours_is_done_with_so_that_it_does_not_come_again(
    services: LocalServiceTokens, data: bytes
) -> None:
    announced = Announced()
    assert pushed(announced, services, data) == 200
    assert announced.events == []
