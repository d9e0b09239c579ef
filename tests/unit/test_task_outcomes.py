"""What follows from a delivery, and how fast a queue may go on: the documented arithmetic."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.embedded.tasks import RetryConfig
from shared.adapters.embedded.tasks.outcomes import Verdict, outcome, retry_after_seconds
from shared.adapters.embedded.tasks.paces import Hold, Throttle, TokenBucket
from shared.adapters.embedded.tasks.records import SECOND, Attempt, TaskRecord
from tests.clocks import START

# --- What follows from a delivery ---------------------------------------------------------------------------------------

RECORD = TaskRecord(
    seq=1, queue="plain", name="t", function="work", url=None, method="POST", headers={}, body=b"", audience=None,
    deadline_seconds=60, retry=None, created_at=0, due_at=0,
)  # fmt: skip


def attempt(at_second: float, status: int | None = 500, retry_after: float | None = None) -> Attempt:
    at = round(at_second * SECOND)
    return Attempt(dispatched_at=at, answered_at=at, status=status, reason="", retry_after_seconds=retry_after)


def test_the_delays_are_those_that_cloud_tasks_documents() -> None:
    retry = RetryConfig(min_backoff_seconds=10, max_backoff_seconds=300, max_doublings=3)
    record, delays = RECORD, []
    for _ in range(8):
        result = outcome(record, attempt(record.due_at / SECOND), retry)
        delays.append((result.record.due_at - record.due_at) // SECOND)
        record = result.record
    assert delays == [10, 20, 40, 80, 160, 240, 300, 300]


def test_a_task_is_given_up_only_when_attempts_and_time_are_both_used_up() -> None:
    both = RetryConfig(max_attempts=3, max_retry_seconds=100)
    record = RECORD
    for second, verdict in (
        (0, Verdict.RETRY),
        (10, Verdict.RETRY),
        (20, Verdict.RETRY),
        (99, Verdict.RETRY),
        (100, Verdict.GIVEN_UP),
    ):
        result = outcome(record, attempt(second), both)
        assert result.verdict is verdict
        record = result.record
    old = replace(RECORD, dispatches=1, first_dispatched_at=1)
    assert outcome(old, attempt(1_000), both).verdict is Verdict.RETRY
    assert outcome(old, attempt(1_000), RetryConfig(max_attempts=2)).verdict is Verdict.GIVEN_UP
    assert (
        outcome(replace(old, dispatches=10_000), attempt(1_000), RetryConfig(max_attempts=-1)).verdict is Verdict.RETRY
    )


def test_a_tasks_own_retry_rule_goes_before_its_queues() -> None:
    own = replace(RECORD, retry=RetryConfig(max_attempts=1))
    assert outcome(own, attempt(0), RetryConfig()).verdict is Verdict.GIVEN_UP


@given(status=st.integers(200, 299), before=st.integers(0, 200))
def test_any_2xx_ends_a_task_however_late(status: int, before: int) -> None:
    assert (
        outcome(replace(RECORD, dispatches=before), attempt(9, status), RetryConfig(max_attempts=1)).verdict
        is Verdict.DELIVERED
    )


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None), ("7", 7), (" 7 ", 7), ("999999999999", 86_400), ("-3", None), ("soon", None), ("", None), ("²", None),
        ("Sun, 01 Mar 2026 12:01:00 GMT", 60), ("Sun, 01 Mar 2026 11:00:00 GMT", 0), ("Sun, 01 Mar 2026 12:01:00", None),
    ],
)  # fmt: skip
def test_retry_after_is_read_as_seconds_or_date_and_nonsense_is_ignored(
    header: str | None, seconds: float | None
) -> None:
    assert retry_after_seconds(header, START) == seconds


# --- Pace ---------------------------------------------------------------------------------------------------------------


def test_a_bucket_allows_its_burst_and_then_its_rate() -> None:
    bucket, starts = TokenBucket(rate=10, size=3, now=0), []
    for tick in range(101):
        while bucket.wait_seconds(tick / 100) == 0:
            bucket.take()
            starts.append(tick)
    assert starts == [0, 0, 0, *range(10, 101, 10)]


def test_a_bucket_that_rested_for_long_holds_no_more_than_its_burst() -> None:
    bucket = TokenBucket(rate=10, size=3, now=0)
    taken = 0
    while bucket.wait_seconds(1_000_000) == 0:
        bucket.take()
        taken += 1
    assert taken == 3


def test_429s_halve_a_queue_once_a_second_and_it_recovers() -> None:
    throttle = Throttle()
    for now in (0.0, 0.1, 0.9):
        throttle.slow_down(now)
    assert throttle.share(0.9) > 0.5
    for now in range(1, 100):
        throttle.slow_down(float(now))
    assert throttle.share(99) >= Throttle.FLOOR
    assert throttle.share(99) < 0.6
    assert throttle.share(120) == 1.0


def test_a_target_that_does_not_listen_is_tried_again_ever_slower_up_to_a_second() -> None:
    hold, now, waits = Hold(), 0.0, []
    for _ in range(8):
        hold.refused(now)
        hold.refused(now)
        waits.append(hold.wait_seconds(now))
        now += waits[-1]
    assert waits == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.8, 1, 1, 1])
    hold.reached()
    assert hold.wait_seconds(now) == 0
