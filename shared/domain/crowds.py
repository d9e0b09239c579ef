"""Who uses a model now, as one of its batches sees it: what part of it is that batch's, and how many go before it."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.domain.batches import Batch, ModelDemand
from shared.domain.lanes import LANE_WEIGHTS
from shared.domain.lines import Contender, Line
from shared.domain.modes import Desired, Priority
from shared.domain.shares import Claim, divided
from shared.domain.slots import next_start

# Who has few images left claims as much of the rate as would start them within this time: its last ones are not to wait
# for others, who get the rest as soon as those are on their way.
_SECONDS_TO_START = 0.25
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
# More than any batch has: what could use everything.
_EVERYTHING = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Competitor:
    """A batch that uses a model: its images that are in flight, and those that could start.

    `begun_at` is when it could start its first one, `started_at` the last starting time that it was given.
    """

    org: str
    batch: str
    priority: Priority
    outstanding: int = 0
    waiting: int = 0
    begun_at: datetime = _LONG_AGO
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePace:
    """How many images of a model may start a second, that far ahead of their time, and how many it makes in a second."""

    starts_per_second: float
    images_per_second: float
    ahead: timedelta


@dataclass(frozen=True, slots=True)
class Crowd:
    """One batch among all that use a model. `known` is the part of all active batches that `others` stands for.

    The batch itself counts as one that could use everything: it knows better than its own document what it has, and takes
    no more than that. Others count with what they last published.
    """

    me: Competitor
    others: tuple[Competitor, ...] = ()
    known: float = 1.0

    def of_places(self, room: float) -> float:
        """The part of `room` images in flight that are this batch's."""
        return self._of_places(room)[self.me.batch] * self.known

    def of_starts(self, per_second: float) -> float:
        """The part of so many starts a second that are this batch's: who only waits for answers leaves them to others."""
        return self._of_starts(per_second)[self.me.batch] * self.known

    def line(self, room: float, pace: LinePace, *, now: datetime, strict: bool) -> Line:
        """Who wants the next of `room` images in flight; where it is `strict`, no more than these are ever in flight."""
        places, starts = self._of_places(room), self._of_starts(pace.starts_per_second)
        waiting = sorted((one for one in (*self.others, self.me) if one.waiting or one is self.me), key=_rank)
        first_credits = _first_credits(waiting, room / pace.images_per_second)
        contenders = {
            one.batch: Contender(
                org=one.org,
                batch=one.batch,
                part=room * places[one.batch] * self.known,
                outstanding=one.outstanding,
                waiting=_EVERYTHING if one is self.me else one.waiting,
                due_at=next_start(
                    pace.starts_per_second * starts[one.batch] * self.known,
                    last=one.started_at,
                    begun_at=one.begun_at,
                    phase=place / len(waiting),
                    latest=now + pace.ahead,
                ),
                credit=first_credits.get(one.batch, 0.0),
            )
            for place, one in enumerate(waiting)
        }
        return Line.of(
            contenders.pop(self.me.batch),
            contenders.values(),
            free=self.free(room),
            now=now + pace.ahead,
            known=self.known,
            strict=strict,
        )

    @property
    def phase(self) -> float:
        """Where in its gap this batch begins: from 0 to 1, another one for each that waits, heavy lanes first."""
        waiting = [other for other in self.others if other.waiting]
        before = sum(_rank(other) < _rank(self.me) for other in waiting)
        return before / (len(waiting) + 1)

    @property
    def outstanding(self) -> int:
        """Images of others that are in flight."""
        return sum(other.outstanding for other in self.others)

    def free(self, room: float) -> float:
        """How many of `room` images in flight are nobody's; less than none if there are more."""
        return room - self.me.outstanding - self.outstanding / self.known

    def ahead(self, seconds: float, per_second: float) -> int:
        """About how many images of others in the same lane the model makes in this time, at so many a second in all."""
        lane = [other for other in self.others if other.priority is self.me.priority]
        left = sum(other.outstanding + other.waiting for other in lane)
        parts = self._divided(lambda one: (one.outstanding + one.waiting) / per_second)
        return min(left, round(seconds * per_second * sum(parts.get(other.batch, 0.0) for other in lane)))

    def _of_places(self, room: float) -> dict[str, float]:
        return self._divided(lambda one: (one.outstanding + one.waiting) / room)

    def _of_starts(self, per_second: float) -> dict[str, float]:
        return self._divided(lambda one: one.waiting / (per_second * _SECONDS_TO_START))

    def _divided(self, demand: Callable[[Competitor], float]) -> dict[str, float]:
        mine = Claim(org=self.me.org, batch=self.me.batch, priority=self.me.priority, demand=1.0)
        theirs = [
            Claim(org=other.org, batch=other.batch, priority=other.priority, demand=demand(other))
            for other in self.others
        ]
        return divided([mine, *theirs])


def competitors(org: str, batch: Batch) -> dict[str, Competitor]:
    """What a batch takes part in, by model, from its document. Before its first step it could start every image of each model."""
    runs = batch.desired is Desired.RUN
    if batch.demand is None:
        left = batch.progress.total - batch.progress.finished
        wanted = [ModelDemand(model=model, waiting=left) for model in batch.models]
    else:
        wanted = batch.demand
    return {
        one.model: Competitor(
            org=org,
            batch=batch.id,
            priority=batch.priority,
            outstanding=one.outstanding,
            waiting=one.waiting if runs else 0,
            begun_at=batch.begun_at,
            started_at=one.started_at,
        )
        for one in wanted
    }


def _first_credits(waiting: Iterable[Competitor], round_seconds: float) -> dict[str, float]:
    """What who has not started yet is given: where all go on in turn they stand at different places of their rounds.

    Of one lane and organisation the first goes at once and the others spread over their round, so that a lane that comes
    seldom does not begin a whole round later. A round takes a whole place so many seconds: nobody has to wait more for it.
    """
    groups: defaultdict[tuple[Priority, str], list[Competitor]] = defaultdict(list)
    for one in waiting:
        if one.started_at is None:
            groups[one.priority, one.org].append(one)
    return {
        one.batch: round_seconds * (1 - place / len(group))
        for group in groups.values()
        for place, one in enumerate(sorted(group, key=lambda one: (one.begun_at, one.batch)))
    }


def _rank(one: Competitor) -> tuple[float, str]:
    return (-LANE_WEIGHTS[one.priority], one.batch)
