"""OpenAI over the wire: every error and every broken connection, and what becomes of it."""

import socket
from datetime import UTC, datetime

import pytest

from shared.adapters.providers import wire
from shared.adapters.providers.openai.details import duration
from shared.domain.errors import ErrorKind, ProviderError, RefusalStage
from tests.providers import openai_replies as replies
from tests.providers.gemini_models import reference
from tests.providers.openai_models import KEY, OpenAIWire, failed, request, speaking_to
from tests.providers.openai_server import OpenAIServer, Received
from tests.providers.replies import Manner, Reply, html, of_json, picture

PNG = picture()


# --- Too many calls --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([("Retry-After", "17")], 17.0),
        ([("Retry-After", "17"), ("retry-after-ms", "1250")], 1.25),
        ([("Retry-After", "Sat, 21 Nov 2026 10:00:30 GMT")], 30.0),
        ([("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "6m0s")], 360.0),
        (
            [
                ("x-ratelimit-remaining-requests", "3"),
                ("x-ratelimit-reset-requests", "6m0s"),
                ("x-ratelimit-remaining-tokens", "0"),
                ("x-ratelimit-reset-tokens", "120ms"),
            ],
            0.12,
        ),
        ([("Retry-After", "later"), ("retry-after-ms", "soon")], None),
        ([("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "in a while")], None),
    ],
)
def test_a_429_is_busy_for_as_long_as_its_headers_say(
    openai_wired: OpenAIWire, headers: list[tuple[str, str]], seconds: float | None
) -> None:
    failure = failed(openai_wired, replies.too_many(headers=headers))
    assert (failure.kind, failure.retry_after_seconds) == (ErrorKind.BUSY, seconds)
    assert failure.outcome_known


def test_a_429_that_says_the_wait_in_words_is_busy_until_then(openai_wired: OpenAIWire) -> None:
    words = (
        "Rate limit reached for gpt-image-2.6-flare (for limit gpt-image) in organization org-Ab12Cd34Ef56 on "
        "input-images per min: Limit 5, Used 5, Requested 1. Please try again in 12s. Visit our site to learn more."
    )
    failure = failed(openai_wired, replies.too_many(words))
    assert (failure.kind, failure.retry_after_seconds) == (ErrorKind.BUSY, 12)
    assert "org-Ab12Cd34Ef56" not in failure.detail


def test_a_limit_of_the_day_is_a_quota_that_reopens_when_it_says(openai_wired: OpenAIWire) -> None:
    words = "Rate limit reached on images per day (IPD): Limit 50, Used 50, Requested 1. Please try again in 7h12m0s."
    failure = failed(openai_wired, replies.too_many(words))
    assert (failure.kind, failure.retry_after_seconds) == (ErrorKind.QUOTA, None)
    assert failure.reopens_at == datetime(2026, 11, 21, 17, 12, tzinfo=UTC)


def test_a_limit_of_the_day_without_a_wait_is_a_quota_too(openai_wired: OpenAIWire) -> None:
    failure = failed(openai_wired, replies.too_many("Rate limit reached on requests per day (RPD): Limit 200."))
    assert (failure.kind, failure.reopens_at, failure.retry_after_seconds) == (ErrorKind.QUOTA, None, None)


@pytest.mark.parametrize(
    "reply",
    [
        replies.error(429, "You exceeded your current quota.", code="insufficient_quota", kind="insufficient_quota"),
        replies.error(429, "You exceeded your current quota.", kind="insufficient_quota"),
        replies.error(400, "Billing hard limit has been reached.", code="billing_hard_limit_reached"),
    ],
)
def test_used_up_credit_is_a_quota_that_only_a_person_reopens(openai_wired: OpenAIWire, reply: Reply) -> None:
    failure = failed(openai_wired, reply)
    assert (failure.kind, failure.reopens_at, failure.retry_after_seconds) == (ErrorKind.QUOTA, None, None)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1.0),
        ("1.5s", 1.5),
        ("6m0s", 360.0),
        ("120ms", 0.12),
        ("7h12m", 25_920.0),
        ("2d", 172_800.0),
        ("1m30s", 90.0),
    ],
)
def test_durations_are_read_as_openai_writes_them(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "soon", "-5s", "1s1h", "1e9s", "9" * 40 + "s"])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert duration(text) is None


# --- Refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "expected"),
    [("output", RefusalStage.OUTPUT), ("input", RefusalStage.PROMPT), (None, RefusalStage.PROMPT)],
)
def test_a_moderated_call_is_refused_at_its_stage(
    openai_wired: OpenAIWire, stage: str | None, expected: RefusalStage
) -> None:
    failure = failed(openai_wired, replies.moderated(stage))
    assert (failure.kind, failure.stage) == (ErrorKind.REFUSED, expected)
    assert "safety_violations=[violence]" in failure.detail
    assert failure.outcome_known


def test_a_refusal_without_a_code_is_known_by_its_words(openai_wired: OpenAIWire) -> None:
    failure = failed(openai_wired, replies.error(400, "Your request was rejected as a result of our safety system."))
    assert failure.kind is ErrorKind.REFUSED


# --- Other errors ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "known"),
    [
        (400, ErrorKind.INVALID, True),
        (401, ErrorKind.UNAUTHORISED, True),
        (403, ErrorKind.UNAUTHORISED, True),
        (404, ErrorKind.INVALID, True),
        (408, ErrorKind.TIMEOUT, False),
        (409, ErrorKind.UNAVAILABLE, True),
        (413, ErrorKind.INVALID, True),
        (422, ErrorKind.INVALID, True),
        (500, ErrorKind.UNAVAILABLE, True),
        (503, ErrorKind.UNAVAILABLE, True),
        (504, ErrorKind.TIMEOUT, False),
    ],
)
def test_each_status_has_its_kind(openai_wired: OpenAIWire, status: int, kind: ErrorKind, known: bool) -> None:
    failure = failed(openai_wired, replies.error(status, "This is why.", code="some_code"))
    assert (failure.kind, failure.outcome_known) == (kind, known)
    assert f"{status} some_code: This is why." in failure.detail


def test_an_invalid_request_names_its_parameter(openai_wired: OpenAIWire) -> None:
    failure = failed(openai_wired, replies.error(400, "Invalid value.", code="invalid_value", param="quality"))
    assert "quality: Invalid value." in failure.detail


def test_a_country_that_is_not_served_is_a_matter_of_the_account(openai_wired: OpenAIWire) -> None:
    code = "unsupported_country_region_territory"
    assert failed(openai_wired, replies.error(400, "Not here.", code=code)).kind is ErrorKind.UNAUTHORISED


def test_a_503_that_names_a_wait_passes_it_on(openai_wired: OpenAIWire) -> None:
    failure = failed(openai_wired, replies.error(503, "Overloaded.", headers=[("Retry-After", "9")]))
    assert failure.retry_after_seconds == 9


@pytest.mark.parametrize("masked", ["sk-proj-abcdefghijklmnop", "sk-ab***************wxyz"])
def test_keys_never_appear_in_a_detail_and_long_messages_are_cut(openai_wired: OpenAIWire, masked: str) -> None:
    message = f"Incorrect API key provided: {masked} or {KEY}\n\x1b[31m" + "x" * 5_000
    failure = failed(openai_wired, replies.error(401, message, code="invalid_api_key"))
    assert "provided: [key] or [key]" in failure.detail
    assert masked not in failure.detail
    assert failure.detail.isprintable()
    assert len(failure.detail) < 600


@pytest.mark.parametrize(
    ("status", "kind", "known"),
    [
        (400, ErrorKind.INVALID, True),
        (403, ErrorKind.UNAUTHORISED, True),
        (429, ErrorKind.BUSY, True),
        (500, ErrorKind.UNAVAILABLE, True),
        (502, ErrorKind.UNAVAILABLE, False),
        (503, ErrorKind.UNAVAILABLE, True),
        (504, ErrorKind.TIMEOUT, False),
        (520, ErrorKind.UNAVAILABLE, False),
        (524, ErrorKind.TIMEOUT, False),
    ],
)
def test_a_page_of_html_is_judged_by_its_status_and_never_quoted(
    openai_wired: OpenAIWire, status: int, kind: ErrorKind, known: bool
) -> None:
    failure = failed(openai_wired, html(status))
    assert (failure.kind, failure.outcome_known) == (kind, known)
    assert str(status) in failure.detail
    assert "<" not in failure.detail


@pytest.mark.parametrize("body", [{}, {"error": {}}, {"error": None}, [], {"detail": "no route"}])
def test_json_that_is_not_openais_form_of_error_is_judged_by_its_status(openai_wired: OpenAIWire, body: object) -> None:
    failure = failed(openai_wired, of_json(body, status=503, headers=[("Retry-After", "8")]))
    assert (failure.kind, failure.retry_after_seconds) == (ErrorKind.UNAVAILABLE, 8)


def test_a_redirect_is_not_followed_so_that_the_key_stays_here(openai_wired: OpenAIWire) -> None:
    with OpenAIServer() as elsewhere:
        away = Reply(status=307, headers=(("Location", f"{elsewhere.url}/v1/images/generations"),))
        failure = failed(openai_wired, away)
        assert elsewhere.calls == 0
    assert (failure.kind, failure.outcome_known) == (ErrorKind.UNKNOWN, False)


# --- The wire --------------------------------------------------------------------------------------------------------


def test_a_refused_connection_is_unavailable_and_nothing_was_bought() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with speaking_to(url) as model, pytest.raises(ProviderError) as raised:
            model.generate(request())
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.UNAVAILABLE, True)


@pytest.mark.parametrize("manner", ["dribble", "dribble_headers"])
def test_a_server_that_sends_a_byte_now_and_then_is_left_at_the_deadline(
    openai_wired: OpenAIWire, manner: Manner
) -> None:
    def dribble(_: Received) -> Reply:
        openai_wired.clock.ahead_seconds += 1_000
        return Reply(manner=manner)

    openai_wired.server.script = dribble
    with pytest.raises(ProviderError) as raised:
        openai_wired.model.generate(request(deadline_seconds=900.0))
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.TIMEOUT, False)


def test_a_server_that_answers_nothing_is_left_at_the_deadline(openai_wired: OpenAIWire) -> None:
    failure = failed(openai_wired, Reply(manner="hang"), deadline_seconds=1.0)
    assert (failure.kind, failure.outcome_known) == (ErrorKind.TIMEOUT, False)


def test_a_server_that_never_reads_the_request_is_left_at_the_deadline() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as deaf,
        speaking_to(f"http://127.0.0.1:{deaf.getsockname()[1]}") as model,
        pytest.raises(ProviderError) as raised,
    ):
        model.generate(request(deadline_seconds=1.0, references=(reference(b"\0" * 2**24),)))
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.TIMEOUT, False)


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_without_time_left_nothing_is_sent(openai_wired: OpenAIWire, seconds: float) -> None:
    calls = openai_wired.server.calls
    with pytest.raises(ProviderError) as raised:
        openai_wired.model.generate(request(deadline_seconds=seconds))
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.TIMEOUT, True)
    assert openai_wired.server.calls == calls


@pytest.mark.parametrize("reply", [Reply(manner="drop"), Reply(body=b"{" + b" " * 999, manner="cut")])
def test_a_connection_that_breaks_leaves_the_outcome_unknown(openai_wired: OpenAIWire, reply: Reply) -> None:
    failure = failed(openai_wired, reply)
    assert (failure.kind, failure.outcome_known) == (ErrorKind.UNAVAILABLE, False)


@pytest.mark.parametrize("keep", [-20, 1, 0])
def test_an_answer_that_is_not_whole_json_is_unknown(openai_wired: OpenAIWire, keep: int) -> None:
    failure = failed(openai_wired, Reply(body=replies.answer(PNG).body[:keep]))
    assert (failure.kind, failure.outcome_known) == (ErrorKind.UNKNOWN, False)


def test_an_answer_beyond_the_limit_is_not_read_to_its_end(openai_wired: OpenAIWire) -> None:
    failure = failed(openai_wired, Reply(body=b" " * (wire.MAX_ANSWER_BYTES + 1)))
    assert (failure.kind, failure.outcome_known) == (ErrorKind.UNKNOWN, False)
    assert "too large" in failure.detail


def test_a_compressed_answer_is_not_unpacked(openai_wired: OpenAIWire) -> None:
    failure = failed(openai_wired, Reply(body=b"\x1f\x8b", headers=(("Content-Encoding", "gzip"),)))
    assert (failure.kind, failure.outcome_known) == (ErrorKind.UNKNOWN, False)
    assert "compressed" in failure.detail


def test_whoever_comes_too_often_is_busy_for_as_long_as_the_server_says() -> None:
    with OpenAIServer(per_second=1) as limited, speaking_to(limited.url) as model:
        model.generate(request())
        with pytest.raises(ProviderError) as raised:
            [model.generate(request()) for _ in range(50)]
    assert (raised.value.kind, raised.value.retry_after_seconds) == (ErrorKind.BUSY, 1)
    assert limited.turned_away == 1
