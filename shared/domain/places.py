"""Places in a batch's line: moments long past, a millisecond apart, so that others fit in between and before them all."""

from collections.abc import Sequence
from datetime import datetime, timedelta

APART = timedelta(milliseconds=1)
_LEAST = timedelta(microseconds=1)


def planned(now: datetime, *, index: int, total: int) -> datetime:
    """The place of the image of this index (from 0) among `total` that are due since `now`: in the order of the rows."""
    return now - (total - index) * APART


def ahead_of(first: datetime, count: int) -> list[datetime]:
    """This many places, in order, before the one that was the first."""
    return [first - (count - number) * APART for number in range(count)]


def between(left: datetime, right: datetime, count: int) -> list[datetime] | None:
    """This many places, in order and evenly, between two; None when there is no room for them."""
    apart = (right - left) // (count + 1)
    if apart < _LEAST:
        return None
    return [left + (number + 1) * apart for number in range(count)]


def permuted(held: Sequence[datetime]) -> list[datetime]:
    """The places that items hold, in order, each once: items of one place are parted by the least that can be."""
    found: list[datetime] = []
    for place in sorted(held):
        found.append(max(place, found[-1] + _LEAST) if found else place)
    return found
