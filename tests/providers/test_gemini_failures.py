"""Gemini over the wire: every error and every broken connection, and what becomes of it."""

import socket
from datetime import UTC, datetime

import pytest

from shared.adapters.providers import wire
from shared.domain.errors import ErrorKind, ProviderError
from tests.providers import gemini_replies as replies
from tests.providers.gemini_models import KEY, Wire, failed, reference, request, speaking_to
from tests.providers.gemini_server import GeminiServer, Received
from tests.providers.replies import Manner, Reply, html, picture

PNG = picture()
PER_DAY = "GenerateRequestsPerDayPerProjectPerModel"
PER_MINUTE = "GenerateRequestsPerMinutePerProjectPerModel"


# --- Too many calls --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("delay", "seconds"), [("26s", 26.0), ("26.5s", 26.5), ("0s", 0.0)])
def test_a_429_with_retry_info_is_busy_for_as_long_as_it_says(wired: Wire, delay: str, seconds: float) -> None:
    failure = failed(wired, replies.too_many(replies.violation(PER_MINUTE), replies.retry_info(delay)))
    assert (failure.kind, failure.retry_after_seconds) == (ErrorKind.BUSY, seconds)
    assert failure.reopens_at is None
    assert failure.outcome_known


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("17", 17.0), ("Sat, 21 Nov 2026 10:00:30 GMT", 30.0), ("Sat, 21 Nov 2026 09:00:00 GMT", 0.0)],
)
def test_a_429_with_a_retry_after_header_is_busy_until_then(wired: Wire, header: str, seconds: float) -> None:
    failure = failed(wired, replies.too_many(headers=[("Retry-After", header)]))
    assert (failure.kind, failure.retry_after_seconds) == (ErrorKind.BUSY, seconds)


@pytest.mark.parametrize("details", [(), (replies.retry_info("soon"),), (replies.retry_info("-5s"),), ({"@type": 5},)])
def test_a_429_that_names_no_wait_is_busy_without_one(wired: Wire, details: tuple[dict[str, object], ...]) -> None:
    failure = failed(wired, replies.too_many(*details, headers=[("Retry-After", "later")]))
    assert (failure.kind, failure.retry_after_seconds) == (ErrorKind.BUSY, None)


@pytest.mark.parametrize(
    ("now", "reopens"),
    [
        ("2026-11-21T10:00:00+00:00", "2026-11-22T08:00:00+00:00"),  # winter: midnight is 08:00 UTC
        ("2026-11-21T07:59:59+00:00", "2026-11-21T08:00:00+00:00"),  # still the evening before, over there
        ("2026-07-01T12:00:00+00:00", "2026-07-02T07:00:00+00:00"),  # summer: 07:00 UTC
        ("2026-03-08T07:30:00+00:00", "2026-03-08T08:00:00+00:00"),  # the night in which summer time begins
        ("2026-03-08T09:00:00+00:00", "2026-03-09T07:00:00+00:00"),
    ],
)
def test_a_daily_quota_reopens_at_the_next_midnight_in_california(wired: Wire, now: str, reopens: str) -> None:
    reply = replies.too_many(
        replies.violation(PER_MINUTE), replies.violation(f"{PER_DAY}-FreeTier", "50"), replies.retry_info("12s")
    )
    failure = failed(wired, reply, now=now)
    assert failure.kind is ErrorKind.QUOTA
    assert failure.reopens_at == datetime.fromisoformat(reopens)
    assert failure.reopens_at.tzinfo is UTC
    assert failure.retry_after_seconds is None


def test_a_monthly_spending_cap_reopens_with_the_next_month(wired: Wire) -> None:
    reply = replies.too_many(message="Your project has exceeded its monthly spending cap.")
    failure = failed(wired, reply, now="2026-12-31T20:00:00+00:00")
    assert (failure.kind, failure.reopens_at) == (ErrorKind.QUOTA, datetime(2027, 1, 1, 8, tzinfo=UTC))


def test_a_spending_limit_of_a_day_reopens_the_next_day(wired: Wire) -> None:
    failure = failed(wired, replies.too_many(message="The project's daily spend limit is reached."))
    assert (failure.kind, failure.reopens_at) == (ErrorKind.QUOTA, datetime(2026, 11, 22, 8, tzinfo=UTC))


def test_used_up_credit_is_a_quota_that_only_a_person_reopens(wired: Wire) -> None:
    failure = failed(wired, replies.too_many(message="Your prepayment credits are depleted."))
    assert (failure.kind, failure.reopens_at, failure.retry_after_seconds) == (ErrorKind.QUOTA, None, None)


@pytest.mark.parametrize(
    "reply",
    [
        replies.too_many(replies.violation(f"{PER_DAY}-FreeTier", "0"), replies.retry_info("40s")),
        replies.too_many(
            replies.violation(f"{PER_DAY}-FreeTier"),
            message="You exceeded your current quota. "
            + "See the page on limits. " * 30
            + "\n* metric, limit: 0, model: x",
        ),
    ],
)
def test_a_quota_of_zero_is_a_matter_of_the_plan_and_not_of_waiting(wired: Wire, reply: Reply) -> None:
    failure = failed(wired, reply)
    assert failure.kind is ErrorKind.UNAUTHORISED
    assert "billing" in failure.detail


# --- Other errors ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "word", "kind", "known"),
    [
        (401, "UNAUTHENTICATED", ErrorKind.UNAUTHORISED, True),
        (402, "FAILED_PRECONDITION", ErrorKind.UNAUTHORISED, True),
        (403, "PERMISSION_DENIED", ErrorKind.UNAUTHORISED, True),
        (404, "NOT_FOUND", ErrorKind.INVALID, True),
        (408, "CANCELLED", ErrorKind.TIMEOUT, False),
        (409, "ABORTED", ErrorKind.UNAVAILABLE, True),
        (413, "INVALID_ARGUMENT", ErrorKind.INVALID, True),
        (499, "CANCELLED", ErrorKind.TIMEOUT, False),
        (500, "INTERNAL", ErrorKind.UNAVAILABLE, True),
        (501, "UNIMPLEMENTED", ErrorKind.INVALID, True),
        (503, "UNAVAILABLE", ErrorKind.UNAVAILABLE, True),
        (504, "DEADLINE_EXCEEDED", ErrorKind.TIMEOUT, False),
    ],
)
def test_each_status_has_its_kind(wired: Wire, status: int, word: str, kind: ErrorKind, known: bool) -> None:
    failure = failed(wired, replies.error(status, word, "This is why."))
    assert (failure.kind, failure.outcome_known) == (kind, known)
    assert f"{status} {word}: This is why." in failure.detail


def test_a_503_that_names_a_wait_passes_it_on(wired: Wire) -> None:
    failure = failed(wired, replies.error(503, "UNAVAILABLE", "Overloaded.", replies.retry_info("9s")))
    assert failure.retry_after_seconds == 9


def test_an_invalid_request_names_each_wrong_field(wired: Wire) -> None:
    field = {"field": "generation_config.image_config.aspect_ratio", "description": "must be one of 1:1"}
    details = {"@type": f"{replies.RPC}BadRequest", "fieldViolations": [field]}
    failure = failed(wired, replies.error(400, "INVALID_ARGUMENT", "Invalid value.", details))
    assert failure.kind is ErrorKind.INVALID
    assert "generation_config.image_config.aspect_ratio: must be one of 1:1" in failure.detail


@pytest.mark.parametrize(
    ("message", "details"),
    [
        ("API key not valid. Please pass a valid API key.", ()),
        ("Bad.", ({"@type": f"{replies.RPC}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"},)),
        ("User location is not supported for the API use.", ()),
        ("This model needs a project with billing.", ()),
    ],
)
def test_a_400_about_the_key_or_its_account_is_unauthorised(
    wired: Wire, message: str, details: tuple[dict[str, str], ...]
) -> None:
    assert failed(wired, replies.error(400, "INVALID_ARGUMENT", message, *details)).kind is ErrorKind.UNAUTHORISED


def test_keys_never_appear_in_a_detail_and_long_messages_are_cut(wired: Wire) -> None:
    other = "AIzaSyAnotherKeyOfSomebodyElse0123456789"
    failure = failed(wired, replies.error(403, "PERMISSION_DENIED", f"Key {KEY} and {other}\n\x1b[31m" + "x" * 5_000))
    assert "Key [key] and [key]" in failure.detail
    assert other not in failure.detail
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
    ],
)
def test_a_page_of_html_is_judged_by_its_status_and_never_quoted(
    wired: Wire, status: int, kind: ErrorKind, known: bool
) -> None:
    failure = failed(wired, html(status))
    assert (failure.kind, failure.outcome_known) == (kind, known)
    assert str(status) in failure.detail
    assert "<" not in failure.detail


def test_the_wait_that_a_gateway_names_is_passed_on(wired: Wire) -> None:
    failure = failed(wired, Reply(status=503, body=b"busy", headers=(("Retry-After", "8"),)))
    assert (failure.kind, failure.retry_after_seconds) == (ErrorKind.UNAVAILABLE, 8)


def test_a_redirect_is_not_followed_so_that_the_key_stays_here(wired: Wire) -> None:
    with GeminiServer() as elsewhere:
        failure = failed(
            wired, Reply(status=307, headers=(("Location", f"{elsewhere.url}/v1/models/x:generateContent"),))
        )
        assert elsewhere.calls == 0
    assert failure.kind is ErrorKind.UNKNOWN


# --- The wire --------------------------------------------------------------------------------------------------------


def test_a_refused_connection_is_unavailable_and_nothing_was_bought() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with speaking_to(url) as model, pytest.raises(ProviderError) as raised:
            model.generate(request())
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.UNAVAILABLE, True)


@pytest.mark.parametrize("manner", ["dribble", "dribble_headers"])
def test_a_server_that_sends_a_byte_now_and_then_is_left_at_the_deadline(wired: Wire, manner: Manner) -> None:
    def dribble(_: Received) -> Reply:
        wired.clock.ahead_seconds += 1_000
        return Reply(manner=manner)

    wired.server.script = dribble
    with pytest.raises(ProviderError) as raised:
        wired.model.generate(request(deadline_seconds=900.0))
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.TIMEOUT, False)


def test_a_server_that_answers_nothing_is_left_at_the_deadline(wired: Wire) -> None:
    failure = failed(wired, Reply(manner="hang"), deadline_seconds=2.0)
    assert (failure.kind, failure.outcome_known) == (ErrorKind.TIMEOUT, False)


def test_a_server_that_never_reads_the_request_is_left_at_the_deadline() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as deaf,
        speaking_to(f"http://127.0.0.1:{deaf.getsockname()[1]}") as model,
        pytest.raises(ProviderError) as raised,
    ):
        model.generate(request(deadline_seconds=2.0, references=(reference(b"\0" * 2**24),)))
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.TIMEOUT, False)


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_without_time_left_nothing_is_sent(wired: Wire, seconds: float) -> None:
    calls = wired.server.calls
    with pytest.raises(ProviderError) as raised:
        wired.model.generate(request(deadline_seconds=seconds))
    assert (raised.value.kind, raised.value.outcome_known) == (ErrorKind.TIMEOUT, True)
    assert wired.server.calls == calls


@pytest.mark.parametrize("reply", [Reply(manner="drop"), Reply(body=b"{" + b" " * 999, manner="cut")])
def test_a_connection_that_breaks_leaves_the_outcome_unknown(wired: Wire, reply: Reply) -> None:
    failure = failed(wired, reply)
    assert (failure.kind, failure.outcome_known) == (ErrorKind.UNAVAILABLE, False)


@pytest.mark.parametrize("keep", [-20, 1, 0])
def test_an_answer_that_is_not_whole_json_is_unknown(wired: Wire, keep: int) -> None:
    failure = failed(wired, Reply(body=replies.answer(replies.inline(PNG)).body[:keep]))
    assert (failure.kind, failure.outcome_known) == (ErrorKind.UNKNOWN, False)


def test_an_answer_beyond_the_limit_is_not_read_to_its_end(wired: Wire) -> None:
    failure = failed(wired, Reply(body=b" " * (wire.MAX_ANSWER_BYTES + 1)))
    assert (failure.kind, failure.outcome_known) == (ErrorKind.UNKNOWN, False)
    assert "too large" in failure.detail


def test_a_compressed_answer_is_not_unpacked(wired: Wire) -> None:
    failure = failed(wired, Reply(body=b"\x1f\x8b", headers=(("Content-Encoding", "gzip"),)))
    assert (failure.kind, failure.outcome_known) == (ErrorKind.UNKNOWN, False)
    assert "compressed" in failure.detail


def test_the_server_turns_away_whoever_comes_too_often() -> None:
    with GeminiServer(per_second=1) as limited, speaking_to(limited.url) as model:
        model.generate(request())
        with pytest.raises(ProviderError) as raised:
            [model.generate(request()) for _ in range(50)]
    assert (raised.value.kind, raised.value.retry_after_seconds) == (ErrorKind.BUSY, 1)
    assert limited.turned_away == 1
