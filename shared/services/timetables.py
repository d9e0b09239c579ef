"""When this instance lets calls of each model start: whichever batches they are of, never two nearer than the model's rate."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock


class Timetables:
    """Starting times that were given out and lie ahead, by model."""

    def __init__(self) -> None:
        self._taken: defaultdict[str, list[datetime]] = defaultdict(list)
        self._lock = Lock()

    def take(
        self, model: str, wanted: Iterable[datetime], *, gap: timedelta, now: datetime, until: datetime
    ) -> list[datetime]:
        """A start for each wanted time, in order: then, now if it has passed, or as soon after as no other is nearer than `gap`; those that lie after `until` are left out."""
        given: list[datetime] = []
        with self._lock:
            taken = self._taken[model]
            del taken[: bisect_left(taken, now - gap)]
            for moment in wanted:
                start = _free(taken, max(moment, now), gap)
                if start > until:
                    break
                taken.insert(bisect_left(taken, start), start)
                given.append(start)
        return given


def _free(taken: list[datetime], moment: datetime, gap: timedelta) -> datetime:
    """The first moment from this one on that is a gap away from all that are taken."""
    for other in taken[bisect_left(taken, moment - gap) :]:
        if other >= moment + gap:
            break
        if abs(other - moment) < gap:
            moment = other + gap
    return moment
