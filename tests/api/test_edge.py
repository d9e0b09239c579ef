"""The outermost layer over small applications, and the words of rare problems."""

import asyncio
from typing import Any

import orjson
import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.testing import capture_logs

from shared.domain.errors import BudgetExceeded, ConfigurationWrong, FieldError, GuardRefused, Invalid, Unavailable
from shared.http.edge import Edge
from shared.http.problems import respond
from tests.clocks import ManualClock

SCOPE: dict[str, Any] = {"type": "http", "method": "GET", "path": "/v1/x", "headers": []}


def run(app: ASGIApp, clock: ManualClock | None = None, scope: dict[str, Any] | None = None) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    edge = Edge(app, clock=clock or ManualClock(), new_id=lambda: "req_new")
    asyncio.run(edge(dict(scope or SCOPE), receive, send))
    return sent


async def begin(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})


def test_an_error_before_the_answer_is_a_problem_and_logged_with_its_trace() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("a secret detail")

    with capture_logs() as lines:
        start, body = run(app)
    assert start["status"] == 500
    assert orjson.loads(body["body"])["code"] == "internal"
    assert b"secret" not in body["body"]
    assert lines[0]["event"] == "request_failed"
    assert lines[0]["exc_info"]


def test_an_error_after_the_answer_has_begun_cuts_it_off() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await begin(send)
        raise RuntimeError("too late for a problem")

    with pytest.raises(RuntimeError), capture_logs() as lines:
        run(app)
    assert [line["event"] for line in lines] == ["request", "request_failed"]


def test_a_client_that_goes_away_is_no_error() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise ClientDisconnect

    with capture_logs() as lines:
        assert run(app) == []
    assert [(line["event"], line["log_level"]) for line in lines] == [("client_gone", "info")]


def test_a_slow_answer_is_a_warning() -> None:
    clock = ManualClock()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        clock.advance(1.5)
        await begin(send)

    with capture_logs() as lines:
        run(app, clock)
    assert [(line["event"], line["log_level"], line["duration_ms"]) for line in lines] == [
        ("slow_request", "warning", 1500.0)
    ]


def test_other_protocols_pass_untouched() -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    run(app, scope={"type": "lifespan"})
    assert seen == [{"type": "lifespan"}]


def request() -> Request:
    return Request(SCOPE | {"state": {"request_id": "req_a"}})


def test_a_lost_race_is_told_without_the_stores_words() -> None:
    answer = respond(request(), GuardRefused("orgs/org_a/batches/bat_b: version 7"))
    assert (answer.status_code, orjson.loads(answer.body)["code"]) == (409, "changed-meanwhile")
    assert b"orgs" not in bytes(answer.body)


def test_a_part_that_is_away_says_when_to_come_back() -> None:
    answer = respond(request(), Unavailable("The store does not answer."))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_a_conflict_has_a_code_for_programs() -> None:
    body = orjson.loads(respond(request(), BudgetExceeded("Not one image fits.")).body)
    assert (body["status"], body["code"], body["type"]) == (
        409,
        "budget-exceeded",
        "urn:fanfold:problem:budget-exceeded",
    )


def test_an_error_that_is_no_clients_business_tells_nothing() -> None:
    answer = respond(request(), ConfigurationWrong("FANFOLD_HOME: /root/secret is not a folder."))
    assert answer.status_code == 500
    assert b"secret" not in bytes(answer.body)


def test_thousands_of_wrong_fields_are_counted_and_the_first_are_named() -> None:
    errors = [FieldError(f"/rows/{number}/prompt", "This may not be empty.") for number in range(2_500)]
    body = orjson.loads(respond(request(), Invalid(errors)).body)
    assert len(body["errors"]) == 1_000
    assert body["detail"] == "2500 fields are wrong; the first 1000 are named."
