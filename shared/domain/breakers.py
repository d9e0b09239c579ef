"""When a model is not asked at all: it is down or over its quota, and one call at a time tries whether it is back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.domain.pacers import Bounds, Closing, Paced, Pacer, at_rate
from shared.retry import exponential_delay_seconds

ENOUGH_CALLS: Final = 6
ENOUGH_IMAGES: Final = 3
_SHARE_OF_FAILURES: Final = 0.5
_FIRST_PAUSE_SECONDS: Final = 10.0
_LONGEST_PAUSE_SECONDS: Final = 300.0
_QUOTA_PAUSE: Final = timedelta(hours=1)
_LONGEST_QUOTA: Final = timedelta(days=32)
_TRIAL_MARGIN: Final = timedelta(seconds=30)
_LOOK_AGAIN: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one call ended: when, whether the service failed (it was unavailable or silent), and which image it was for."""

    at: datetime
    failed: bool
    image: str


def is_down(outcomes: Collection[Outcome]) -> bool:
    """Whether enough recent calls say that a model is down: half of at least six, for three different images.

    One image that always fails is no outage.
    """
    failures = [outcome.image for outcome in outcomes if outcome.failed]
    is_much = len(outcomes) >= ENOUGH_CALLS and len(failures) >= _SHARE_OF_FAILURES * len(outcomes)
    return is_much and len(set(failures)) >= ENOUGH_IMAGES


def opened(pacer: Pacer, *, now: datetime, jitter: float) -> Pacer:
    """Down: nothing is asked for a pause that doubles each time in a row, from ten seconds to five minutes."""
    pause = exponential_delay_seconds(
        pacer.pauses + 1, base_seconds=_FIRST_PAUSE_SECONDS, max_seconds=_LONGEST_PAUSE_SECONDS, jitter=jitter
    )
    return _shut(pacer, Closing.DOWN, now + timedelta(seconds=pause))


def parked(pacer: Pacer, *, now: datetime, reopens_at: datetime | None) -> Pacer:
    """Over its quota: nothing is asked until it resets, or for an hour where the provider does not say when that is."""
    until = min(reopens_at or now + _QUOTA_PAUSE, now + _LONGEST_QUOTA)
    return _shut(pacer, Closing.QUOTA, max(until, now))


def _shut(pacer: Pacer, why: Closing, until: datetime) -> Pacer:
    return pacer.model_copy(
        update={
            "closed_for": why,
            "closed_until": until,
            "pauses": pacer.pauses + 1,
            "trial_at": None,
            "trial_until": None,
        }
    )


def tried(pacer: Pacer, *, now: datetime, deadline_seconds: float) -> Pacer | None:
    """The pacer with its one trial taken; None while it pauses or somebody else tries."""
    if not pacer.is_shut or not _trial_is_free(pacer, now):
        return None
    until = now + timedelta(seconds=deadline_seconds) + _TRIAL_MARGIN
    return pacer.model_copy(update={"trial_at": now, "trial_until": until})


def untried(pacer: Pacer, *, trial_at: datetime | None) -> Pacer | None:
    """The pacer with a trial given back that made no call; None when it is another one's by now."""
    if trial_at is None or pacer.trial_at != trial_at:
        return None
    return pacer.model_copy(update={"trial_at": None, "trial_until": None})


def is_of_trial(pacer: Pacer, started_at: datetime) -> bool:
    """Whether a call that started then is the trial: nothing else has started since."""
    return pacer.is_shut and pacer.trial_at is not None and started_at >= pacer.trial_at


def reopened(pacer: Pacer, bounds: Bounds, *, now: datetime) -> Pacer:
    """The trial was answered: asked again, slowly at first, and soon as fast as before."""
    known = {"ceiling": pacer.ceiling or pacer.rate, "cut_at": None, "cuts_in_a_row": 0, "rests_until": None}
    is_open = {"closed_until": None, "closed_for": None, "pauses": 0, "trial_at": None, "trial_until": None}
    rate = min(pacer.rate, bounds.beginning_rate)
    return at_rate(pacer, bounds, rate, now, grown_at=now, reopened_at=now, **known, **is_open)


def _trial_is_free(pacer: Pacer, now: datetime) -> bool:
    pauses = pacer.closed_until is not None and now < pacer.closed_until
    return not pauses and (pacer.trial_until is None or now >= pacer.trial_until)


def paced(pacer: Pacer, bounds: Bounds, *, title: str, now: datetime) -> Paced:
    """The pace that calls keep to now; `title` names the model in words."""
    rate = max(min(pacer.rate, bounds.rate_per_second), bounds.least_rate)
    is_closed = pacer.closed_until is not None and now < pacer.closed_until
    if pacer.is_shut and not is_closed:
        if _trial_is_free(pacer, now):
            return Paced(
                rate_per_second=bounds.trial_rate,
                concurrency=1,
                reason=f"One image tries whether {title} is back.",
                is_shut=True,
            )
        return Paced(
            rate_per_second=bounds.trial_rate,
            concurrency=1,
            closed_until=now + _LOOK_AGAIN,
            reason=f"One image is trying whether {title} is back.",
            is_shut=True,
        )
    return Paced(
        rate_per_second=rate,
        concurrency=bounds.concurrency,
        closed_until=pacer.closed_until if is_closed else None,
        reason=_words(pacer, title) if is_closed else "",
        is_shut=pacer.is_shut,
    )


def _words(pacer: Pacer, title: str) -> str:
    if pacer.closed_for is Closing.QUOTA and pacer.closed_until is not None:
        return f"The provider's quota for {title} is used up until {pacer.closed_until:%Y-%m-%d %H:%M} UTC."
    if pacer.closed_for is Closing.DOWN:
        return f"{title} is down: its last calls failed. One image tries it again soon."
    return f"The provider of {title} takes no more for a moment."
