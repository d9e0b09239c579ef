"""The pace of one model, learned from its provider's answers: when it grows, when it is cut, when nothing is asked at all.

All functions are pure: each takes the pacer as it is and gives it as it becomes, or None where nothing changes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from pydantic import Field

from shared.domain.documents import Part, Stored

BEGINNING_CALLS: Final = 4
_BEGINNING_SHARE: Final = 1 / 8
_LEAST_RATE: Final = 0.1
_SECOND: Final = timedelta(seconds=1)

# A refusal beside the rate that was refused before is a call that came a little early; far above it, nothing is known yet.
_CUTS: Final = (0.96, 0.8, 0.5)
_DEEPEST_CUT: Final = 0.25
_FAR_TOO_FAST: Final = 0.9
_AGAIN: Final = timedelta(seconds=4)
_LONGEST_HOLD: Final = timedelta(minutes=5)
_NEAR_REST: Final = timedelta(seconds=15)
_LONGEST_REST: Final = timedelta(minutes=5)
_RESTS_A_HOLD: Final = 30

_FAR_BELOW: Final = 0.85
_QUICKLY: Final = 1.5
_STEP: Final = 0.01
_SHARE_OF_GAP: Final = 0.5
_SLOW_INTERVAL: Final = timedelta(seconds=2)
_FORGOTTEN_ABOVE: Final = 1.5


class Closing(StrEnum):
    """Why a model is not asked at all."""

    BUSY = "busy"
    DOWN = "down"
    QUOTA = "quota"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paced:
    """The pace that a model's calls keep to now; while `closed_until` lies ahead none starts, and `reason` says why in words.

    `is_shut` tells that the model is down or over its quota: who can go on with another one does not wait for it.
    """

    rate_per_second: float
    concurrency: int
    closed_until: datetime | None = None
    reason: str = ""
    is_shut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The most that a model may be asked for, whatever is learned, and how often steps look."""

    rate_per_second: float
    concurrency: int
    tick: timedelta

    @property
    def beginning_rate(self) -> float:
        """Calls a second of a model of which nothing is known: four a tick, or an eighth of the bound."""
        cautious = max(BEGINNING_CALLS / self.tick.total_seconds(), self.rate_per_second * _BEGINNING_SHARE)
        return min(cautious, self.rate_per_second)

    @property
    def trial_rate(self) -> float:
        """Calls a second while one call tries whether the model is back."""
        return min(1.0, self.rate_per_second)

    @property
    def least_rate(self) -> float:
        """What no cut goes below."""
        return min(_LEAST_RATE, self.rate_per_second)

    @property
    def settling(self) -> timedelta:
        """How long calls may still start at the pace before: starting times are given away two ticks ahead."""
        return 2 * self.tick + timedelta(seconds=0.5)


class RateSince(Part):
    """A rate, and since when it holds."""

    at: datetime
    rate: float


class Pacer(Stored):
    """What is known of one model, asked with one credential, as it is stored.

    `ceiling` is the rate at which it was refused last (0: never, or it has taken far more since). `rates` tells how the
    rate moved lately. `rests_until` is when it may grow again. `closed_until` and `closed_for` tell when nothing is asked
    and why; what is down or over its quota stays closed until a trial (`trial_at`, given up at `trial_until`) succeeds.
    `pauses` counts how often it was closed in a row, `reopened_at` is when a trial last succeeded.
    """

    credential: str
    model: str
    rate: float
    rates: list[RateSince] = Field(default_factory=list)
    ceiling: float = 0.0
    grown_at: datetime
    cut_at: datetime | None = None
    cuts_in_a_row: int = 0
    rests_until: datetime | None = None
    closed_until: datetime | None = None
    closed_for: Closing | None = None
    pauses: int = 0
    trial_at: datetime | None = None
    trial_until: datetime | None = None
    reopened_at: datetime | None = None

    @property
    def is_shut(self) -> bool:
        """Whether it takes a trial to open it."""
        return self.closed_for in (Closing.DOWN, Closing.QUOTA)


def begun(credential: str, model: str, bounds: Bounds, *, now: datetime) -> Pacer:
    """A pacer that knows nothing yet."""
    rate, felt = bounds.beginning_rate, now - 2 * bounds.tick
    rates = [RateSince(at=felt - _SECOND, rate=0.0), RateSince(at=felt, rate=rate)]
    return Pacer(credential=credential, model=model, rate=rate, rates=rates, grown_at=now)


def grown(pacer: Pacer, bounds: Bounds, *, now: datetime) -> Pacer | None:
    """The pacer a step faster, for there is more to ask than it lets through; None before the next step is due.

    Nothing known: doubled each tick. Far below the rate that was refused: half as much again each second. Near it: one
    per cent of it every two seconds. Beyond it, unrefused: each step as long as all before it together.
    """
    rate = min(pacer.rate, bounds.rate_per_second)
    if rate >= bounds.rate_per_second or _rests(pacer, bounds, now):
        return None
    ceiling = pacer.ceiling
    if not ceiling:
        interval, wanted = bounds.tick, rate * 2
    elif rate < ceiling * _FAR_BELOW:
        interval, wanted = max(_SECOND, bounds.tick), min(rate * _QUICKLY, ceiling * 0.9)
    else:
        step = max(ceiling * _STEP, min(abs(rate - ceiling) * _SHARE_OF_GAP, rate * (_QUICKLY - 1)))
        interval, wanted = max(_SLOW_INTERVAL, 2 * bounds.tick), rate + step
    if now - pacer.grown_at < interval:
        return None
    forgotten = wanted > ceiling * _FORGOTTEN_ABOVE
    return at_rate(
        pacer, bounds, min(wanted, bounds.rate_per_second), now, grown_at=now, ceiling=0.0 if forgotten else ceiling
    )


def _rests(pacer: Pacer, bounds: Bounds, now: datetime) -> bool:
    waits = (pacer.closed_until, pacer.rests_until, pacer.cut_at + bounds.settling if pacer.cut_at else None)
    return any(until is not None and now < until for until in waits)


def refused(
    pacer: Pacer, bounds: Bounds, *, now: datetime, admitted: int, retry_after_seconds: float | None = None
) -> Pacer | None:
    """The pacer after a call that came too soon; None for one that started before the last cut could be felt.

    `admitted` is how many calls of the second before are known to have been taken: the rate is not cut below that, nor
    to less than a quarter where none is. The model is held back until the provider's wish; asked far too fast, at least until
    all that was sent out at the pace before has been turned away.
    """
    rate = min(pacer.rate, bounds.rate_per_second)
    wish = _wished(now, retry_after_seconds)
    if pacer.cut_at is not None and now - pacer.cut_at < max(bounds.settling, _SECOND):
        return _held(pacer, wish)
    felt_at = None if pacer.cut_at is None else max(pacer.cut_at, pacer.closed_until or pacer.cut_at)
    again = felt_at is not None and now - felt_at < bounds.settling + _AGAIN
    row = pacer.cuts_in_a_row + 1 if again else 0
    planned = _planned(pacer, bounds, rate, now)
    taken = float(admitted) or rate * _DEEPEST_CUT
    believed = max(taken, planned * _CUTS[min(row, len(_CUTS) - 1)])
    slower = max(min(rate * _CUTS[0], believed), bounds.least_rate)
    hold = wish
    if slower < rate * _FAR_TOO_FAST or (row >= len(_CUTS) and not admitted):
        # All that was sent out at the pace before is turned away: it would only be refused.
        hold = max(wish or now, now + max(2 * bounds.tick, _SECOND * min(2 ** max(row - 2, -1), 32)))
    rests = now + _NEAR_REST if hold is None else None
    if wish is not None:
        rests = now + min(max(_RESTS_A_HOLD * (wish - now), _NEAR_REST), _LONGEST_REST)
    cut = at_rate(
        pacer,
        bounds,
        slower,
        now,
        ceiling=min(rate, max(planned, slower / _CUTS[0])),
        cut_at=now,
        cuts_in_a_row=row,
        rests_until=rests,
    )
    return _held(cut, hold) or cut


def _wished(now: datetime, retry_after_seconds: float | None) -> datetime | None:
    if not retry_after_seconds or retry_after_seconds <= 0:
        return None
    return now + min(timedelta(seconds=retry_after_seconds), _LONGEST_HOLD)


def _held(pacer: Pacer, until: datetime | None) -> Pacer | None:
    """The pacer closed until then, if that is later than it is closed already."""
    if until is None or pacer.is_shut or (pacer.closed_until is not None and pacer.closed_until >= until):
        return None
    return pacer.model_copy(update={"closed_until": until, "closed_for": Closing.BUSY})


def _planned(pacer: Pacer, bounds: Bounds, rate: float, now: datetime) -> float:
    """How many calls the pace let start during the second before now; starting times are given away two ticks ahead."""
    end = now - 2 * bounds.tick
    edges = [*(min(max(since.at, end - _SECOND), end) for since in pacer.rates), end]
    edges[0] = end - _SECOND
    spans = zip(pacer.rates, edges, edges[1:], strict=False)
    return min(sum(since.rate * (later - at).total_seconds() for since, at, later in spans), rate)


def at_rate(pacer: Pacer, bounds: Bounds, rate: float, now: datetime, **changes: Any) -> Pacer:
    """The pacer at another rate from now on."""
    begin = now - 2 * bounds.tick - _SECOND
    before = [since for since in pacer.rates if since.at < begin][-1:]
    kept = [since for since in pacer.rates if since.at >= begin]
    rates = [*before, *kept, RateSince(at=now, rate=rate)]
    return pacer.model_copy(update={"rate": rate, "rates": rates, **changes})
