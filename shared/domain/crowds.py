"""Who uses a model now, as one of its batches sees it: what part of it is that batch's, and how many go before it."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.domain.batches import Batch
from shared.domain.lanes import LANE_WEIGHTS
from shared.domain.modes import Desired, Priority
from shared.domain.shares import Claim, divided

# Who has few images left claims as much of the rate as would start them within this time: its last ones are not to wait
# for others, who get the rest as soon as those are on their way.
_SECONDS_TO_START = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Competitor:
    """A batch that uses a model: its images that are in flight, and those that could start."""

    org: str
    batch: str
    priority: Priority
    outstanding: int = 0
    waiting: int = 0


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
        return self._mine(lambda one: (one.outstanding + one.waiting) / room)

    def of_starts(self, per_second: float) -> float:
        """The part of so many starts a second that are this batch's: who only waits for answers leaves them to others."""
        return self._mine(lambda one: one.waiting / (per_second * _SECONDS_TO_START))

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

    def ahead(self, seconds: float, per_second: float) -> int:
        """About how many images of others in the same lane the model makes in this time, at so many a second in all."""
        lane = [other for other in self.others if other.priority is self.me.priority]
        left = sum(other.outstanding + other.waiting for other in lane)
        parts = self._divided(lambda one: (one.outstanding + one.waiting) / per_second)
        return min(left, round(seconds * per_second * sum(parts.get(other.batch, 0.0) for other in lane)))

    def _mine(self, demand: Callable[[Competitor], float]) -> float:
        return self._divided(demand)[self.me.batch] * self.known

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
        wanted = dict.fromkeys(batch.models, (0, left))
    else:
        wanted = {one.model: (one.outstanding, one.waiting) for one in batch.demand}
    return {
        model: Competitor(
            org=org,
            batch=batch.id,
            priority=batch.priority,
            outstanding=outstanding,
            waiting=waiting if runs else 0,
        )
        for model, (outstanding, waiting) in wanted.items()
    }


def _rank(one: Competitor) -> tuple[float, str]:
    return (-LANE_WEIGHTS[one.priority], one.batch)
