"""When one batch's next calls of one model may start: its share of the model's rate, as starting times a little ahead."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

# Calls start a little later or earlier than their slots; at the full rate every such shift would be one call too many in a second.
OF_THE_RATE = 0.95
_LEAST_GAP = timedelta(microseconds=1)
# A model that is asked less than once in a day is as good as closed; a longer gap would only leave the calendar.
_LONGEST_GAP_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Slots:
    """Times from `first` on, a `gap` apart, as far `ahead` of now as is given out; what has passed already starts now."""

    first: datetime
    gap: timedelta
    now: datetime
    ahead: timedelta

    @classmethod
    def at_rate(
        cls,
        per_second: float,
        *,
        now: datetime,
        ahead: timedelta,
        last: datetime | None,
        begun_at: datetime,
        phase: float,
    ) -> Self:
        """The slots of a batch that may start so many calls a second, and whose last one was given out for `last`.

        A batch that has none yet begins `phase` (0 to 1) of a gap after `begun_at`: batches that begin together take turns.
        Whoever could not start when its time came is late by that much, and by one gap at most: its part stays what it is.
        """
        gap = least_gap(per_second)
        next_one = next_start(per_second, last=last, begun_at=begun_at, phase=phase, latest=now + ahead)
        return cls(max(next_one, now - gap), gap, now, ahead)

    @property
    def free(self) -> int:
        """How many there are."""
        return max((self.now + self.ahead - self.first) // self.gap + 1, 0)

    def first_of(self, wanted: int) -> list[datetime]:
        """The first of them, as many as are wanted if there are so many."""
        return [self.first + number * self.gap for number in range(min(wanted, self.free))]

    def opens_at(self, taken: int) -> datetime:
        """From when on there are more than these."""
        return max(self.first + taken * self.gap - self.ahead, self.now)


def next_start(
    per_second: float, *, last: datetime | None, begun_at: datetime, phase: float, latest: datetime
) -> datetime:
    """When a batch that may start so many calls a second may start its next one, be that long ago.

    No time was given out beyond `latest`: one that lies there is of a clock that has been set back since.
    """
    gap = least_gap(per_second)
    return min(begun_at, latest) + phase * gap if last is None else min(last, latest) + gap


def spacing(per_second: float) -> timedelta:
    """How far apart starts of all batches are kept at so many a second in all: their gap, and no more than a second.

    Limits of few calls a minute count whole minutes: within those it is enough that each batch keeps to its part.
    """
    return min(least_gap(per_second), timedelta(seconds=1))


def least_gap(per_second: float) -> timedelta:
    """The time between two starts at so many a second, less the margin."""
    return max(timedelta(seconds=1 / max(OF_THE_RATE * per_second, 1 / _LONGEST_GAP_SECONDS)), _LEAST_GAP)
