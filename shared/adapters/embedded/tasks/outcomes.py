"""What follows from a delivery: the end, or the next one and when."""

from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import Enum

from shared.adapters.embedded.tasks.configurations import UNLIMITED, RetryConfig
from shared.adapters.embedded.tasks.records import SECOND, Attempt, TaskRecord
from shared.retry import queue_backoff_seconds

MAX_RETRY_AFTER_SECONDS = 24 * 3600.0


class Verdict(Enum):
    """What becomes of a task after a delivery."""

    DELIVERED = "delivered"
    RETRY = "retry"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict, and the task as it stands after the delivery."""

    verdict: Verdict
    record: TaskRecord


def outcome(record: TaskRecord, attempt: Attempt, queue_retry: RetryConfig) -> Outcome:
    """Judge one delivery by the task's own retry rule or else its queue's."""
    retry = record.retry or queue_retry
    first = attempt.dispatched_at if record.first_dispatched_at is None else record.first_dispatched_at
    answered = attempt.status is not None
    is_execution = attempt.status is not None and attempt.status < 500
    after = replace(
        record,
        dispatches=record.dispatches + 1,
        responses=record.responses + answered,
        executions=record.executions + is_execution,
        first_dispatched_at=first,
        last_dispatched_at=attempt.dispatched_at,
        last_answered_at=attempt.answered_at if answered else None,
        last_status=attempt.status,
        last_reason=attempt.reason,
    )
    if attempt.succeeded:
        return Outcome(Verdict.DELIVERED, after)
    if _is_over(after.dispatches, attempt.answered_at - first, retry):
        return Outcome(Verdict.GIVEN_UP, after)
    delay = queue_backoff_seconds(
        after.dispatches,
        min_seconds=retry.min_backoff_seconds,
        max_seconds=retry.max_backoff_seconds,
        max_doublings=retry.max_doublings,
    )
    delay = max(delay, attempt.retry_after_seconds or 0.0)
    return Outcome(Verdict.RETRY, replace(after, due_at=attempt.answered_at + round(delay * SECOND)))


def _is_over(dispatches: int, age: int, retry: RetryConfig) -> bool:
    """Both limits must be reached; a duration of 0 leaves it to the attempts."""
    if retry.max_attempts == UNLIMITED or dispatches < retry.max_attempts:
        return False
    return age >= retry.max_retry_seconds * SECOND


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """The wait that a Retry-After header asks for (seconds or a date), at most a day; None when it says nothing usable."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), MAX_RETRY_AFTER_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
        wait = (moment - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, 0.0), MAX_RETRY_AFTER_SECONDS)
