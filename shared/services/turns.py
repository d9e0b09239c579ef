"""What a batch may start of each model in one step: its part of the model's places and of its rate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from shared.domain.batches import Batch, ModelDemand
from shared.domain.crowds import Crowd
from shared.domain.image_models import ImageModelSpec
from shared.domain.offers import Offer
from shared.domain.pacers import Paced
from shared.domain.slots import OF_THE_RATE, Slots, spacing
from shared.ports.clock import Clock
from shared.services.crowds import CrowdService
from shared.services.pacers import PacerService
from shared.services.timetables import Timetables

_OUTSTANDING = 1.5
_OF_NO_MODEL = 50


@dataclass(slots=True, kw_only=True)
class Turn:
    """One model in one step: how many more may be in flight (`room`) and start (`slots`), and what was made of it.

    Without a `pace` the model is known no more: nothing is called for it, its items are only to learn that it is gone.
    `has_more` says that more wait than were looked for, `booked` which of this batch's starting times was given out last.
    """

    model: str
    timetables: Timetables
    crowd: Crowd
    slots: Slots
    outstanding: int
    room: int
    spec: ImageModelSpec | None = None
    pace: Paced | None = None
    closed_until: datetime | None = None
    waiting: int = 0
    has_more: bool = False
    given: int = 0
    booked: datetime | None = None

    @property
    def per_second(self) -> float:
        """How many images a second the model makes in all, by its pace and what one usually takes."""
        if self.spec is None or self.pace is None:
            return float(_OF_NO_MODEL)
        return min(OF_THE_RATE * self.pace.rate_per_second, self.pace.concurrency / self.spec.typical_seconds)

    @property
    def title(self) -> str:
        """The model as people know it."""
        return self.spec.title if self.spec else "The model"

    @property
    def is_crowded(self) -> bool:
        """Whether images of others alone have all of the model's places."""
        return self.pace is not None and self.crowd.outstanding >= self.pace.concurrency

    @property
    def own_per_second(self) -> float:
        """How many images a second are this batch's part of what the model makes."""
        return self.per_second * self.crowd.of_places(max(self.per_second, 1.0))

    def start(self, wanted: int) -> list[datetime]:
        """When each of so many starts, as far as the model's rate and this batch's part of it let them start soon."""
        if self.closed_until is not None:
            return []
        if self.pace is None:
            return [self.slots.now] * min(wanted, _OF_NO_MODEL)
        moments = self.slots.first_of(wanted)
        gap = spacing(self.pace.rate_per_second)
        until = self.slots.now + self.slots.ahead + gap
        starts = self.timetables.take(self.model, moments, gap=gap, now=self.slots.now, until=until)
        self.given = len(starts)
        if starts:
            self.booked = moments[len(starts) - 1]
        return starts

    def went_out(self, *, is_new: bool) -> None:
        """One of its items is on its way; a new one waits no longer and takes up room."""
        if is_new:
            self.outstanding += 1
            self.waiting -= 1
            self.room -= 1

    @property
    def is_held_by_rate(self) -> bool:
        """Whether more wait for which there are places, but no starting times yet."""
        return self.pace is not None and self.has_more and self.room > 0

    @property
    def opens_at(self) -> datetime:
        """From when on more of them may be given a start."""
        return self.closed_until or self.slots.opens_at(self.given)


class TurnService:
    """Works out turns from pacers, from who else is active, and from what a batch was given before."""

    def __init__(
        self, offer: Offer, *, pacers: PacerService, crowds: CrowdService, clock: Clock, tick: timedelta
    ) -> None:
        self._offer = offer
        self._pacers = pacers
        self._crowds = crowds
        self._clock = clock
        self._tick = tick
        self._timetables = Timetables()

    def of(
        self, org: str, batch: Batch, in_flight: Mapping[str, int], booked: Mapping[str, datetime]
    ) -> dict[str, Turn]:
        """A turn at each of the batch's models; `booked` holds the last starting times that it was given."""
        crowd_at = self._crowds.of(org, batch)
        return {
            model: self._turn(batch, model, crowd_at(model), in_flight.get(model, 0), booked.get(model))
            for model in batch.models
        }

    def grow(self, held_back: Iterable[str]) -> None:
        """More of these models' images wait than their pace lets start."""
        for model in held_back:
            spec = self._offer.find(model)
            if spec is not None:
                self._pacers.grow(spec)

    def _turn(self, batch: Batch, model: str, crowd: Crowd, outstanding: int, last: datetime | None) -> Turn:
        spec = self._offer.find(model)
        pace = self._pacers.of(spec) if spec else Paced(rate_per_second=_OF_NO_MODEL, concurrency=_OF_NO_MODEL)
        now, rate = self._clock.now(), pace.rate_per_second
        slots = Slots.at_rate(
            rate * crowd.of_starts(rate),
            now=now,
            ahead=2 * self._tick,
            last=last,
            begun_at=max(batch.created_at, batch.start_at or batch.created_at),
            phase=crowd.phase,
        )
        is_closed = pace.closed_until is not None and pace.closed_until > now
        return Turn(
            model=model,
            timetables=self._timetables,
            crowd=crowd,
            slots=slots,
            outstanding=outstanding,
            room=0 if is_closed else ceil(self._part_of_places(spec, pace, crowd)) - outstanding,
            spec=spec,
            pace=pace if spec else None,
            closed_until=pace.closed_until if is_closed else None,
        )

    def _part_of_places(self, spec: ImageModelSpec | None, pace: Paced, crowd: Crowd) -> float:
        """How many images in flight are this batch's: its part of 1.5 × concurrency and a tick's worth."""
        if spec is None:
            return _OF_NO_MODEL
        seconds = self._tick.total_seconds()
        # What the model makes in a tick: more would stand in the lane's queue, before images of others that come later.
        in_a_tick = min(pace.rate_per_second * seconds, pace.concurrency * min(seconds / spec.typical_seconds, 1))
        # No worker holds back a job that runs on its provider's side: what is outstanding is what runs.
        at_most = pace.concurrency if spec.job else _OUTSTANDING * pace.concurrency + ceil(in_a_tick)
        return at_most * crowd.of_places(at_most)


def demands(turns: Mapping[str, Turn], *, left: int, is_planned: bool) -> list[ModelDemand]:
    """What a batch of which so many images are not made yet takes part in; what is not known exactly is the most it can be."""
    rest = max(left - sum(turn.outstanding for turn in turns.values()), 0)
    return [
        ModelDemand(
            model=model,
            outstanding=turn.outstanding,
            waiting=rest if turn.has_more or not is_planned else min(turn.waiting, rest),
        )
        for model, turn in turns.items()
    ]
