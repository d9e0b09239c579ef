"""What a batch may start of each model in one step: its part of the model's places and of its rate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from shared.domain.batches import Batch, ModelDemand
from shared.domain.crowds import Crowd, LinePace
from shared.domain.image_models import ImageModelSpec
from shared.domain.lines import Contender, Line
from shared.domain.offers import Offer
from shared.domain.pacers import Paced
from shared.domain.slots import OF_THE_RATE, Slots, spacing
from shared.ports.clock import Clock
from shared.services.crowds import CrowdService
from shared.services.pacers import PacerService
from shared.services.timetables import Timetables

_OUTSTANDING = 1.5
_OF_NO_MODEL = 50
# Who is next looks this often whether a place came free: what other instances see of it is up to a second old.
_NEXT_LOOKS_SECONDS = 1.0
# Who is far from being next is woken by whoever goes before; together they look no more often than this in a second.
_LOOKS_PER_SECOND = 4.0
_LONGEST_LOOK_SECONDS = 60.0


@dataclass(slots=True, kw_only=True)
class Turn:
    """One model in one step: how many more may be in flight (`room`) and start (`slots`), and what was made of it.

    Without a `pace` the model is known no more: nothing is called for it, its items are only to learn that it is gone.
    `has_more` says that more wait than were looked for, `booked` which of this batch's starting times was given out last,
    `line` who else wants places.
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
    line: Line | None = None

    @property
    def per_second(self) -> float:
        """How many images a second the model makes in all, by its pace and what one usually takes."""
        if self.spec is None or self.pace is None:
            return float(_OF_NO_MODEL)
        return _made_per_second(self.spec, self.pace)

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

    @property
    def stands_in_line(self) -> bool:
        """Whether none of its images is in flight, and one could be if others did not go before."""
        return self._is_refused and not self.outstanding

    @property
    def looks_again(self) -> bool:
        """Whether nothing of its own may tell it when it can go on: it has nothing in flight, or a free place is left to others who may not take it."""
        if self.line is None or not self._is_refused:
            return False
        others_first = self.line.free > 0 and self.line.me.wants_turn and self.line.room <= self.line.me.sure
        return not self.outstanding or others_first

    @property
    def _is_refused(self) -> bool:
        wants = self.has_more or self.waiting > 0
        return self.line is not None and wants and self.room <= 0

    @property
    def seconds_in_line(self) -> float:
        """About how long it takes until one of its images has a place."""
        if self.line is None:
            return 0.0
        return max(self.line.ahead + 1 - max(self.line.free, 0.0), 0.0) / self.per_second

    @property
    def looks_again_at(self) -> datetime:
        """When a batch in line looks again if nobody wakes it: all that wait look no more often than images are made, and four times a second."""
        seconds = _NEXT_LOOKS_SECONDS
        if self.line is not None and self.line.ahead - max(self.line.free, 0.0) > self.per_second:
            everybody = (len(self.line.others) + 1) / self.line.known
            seconds = max(self.seconds_in_line, everybody / (self.per_second + _LOOKS_PER_SECOND), seconds)
        return self.slots.now + timedelta(seconds=min(seconds, _LONGEST_LOOK_SECONDS))

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

    def next_in_line(self, org: str, batch: Batch, in_flight: Mapping[str, int]) -> list[tuple[str, str]]:
        """Whose turn it is, (organisation, batch), now that this batch has so many in flight at its models."""
        crowd_at, found = self._crowds.of(org, batch), list[Contender]()
        for model in batch.models:
            spec, crowd = self._offer.find(model), self._with_own(crowd_at(model), in_flight.get(model, 0), None)
            if spec is None or not crowd.others:
                continue
            pace = self._pacers.of(spec)
            # Mostly its batch uses the place again, and then nobody has to be looked for.
            if crowd.free(self._places(spec, pace)) > 0:
                found += self._line(spec, pace, crowd).next()
        return list(dict.fromkeys((one.org, one.batch) for one in found))

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
            ahead=self._ahead,
            last=last,
            begun_at=batch.begun_at,
            phase=crowd.phase,
        )
        is_closed = pace.closed_until is not None and pace.closed_until > now
        crowd = self._with_own(crowd, outstanding, last)
        line = None if spec is None or is_closed else self._line(spec, pace, crowd)
        # Nothing is called for a model that is gone: no place of it is taken either.
        room = line.room if line else 0 if is_closed else _OF_NO_MODEL - outstanding
        return Turn(
            model=model,
            timetables=self._timetables,
            crowd=crowd,
            slots=slots,
            outstanding=outstanding,
            room=room,
            spec=spec,
            pace=pace if spec else None,
            closed_until=pace.closed_until if is_closed else None,
            booked=last,
            line=line,
        )

    @property
    def _ahead(self) -> timedelta:
        return 2 * self._tick

    def _with_own(self, crowd: Crowd, outstanding: int, last: datetime | None) -> Crowd:
        return replace(crowd, me=replace(crowd.me, outstanding=outstanding, started_at=last))

    def _places(self, spec: ImageModelSpec, pace: Paced) -> float:
        """How many images are in flight at most: 1.5 × concurrency and a tick's worth; of a job, no more than its concurrency."""
        # No worker holds back a job that runs on its provider's side: what is outstanding is what runs.
        if spec.job is not None:
            return pace.concurrency
        seconds = self._tick.total_seconds()
        # What the model makes in a tick: more would stand in the lane's queue, before images of others that come later.
        in_a_tick = min(pace.rate_per_second * seconds, pace.concurrency * min(seconds / spec.typical_seconds, 1))
        return _OUTSTANDING * pace.concurrency + ceil(in_a_tick)

    def _line(self, spec: ImageModelSpec, pace: Paced, crowd: Crowd) -> Line:
        made = LinePace(
            starts_per_second=pace.rate_per_second,
            images_per_second=_made_per_second(spec, pace),
            ahead=self._ahead,
        )
        places = self._places(spec, pace)
        return crowd.line(places, made, now=self._clock.now(), strict=spec.job is not None)


def _made_per_second(spec: ImageModelSpec, pace: Paced) -> float:
    return min(OF_THE_RATE * pace.rate_per_second, pace.concurrency / spec.typical_seconds)


def demands(turns: Mapping[str, Turn], *, left: int, is_planned: bool) -> list[ModelDemand]:
    """What a batch of which so many images are not made yet takes part in; what is not known exactly is the most it can be."""
    rest = max(left - sum(turn.outstanding for turn in turns.values()), 0)
    return [
        ModelDemand(
            model=model,
            outstanding=turn.outstanding,
            waiting=rest if turn.has_more or not is_planned else min(turn.waiting, rest),
            started_at=turn.booked,
        )
        for model, turn in turns.items()
    ]
