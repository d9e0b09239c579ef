"""What a failure means: try again or give up, when, and what a person can do."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from shared.domain.errors import ErrorKind, ProviderError, RefusalStage

if TYPE_CHECKING:
    # Every function reads its rules of retries; few of them have items.
    from shared.domain.items import Attempt, Item

HINTS = {
    ErrorKind.BUSY: "The provider had no room for too long. Retry the item later, choose another model, or name one as `fallback`.",
    ErrorKind.UNAVAILABLE: "The service was down. Retry the item later, choose another model, or name one as `fallback`.",
    ErrorKind.TIMEOUT: "No answer came in time. Retry the item, or choose a smaller size or another model.",
    ErrorKind.REFUSED: "The provider's safety rules refused it. Change the words or the reference picture and retry.",
    ErrorKind.INVALID: "The model cannot take this request. Change what the message names and retry.",
    ErrorKind.UNAUTHORISED: "The provider's key is missing, wrong or may not do this. Ask an admin to check it, then retry.",
    ErrorKind.QUOTA: "The provider's quota was used up for too long. Raise it, or choose another model or `fallback` and retry.",
    ErrorKind.NO_IMAGE: "The model answered without a picture. Say plainly what the image should show and retry.",
    ErrorKind.WRONG_SHAPE: "The picture came back in another shape. Choose another aspect ratio or model and retry.",
    ErrorKind.UNKNOWN: "Something unforeseen happened. Retry the item; if it comes back, send the item's id to support.",
}

_OF_STAGES = {
    RefusalStage.PROMPT: "The provider's safety rules refused the words. Say it in other words and retry.",
    RefusalStage.REFERENCE: "The provider's safety rules refused a reference picture. Leave it out or take another one, and retry.",
    RefusalStage.OUTPUT: "The provider's safety rules refused the picture that was drawn. Retry the item; if it comes back, change the words.",
}


def hint(error: ProviderError, item: "Item") -> str:
    """What a person can do about a failure for good: for a refusal by its stage, and after other models by what they were."""
    told = (
        _OF_STAGES.get(error.stage, HINTS[error.kind])
        if error.kind is ErrorKind.REFUSED and error.stage
        else HINTS[error.kind]
    )
    if not item.fallen_from or error.kind is ErrorKind.REFUSED:
        return told
    return (
        f"{told} Before it, {_and(item.fallen_from)} had failed too; a retry begins with {item.fallen_from[0]} again."
    )


def _and(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


_PERMANENT = frozenset({ErrorKind.REFUSED, ErrorKind.INVALID, ErrorKind.UNAUTHORISED})
PATIENT: Final = frozenset({ErrorKind.BUSY, ErrorKind.QUOTA})
OF_OUTAGES: Final = frozenset({ErrorKind.UNAVAILABLE, ErrorKind.TIMEOUT})
_ONE_MORE = frozenset({ErrorKind.UNKNOWN, ErrorKind.NO_IMAGE, ErrorKind.WRONG_SHAPE})
_QUOTA_PAUSE_SECONDS = 3_600.0
_MIN_BUSY_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRules:
    """The settings of retrying."""

    max_tries: int = 4
    base_seconds: float = 2.0
    max_seconds: float = 600.0
    max_age: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do after a failure: `not_before` is None when the item has failed for good."""

    not_before: datetime | None
    uses_try: bool


def decide(
    item: "Item",
    error: ProviderError,
    *,
    now: datetime,
    rules: RetryRules,
    delay_seconds: float,
    shut_until: datetime | None = None,
) -> Decision:
    """Whether an item is tried again after this failure, and when; `delay_seconds` is the backoff that is due.

    Refusals and bad requests are final. Busy and quota use up no try and end only with the batch's maximum age. What is
    unknown gets one more try; what is transient gets `max_tries` in all, and uses none up while its model is shut
    (`shut_until`) unless the call may have been carried out. A provider's own wish counts if it is later.
    """
    if error.kind in _PERMANENT:
        return Decision(None, uses_try=True)
    is_outage = shut_until is not None and error.kind in OF_OUTAGES and error.outcome_known
    patient = error.kind in PATIENT or is_outage
    is_second = error.kind in _ONE_MORE and _had_its_one_more(item)
    if not patient and (is_second or item.tries + 1 >= rules.max_tries):
        return Decision(None, uses_try=True)
    when = now + timedelta(seconds=_delay(error, delay_seconds, rules))
    if is_outage and shut_until is not None:
        when = max(when, shut_until)
    if error.kind is ErrorKind.QUOTA:
        when = max(when, error.reopens_at or now + timedelta(seconds=_QUOTA_PAUSE_SECONDS))
    if patient and when >= (item.retried_at or item.created_at) + rules.max_age:
        return Decision(None, uses_try=False)
    return Decision(when, uses_try=not patient)


def _delay(error: ProviderError, backoff: float, rules: RetryRules) -> float:
    wished = error.retry_after_seconds or 0.0
    least = _MIN_BUSY_SECONDS if error.kind in PATIENT else 0.0
    return min(max(backoff, wished, least), max(rules.max_seconds, least))


def busy_in_a_row(item: "Item") -> int:
    """How many times, up to the attempt that runs, the provider had no room for this item."""
    before = [attempt for attempt in item.attempts if attempt.number != item.attempt]
    last = before[-1] if before else None
    if last is None or last.error is None or is_of_earlier_series(item, last):
        return 0
    return last.count if last.error.kind in PATIENT else 0


def is_of_earlier_series(item: "Item", attempt: "Attempt") -> bool:
    """Whether a person has asked to try again since this attempt."""
    return item.retried_at is not None and (attempt.finished_at or attempt.started_at) <= item.retried_at


def _had_its_one_more(item: "Item") -> bool:
    """Whether one of this series' tries ended in a way that is worth only one more."""
    told = [attempt.error.kind for attempt in item.attempts if attempt.error and attempt.number != item.attempt]
    tries = [kind for kind in told if kind not in PATIENT]
    return any(kind in _ONE_MORE for kind in tries[max(len(tries) - item.tries, 0) :])


def severity(kind: ErrorKind) -> int:
    """How loud a failed image is in the log: what the service itself lacks is an error, a crowd a warning, a refusal news."""
    if kind in (ErrorKind.REFUSED, ErrorKind.INVALID):
        return logging.INFO
    return logging.WARNING if kind in (ErrorKind.BUSY, ErrorKind.QUOTA) else logging.ERROR
