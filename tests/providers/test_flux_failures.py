"""Flux over the wire: every error and every broken connection, and whether the job may still go on."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.errors import ErrorKind, ProviderError, RefusalStage
from shared.ports.providers import StillRunning
from tests.providers.flux_models import KEY, request, speaking_to
from tests.providers.flux_server import FluxServer, Received
from tests.providers.replies import Manner, Reply, html, of_json


def of_submit(reply: Reply, **changes: Any) -> ProviderError:
    """What a submit raises; it was made exactly once, and the key never shown."""
    with FluxServer(lambda _: reply) as server, speaking_to(server.url) as flux:
        with pytest.raises(ProviderError) as raised:
            flux.submit(request(**changes))
        assert server.calls == 1
    assert KEY not in f"{raised.value.detail} {raised.value!r}"
    return raised.value


def of_look(reply: Reply, *, kind: str = "look", seconds: float = 10, **changes: Any) -> ProviderError:
    """What a look raises whose answer, or whose picture, is this."""
    with FluxServer() as server, speaking_to(server.url) as flux:
        server.script = lambda received: reply if received.kind == kind else server.speak(received)
        job = flux.submit(request(**changes))
        with pytest.raises(ProviderError) as raised:
            flux.poll(job, deadline_seconds=seconds)
        assert len(server.submits) == 1
    assert KEY not in f"{raised.value.detail} {raised.value!r}"
    return raised.value


def told(status: int, detail: object = "why", **headers: str) -> Reply:
    return of_json({"detail": detail}, status=status, headers=list(headers.items()))


# --- Submitting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "kind", "outcome_known"),
    [
        (told(400), ErrorKind.INVALID, True),
        (told(401), ErrorKind.UNAUTHORISED, True),
        (told(403, "Not authenticated - Invalid Authentication"), ErrorKind.UNAUTHORISED, True),
        (told(402, "Insufficient credits"), ErrorKind.QUOTA, True),
        (told(404), ErrorKind.INVALID, True),
        (told(422), ErrorKind.INVALID, True),
        (told(429), ErrorKind.BUSY, True),
        (told(500), ErrorKind.UNAVAILABLE, True),
        (told(502), ErrorKind.UNAVAILABLE, False),
        (told(503), ErrorKind.UNAVAILABLE, True),
        (told(504), ErrorKind.TIMEOUT, False),
        (html(403), ErrorKind.UNAUTHORISED, True),
        (html(429), ErrorKind.BUSY, True),
        (html(502), ErrorKind.UNAVAILABLE, False),
        (html(503), ErrorKind.UNAVAILABLE, True),
        (html(200), ErrorKind.UNKNOWN, False),
        (of_json([]), ErrorKind.UNKNOWN, False),
        (of_json({}), ErrorKind.UNKNOWN, False),
        (of_json({"id": ""}), ErrorKind.UNKNOWN, False),
        (of_json({"id": 7}), ErrorKind.UNKNOWN, False),
        (of_json({"id": "x" * 201}), ErrorKind.UNKNOWN, False),
        (of_json({"id": "a\nb"}), ErrorKind.UNKNOWN, False),
        (Reply(status=307, headers=(("Location", "https://evil.example/"),)), ErrorKind.UNKNOWN, False),
    ],
)
def test_an_answer_to_a_submit_becomes_its_kind(reply: Reply, kind: ErrorKind, outcome_known: bool) -> None:
    failure = of_submit(reply)
    assert (failure.kind, failure.outcome_known) == (kind, outcome_known)


def test_too_many_jobs_at_once_are_busy_for_as_long_as_flux_says() -> None:
    failure = of_submit(told(429, "You have reached 24 active tasks.", **{"Retry-After": "12"}))
    assert (failure.kind, failure.retry_after_seconds) == (ErrorKind.BUSY, 12)
    assert "24 active tasks" in failure.detail
    assert of_submit(told(503, **{"Retry-After": "3"})).retry_after_seconds == 3


def test_a_wrong_field_is_named() -> None:
    detail = [
        {"loc": ["body", "width"], "msg": "Input should be at least 64", "type": "x"},
        {"msg": "Something else"},
        "odd",
    ]
    failure = of_submit(told(422, detail))
    assert failure.kind is ErrorKind.INVALID
    assert "width: Input should be at least 64; Something else; odd" in failure.detail


def test_a_moderated_submit_is_a_refusal_and_secrets_are_left_out() -> None:
    failure = of_submit(told(400, f"Request Moderated for {KEY}"))
    assert (failure.kind, failure.stage) == (ErrorKind.REFUSED, RefusalStage.PROMPT)
    assert "[key]" in failure.detail


@pytest.mark.parametrize("manner", ["cut", "drop"])
def test_a_submit_whose_answer_breaks_off_may_have_been_taken(manner: Manner) -> None:
    failure = of_submit(Reply(body=b'{"id": "job-1"}', manner=manner))
    assert not failure.outcome_known


@pytest.mark.parametrize("manner", ["hang", "dribble", "dribble_headers"])
def test_a_submit_that_is_answered_too_slowly_may_have_been_taken(manner: Manner) -> None:
    failure = of_submit(Reply(manner=manner), deadline_seconds=1.0)
    assert (failure.kind, failure.outcome_known) == (ErrorKind.TIMEOUT, False)


def test_nobody_listening_is_known_to_have_cost_nothing() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with speaking_to(f"http://127.0.0.1:{taken.getsockname()[1]}") as flux, pytest.raises(ProviderError) as raised:
            flux.submit(request())
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.UNAVAILABLE, True)


# --- Looking ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["Pending", "Reasoning", "Generating", "Something New", "", None, 7])
def test_whatever_is_no_end_is_still_running(status: object) -> None:
    with FluxServer() as server, speaking_to(server.url) as flux:
        answer = of_json({"id": "job-1", "status": status}, headers=[("Retry-After", "4")])
        server.script = lambda received: answer if received.kind == "look" else server.speak(received)
        assert flux.poll(flux.submit(request()), deadline_seconds=10) == StillRunning(4)


@pytest.mark.parametrize(
    ("status", "kind", "stage", "is_billed"),
    [
        ("Request Moderated", ErrorKind.REFUSED, RefusalStage.PROMPT, False),
        ("Content Moderated", ErrorKind.REFUSED, RefusalStage.OUTPUT, True),
        ("Error", ErrorKind.UNKNOWN, None, False),
        ("Failed", ErrorKind.UNKNOWN, None, False),
    ],
)
@pytest.mark.parametrize("where", [{"details": {"error": "because"}}, {"result": {"error": "because"}}, {}])
def test_a_job_that_ended_without_a_picture_says_why(
    status: str, kind: ErrorKind, stage: RefusalStage | None, is_billed: bool, where: dict[str, Any]
) -> None:
    failure = of_look(of_json({"id": "job-1", "status": status, **where}))
    assert (failure.kind, failure.stage, failure.outcome_known) == (kind, stage, True)
    assert bool(failure.usage) == is_billed
    assert ("because" in failure.detail) == bool(where)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (of_json({"id": "job-1", "status": "Task not found"}), ErrorKind.UNKNOWN),
        (of_json({"id": "job-1", "status": "Ready"}), ErrorKind.UNKNOWN),
        (of_json({"id": "job-1", "status": "Ready", "result": []}), ErrorKind.UNKNOWN),
        (of_json("?"), ErrorKind.UNKNOWN),
        (html(200), ErrorKind.UNKNOWN),
        (told(401), ErrorKind.UNAUTHORISED),
        (told(404), ErrorKind.INVALID),
        (told(429), ErrorKind.BUSY),
        (told(500), ErrorKind.UNAVAILABLE),
        (html(502), ErrorKind.UNAVAILABLE),
        (told(504), ErrorKind.TIMEOUT),
        (Reply(status=302, headers=(("Location", "https://evil.example/"),)), ErrorKind.UNKNOWN),
        (Reply(body=b"{", manner="cut"), ErrorKind.UNAVAILABLE),
        (Reply(manner="drop"), ErrorKind.UNAVAILABLE),
    ],
)
@pytest.mark.parametrize("of_what", [of_look], ids=["look"])
def test_a_look_that_learns_nothing_leaves_the_job_as_it_is(
    reply: Reply, kind: ErrorKind, of_what: Callable[..., ProviderError]
) -> None:
    failure = of_what(reply)
    assert (failure.kind, failure.outcome_known, failure.usage) == (kind, False, {})


@pytest.mark.parametrize("reply", [told(403), told(404), html(503), Reply(status=302), Reply(body=b"PN", manner="cut")])
def test_a_picture_that_cannot_be_fetched_is_fetched_at_a_later_look(reply: Reply) -> None:
    assert not of_look(reply, kind="picture").outcome_known


@pytest.mark.parametrize("kind", ["look", "picture"])
@pytest.mark.parametrize("manner", ["hang", "dribble"])
def test_a_look_ends_in_its_time(kind: str, manner: Manner) -> None:
    failure = of_look(Reply(manner=manner), kind=kind, seconds=0.5)
    assert (failure.kind, failure.outcome_known) == (ErrorKind.TIMEOUT, False)


def test_a_wait_that_is_told_is_passed_on() -> None:
    assert of_look(told(503, **{"Retry-After": "9"})).retry_after_seconds == 9


def test_a_look_where_nobody_listens_learns_nothing() -> None:
    with FluxServer() as server, speaking_to(server.url) as flux:
        job = flux.submit(request())
    with speaking_to(server.url) as flux, pytest.raises(ProviderError) as raised:
        flux.poll(job, deadline_seconds=5)
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.UNAVAILABLE, False)


def test_the_script_sees_each_kind_of_request() -> None:
    seen: list[str] = []

    def note(received: Received) -> Reply:
        seen.append(received.kind)
        return server.speak(received)

    with FluxServer() as server, speaking_to(server.url) as flux:
        server.script = note
        flux.poll(flux.submit(request()), deadline_seconds=10)
    assert seen == ["submit", "look", "picture"]
