"""Who calls a model at once, and who is next."""

import time
from collections import Counter
from collections.abc import Callable
from threading import Event, Lock, Thread

import pytest

from shared.domain.fair_queues import Seat
from shared.domain.modes import Priority
from shared.domain.offers import Offer
from shared.domain.pacers import Paced
from shared.services.model_places import ModelPlaces
from tests.engine.scripted import model

SPEC = model()
PATIENCE_SECONDS = 60.0


class Pacers:
    """A pacer whose concurrency the test sets."""

    def __init__(self, concurrency: int) -> None:
        self.concurrency = concurrency

    def of(self, _: object) -> Paced:
        """The pace."""
        return Paced(rate_per_second=100, concurrency=self.concurrency)


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that other threads bring about."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "It did not happen."
        time.sleep(0.001)


class Callers:
    """Threads that each hold a place until they are told to give it back."""

    def __init__(self, concurrency: int, name: str = SPEC.id) -> None:
        self.pacers = Pacers(concurrency)
        self.places = ModelPlaces(Offer([SPEC], {"scripted"}), self.pacers)  # type: ignore[arg-type]
        self.name = name
        self.began: list[Seat] = []
        self.lock = Lock()
        self.ends: list[Event] = []
        self.threads: list[Thread] = []

    def come(self, seat: Seat) -> None:
        """One more wants a place; returns when it has one or waits."""
        before = len(self.began) + self.places.waiting(self.name)
        thread = Thread(target=self._call, args=(seat,), daemon=True)
        self.threads.append(thread)
        thread.start()
        until(lambda: len(self.began) + self.places.waiting(self.name) > before)

    def _call(self, seat: Seat) -> None:
        end = Event()
        with self.places.one(self.name, seat):
            with self.lock:
                self.began.append(seat)
                self.ends.append(end)
            end.wait(PATIENCE_SECONDS)

    def next(self) -> Seat:
        """The oldest call ends; who has its place then."""
        before = len(self.began)
        self.ends.pop(0).set()
        until(lambda: len(self.began) > before)
        return self.began[-1]

    def leave(self) -> None:
        """All end."""
        while any(thread.is_alive() for thread in self.threads):
            for end in list(self.ends):
                end.set()
            time.sleep(0.001)


def seat(org: str, lane: Priority = Priority.STANDARD) -> Seat:
    return Seat(org, f"{org}-{lane.value}", lane)


def test_no_more_call_than_there_are_places() -> None:
    callers = Callers(3)
    for _ in range(10):
        callers.come(seat("a"))
    assert (len(callers.began), callers.places.waiting(SPEC.id)) == (3, 7)
    callers.leave()
    assert len(callers.began) == 10
    assert callers.places.waiting(SPEC.id) == 0


def test_a_freed_place_goes_by_turns_and_not_to_who_waited_longest() -> None:
    callers = Callers(1)
    for _ in range(8):
        callers.come(seat("a"))
    for _ in range(3):
        callers.come(seat("b"))
    callers.come(seat("c", Priority.HIGH))
    assert callers.next() == seat("c", Priority.HIGH)
    served = Counter(callers.next().org for _ in range(6))
    assert served == {"a": 3, "b": 3}
    callers.leave()


def test_economy_gets_its_turn_while_high_keeps_coming() -> None:
    callers = Callers(1)
    callers.come(seat("a"))
    callers.come(seat("e", Priority.ECONOMY))
    for _ in range(2):
        callers.come(seat("h", Priority.HIGH))
    served = []
    for _ in range(12):
        served.append(callers.next().org)
        if served[-1] == "h":
            callers.come(seat("h", Priority.HIGH))
        if "e" in served:
            break
    assert "e" in served
    callers.leave()


def test_the_pacer_decides_how_many_places_there_are() -> None:
    callers = Callers(1)
    for _ in range(4):
        callers.come(seat("a"))
    assert len(callers.began) == 1
    callers.pacers.concurrency = 3
    callers.come(seat("a"))
    until(lambda: len(callers.began) == 3)
    callers.pacers.concurrency = 1
    callers.come(seat("a"))
    callers.ends.pop(0).set()
    callers.ends.pop(0).set()
    until(lambda: callers.places.waiting(SPEC.id) == 3)
    assert len(callers.began) == 3
    callers.leave()


def test_a_place_that_is_given_back_twice_is_one_place() -> None:
    places = ModelPlaces(Offer([SPEC], {"scripted"}), Pacers(1))  # type: ignore[arg-type]
    with places.one(SPEC.id, seat("a")) as place:
        place.give_back()
        with places.one(SPEC.id, seat("a")):
            place.give_back()
            thread = Thread(target=lambda: places.one(SPEC.id, seat("b")).__enter__(), daemon=True)
            thread.start()
            until(lambda: places.waiting(SPEC.id) == 1)
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


def test_a_failing_call_gives_its_place_back() -> None:
    places = ModelPlaces(Offer([SPEC], {"scripted"}), Pacers(1))  # type: ignore[arg-type]
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"), places.one(SPEC.id, seat("a")):
            raise ValueError("broken")


def test_models_that_left_the_catalogue_are_seen_to_one_by_one() -> None:
    callers = Callers(5, name="gone")
    callers.come(seat("a"))
    callers.come(seat("a"))
    assert (len(callers.began), callers.places.waiting("gone"), callers.places.waiting("other")) == (1, 1, 0)
    callers.leave()
