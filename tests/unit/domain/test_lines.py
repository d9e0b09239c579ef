"""Who gets the next place of a model, where every batch sees exactly what the others do."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.crowds import Competitor, Crowd, LinePace
from shared.domain.lines import Contender, Line
from shared.domain.modes import Priority
from tests.clocks import START

PACE = LinePace(starts_per_second=1e6, images_per_second=4.0, ahead=timedelta(0))
batches = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(list(Priority)), st.integers(1, 6)), min_size=1, max_size=14
)


class Model:
    """Places of a model, and batches that take steps by what they all know of each other."""

    def __init__(self, room: float, *, strict: bool = False, seed: int = 0) -> None:
        self.now = START
        self.started: list[str] = []
        self.batches: dict[str, Competitor] = {}
        self._room = room
        self._strict = strict
        self._random = Random(seed)
        self._in_flight: list[str] = []

    @property
    def outstanding(self) -> int:
        """Images in flight."""
        return sum(one.outstanding for one in self.batches.values())

    def join(self, name: str, org: str, priority: Priority, images: int) -> None:
        """A batch that comes now."""
        self.batches[name] = Competitor(org=org, batch=name, priority=priority, waiting=images, begun_at=self.now)

    def line(self, name: str) -> Line:
        """What this batch sees."""
        others = tuple(one for one in self.batches.values() if one.batch != name)
        return Crowd(self.batches[name], others).line(self._room, PACE, now=self.now, strict=self._strict)

    def step(self, name: str) -> int:
        """How many this batch sends out now."""
        me = self.batches[name]
        count = min(self.line(name).room, me.waiting)
        if count > 0:
            self.started += [name] * count
            self._in_flight += [name] * count
            self.batches[name] = replace(
                me, outstanding=me.outstanding + count, waiting=me.waiting - count, started_at=self.now
            )
        return max(count, 0)

    def settle(self) -> None:
        """Everybody steps, in any order, until nobody sends out anything."""
        names = list(self.batches)
        while True:
            self._random.shuffle(names)
            if not sum([self.step(name) for name in names]):
                return

    def hand_on(self) -> None:
        """An image is made, and the batches whose turn it is then step, as they are woken."""
        done = self.finish_one()
        assert done is not None
        self.step(done)
        for one in self.line(done).next():
            self.step(one.batch)

    def finish_one(self, *, in_order: bool = False) -> str | None:
        """An image is made, a quarter of a second later; whose it was."""
        self.now += timedelta(seconds=0.25)
        if not self._in_flight:
            return None
        name = self._in_flight.pop(0 if in_order else self._random.randrange(len(self._in_flight)))
        self.batches[name] = replace(self.batches[name], outstanding=self.batches[name].outstanding - 1)
        return name


@settings(max_examples=40)
@given(batches, st.integers(1, 20), st.integers(0, 2**16), st.booleans())
def test_all_places_are_used_and_no_more_and_every_image_is_made(
    rows: list[tuple[str, Priority, int]], room: int, seed: int, strict: bool
) -> None:
    model = Model(room, strict=strict, seed=seed)
    for number, (org, lane, images) in enumerate(rows):
        model.join(f"{number:02}", org, lane, images)
    while True:
        model.settle()
        waiting = sum(one.waiting for one in model.batches.values())
        assert model.outstanding >= min(room, model.outstanding + waiting), "a place lies idle"
        if strict or len(model.batches) > 12 * room:
            assert model.outstanding <= room
        if model.finish_one() is None:
            break
    assert len(model.started) == sum(images for _, _, images in rows)


@given(batches, st.integers(1, 8), st.integers(0, 2**16))
def test_however_batches_come_no_more_than_all_places_are_used_where_that_is_strict(
    rows: list[tuple[str, Priority, int]], room: int, seed: int
) -> None:
    model = Model(room, strict=True, seed=seed)
    for number, (org, lane, images) in enumerate(rows):
        model.join(f"{number:02}", org, lane, images)
        model.settle()
        assert model.outstanding <= room
        model.finish_one()


@settings(max_examples=20)
@given(st.floats(1, 6), st.integers(1, 12), st.integers(0, 2**16))
def test_equals_go_round_and_none_starts_a_second_before_all_started_a_first(room: float, more: int, seed: int) -> None:
    model = Model(room, seed=seed)
    names = [f"{number:03}" for number in range(ceil(room) + more)]
    for name in names:
        model.join(name, "a", Priority.STANDARD, 5)
    model.settle()
    while len(model.started) < 3 * len(names):
        assert model.outstanding <= ceil(room)
        model.finish_one(in_order=True)
        model.settle()
        counts = Counter(model.started)
        assert max(counts.values()) - min(counts[name] for name in names) <= 1


def test_a_heavier_lane_comes_as_much_more_often_and_none_waits_a_round_longer_to_begin() -> None:
    model = Model(6)
    for lane in Priority:
        for number in range(12):
            model.join(f"{lane.value}{number}", "a", lane, 1_000)
    model.settle()
    for _ in range(700):
        model.hand_on()
    made = Counter(name.rstrip("0123456789") for name in model.started)
    assert made["high"] / made["standard"] == pytest.approx(8 / 3, rel=0.1)
    assert made["standard"] / made["economy"] == pytest.approx(3, rel=0.1)
    first = Counter(name.rstrip("0123456789") for name in model.started[:72])
    assert first["economy"] >= 3
    assert set(model.started) == set(model.batches)


def test_who_comes_later_neither_waits_for_a_whole_round_nor_keeps_others_from_their_turn() -> None:
    model = Model(4)
    for number in range(20):
        model.join(f"{number:02}", "a", Priority.STANDARD, 100)
    model.settle()
    for _ in range(60):
        model.hand_on()
    model.join("new", "a", Priority.STANDARD, 100)
    for count in range(120):
        # Others come, one for every second image that is made.
        if count % 2:
            model.join(f"more {count:03}", "a", Priority.STANDARD, 1)
        model.hand_on()
    since = model.started[60:]
    assert since.index("new") <= 8
    counts = Counter(since)
    assert min(counts[f"{number:02}"] for number in range(20)) >= 2


def test_whoever_is_next_sends_something_out() -> None:
    model = Model(3)
    for number in range(12):
        model.join(f"{number:02}", "a", Priority.STANDARD, 3)
    model.settle()
    for _ in range(30):
        done = model.finish_one()
        assert done is not None
        following = [one.batch for one in model.line(done).next()]
        assert done not in following
        if not following:
            model.settle()
            continue
        assert model.step(following[0]) == 1


def contender(
    batch: str, part: float, *, outstanding: int = 0, waiting: int = 9, due_at: datetime = START
) -> Contender:
    return Contender(org="a", batch=batch, part=part, outstanding=outstanding, waiting=waiting, due_at=due_at)


def line(me: Contender, *others: Contender, free: float, known: float = 1.0, strict: bool = False) -> Line:
    return Line.of(me, others, free=free, now=START + timedelta(seconds=1), known=known, strict=strict)


def test_whole_places_of_a_part_are_taken_even_where_others_still_have_them_but_not_of_jobs() -> None:
    me = contender("me", 2.5)
    assert line(me, free=-4).room == 2
    assert line(me, free=-4, strict=True).room == 0
    assert line(me, free=1, strict=True).room == 1
    assert line(me, free=3).room == line(me, free=3, strict=True).room == 3


def test_who_has_its_part_in_flight_takes_no_more() -> None:
    assert line(contender("me", 0.5, outstanding=1), free=5).room == 0
    assert line(contender("me", 2.0, outstanding=2), free=5).room == 0
    assert line(contender("me", 1.5, outstanding=4), free=5).room == 0


def test_what_others_are_sure_of_is_left_to_them() -> None:
    me, sure = contender("me", 0.5), contender("b", 2.0)
    assert line(me, sure, free=2).room == 0
    assert line(me, sure, free=3).room == 1


def test_who_may_not_start_yet_does_not_stand_in_the_way() -> None:
    me = contender("me", 0.5, due_at=START + timedelta(seconds=0.9))
    first, later = contender("b", 0.5), contender("b", 0.5, due_at=START + timedelta(seconds=2))
    assert (line(me, first, free=1).room, line(me, first, free=1).ahead) == (0, 1)
    assert (line(me, later, free=1).room, line(me, later, free=1).ahead) == (1, 0)


def test_those_that_are_known_stand_for_all() -> None:
    me, other = contender("me", 0.5, due_at=START + timedelta(seconds=0.9)), contender("b", 0.5)
    assert line(me, other, free=2, known=0.5).room == 0
    assert line(me, other, free=2, known=0.5).ahead == 2
    assert line(me, other, free=3, known=0.5).room == 1


def test_no_more_are_next_than_there_are_places() -> None:
    me, others = contender("me", 0.5), [contender(f"{number}", 0.5) for number in range(5)]
    assert [one.batch for one in line(me, *others, free=2).next()] == ["0", "1"]
    assert line(me, *others, free=0).next() == []
