"""Whose turn it is."""

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.fair_queues import FairQueue, Seat
from shared.domain.modes import Priority

seats = st.builds(
    lambda org, number, lane: Seat(org, f"{org}{number}", lane),
    st.sampled_from("abc"),
    st.integers(0, 2),
    st.sampled_from(list(Priority)),
)


def standard(org: str, batch: str = "0") -> Seat:
    return Seat(org, f"{org}{batch}", Priority.STANDARD)


def backlogged(turns: int, *waiting: Seat) -> list[Seat]:
    """Who is served in so many turns while each of these always has one waiting."""
    queue: FairQueue[Seat] = FairQueue()
    for seat in waiting:
        queue.put(seat, seat)
    served = []
    for _ in range(turns):
        served.append(queue.take())
        queue.done(served[-1])
        queue.put(served[-1], served[-1])
    return served


@given(st.lists(st.one_of(seats, st.none()), max_size=60))
def test_everything_that_waits_is_taken_once_and_in_its_batchs_order(turns: list[Seat | None]) -> None:
    queue: FairQueue[tuple[Seat, int]] = FairQueue()
    put, taken = 0, []
    for number, seat in enumerate(turns):
        if seat is not None:
            queue.put(seat, (seat, number))
            put += 1
        elif len(queue):
            taken.append(queue.take())
    taken += [queue.take() for _ in range(len(queue))]
    assert len(taken) == len(set(taken)) == put
    assert len(queue) == 0
    for seat in {seat for seat, _ in taken}:
        assert all(earlier < later for earlier, later in pairwise(n for of, n in taken if of == seat))


@given(st.sets(seats, min_size=1, max_size=10))
def test_nobody_who_waits_is_passed_over_for_long(waiting: set[Seat]) -> None:
    served = Counter(backlogged(12 * 9 * 4, *waiting))
    assert set(served) == waiting


def test_full_lanes_go_by_eight_three_and_one() -> None:
    served = backlogged(1_200, *(Seat("a", lane.value, lane) for lane in Priority))
    counts = Counter(seat.priority for seat in served)
    assert all(
        abs(counts[lane] - wanted) <= 2
        for lane, wanted in ((Priority.HIGH, 800), (Priority.STANDARD, 300), (Priority.ECONOMY, 100))
    )


def test_organisations_take_turns_however_many_batches_they_have() -> None:
    served = backlogged(90, standard("a"), standard("b"), standard("b", "1"), standard("b", "2"))
    counts = Counter(seat.batch for seat in served)
    assert counts == {"a0": 45, "b0": 15, "b1": 15, "b2": 15}


def test_high_overtakes_standard_that_waits() -> None:
    queue: FairQueue[str] = FairQueue()
    for number in range(100):
        queue.put(standard("a"), f"standard {number}")
    assert queue.take() == "standard 0"
    queue.put(Seat("b", "b0", Priority.HIGH), "high")
    assert queue.take() == "high"


def test_a_newcomer_does_not_wait_behind_what_another_has_waiting() -> None:
    queue: FairQueue[str] = FairQueue()
    for number in range(1_000):
        queue.put(standard("a"), f"a {number}")
    for _ in range(200):
        queue.take()
    for number in range(3):
        queue.put(standard("b"), f"b {number}")
    served = [queue.take() for _ in range(7)]
    assert {"b 0", "b 1", "b 2"} <= set(served)


def test_ever_new_batches_do_not_starve_an_old_one() -> None:
    queue: FairQueue[str] = FairQueue()
    for _ in range(100):
        queue.put(standard("a", "old"), "old")
    queue.put(standard("a", "first"), "new")
    queue.put(standard("a", "second"), "new")
    served = []
    for number in range(150):
        served.append(queue.take())
        if served[-1] == "new":
            queue.put(standard("a", f"new {number}"), "new")
    # Two others wait each time, never the same ones: a third of the turns is its own.
    assert served.count("old") >= 45


def test_who_comes_back_again_and_again_gets_no_more_than_who_waits_all_the_time() -> None:
    queue: FairQueue[str] = FairQueue()
    for _ in range(100):
        queue.put(standard("a"), "a")
    served = []
    queue.put(standard("b"), "b")
    for _ in range(100):
        served.append(queue.take())
        queue.done(standard(served[-1]))
        if served[-1] == "b":
            queue.put(standard("b"), "b")
    assert 45 <= served.count("b") <= 55


def under_way(places: int, *waiting: Seat) -> FairQueue[Seat]:
    """A queue of which so many places are held, and in which each of these has a hundred waiting."""
    queue: FairQueue[Seat] = FairQueue()
    for seat in waiting:
        for _ in range(100):
            queue.put(seat, seat)
    for _ in range(places):
        queue.take()
    return queue


def test_who_comes_while_others_hold_every_place_gets_those_that_become_free_until_it_holds_as_many() -> None:
    queue = under_way(24, standard("a"))
    for _ in range(30):
        queue.put(standard("b"), standard("b"))
    served = []
    for _ in range(16):
        queue.done(standard("a"))
        served.append(queue.take().org)
    assert served == ["b"] * 12 + ["a"] * 4


def test_equals_stay_equals_whichever_of_them_is_done_sooner() -> None:
    queue = under_way(10, standard("a"), standard("b"))
    held = Counter({"a": 5, "b": 5})
    for quick in "aaabbbabab" * 5:
        queue.done(standard(quick))
        taken = queue.take().org
        held += Counter({taken: 1})
        held -= Counter({quick: 1})
        assert abs(held["a"] - held["b"]) <= 2


def test_what_an_organisation_has_under_way_in_one_lane_takes_nothing_from_it_in_another() -> None:
    queue: FairQueue[Seat] = FairQueue()
    high = Seat("a", "a1", Priority.HIGH)
    for _ in range(5):
        queue.put(high, high)
    for _ in range(5):
        queue.take()
    for seat in (standard("a"), standard("b")):
        for _ in range(10):
            queue.put(seat, seat)
    assert Counter(queue.take().org for _ in range(10)) == {"a": 5, "b": 5}
