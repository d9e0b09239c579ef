"""When a batch's calls may start."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.slots import OF_THE_RATE, Slots, least_gap, spacing
from tests.unit.domain.examples import moment

AHEAD = timedelta(seconds=0.5)


def slots(per_second: float, *, now: float = 0, last: float | None = None, begun: float = 0, phase: float = 0) -> Slots:
    return Slots.at_rate(
        per_second,
        now=moment(now),
        ahead=AHEAD,
        last=None if last is None else moment(last),
        begun_at=moment(begun),
        phase=phase,
    )


@given(st.floats(0.001, 500.0), st.floats(0, 100), st.one_of(st.none(), st.floats(0, 100)), st.floats(0, 1))
def test_no_slot_lies_far_in_the_past_or_too_far_ahead_or_too_near_the_last(
    rate: float, now: float, last: float | None, phase: float
) -> None:
    found = slots(rate, now=now, last=last, phase=phase)
    given_out = found.first_of(1_000)
    assert len(given_out) == min(found.free, 1_000)
    assert all(moment(now) - found.gap <= start <= moment(now) + AHEAD for start in given_out)
    if last is not None and moment(last) <= moment(now) + AHEAD:
        assert all(start - moment(last) >= found.gap for start in given_out)


@given(st.floats(0.1, 500.0), st.floats(0, 100), st.integers(0, 20))
def test_more_are_to_be_had_when_it_says_so_and_not_before(rate: float, now: float, wanted: int) -> None:
    found = slots(rate, now=now)
    taken = found.first_of(wanted)
    opens = found.opens_at(len(taken))
    last = (taken[-1] - moment(0)).total_seconds() if taken else None
    again = (opens - moment(0)).total_seconds()
    assert opens >= moment(now)
    assert slots(rate, now=again + 1e-5, last=last, begun=now).free >= 1


def test_a_second_of_slots_is_a_margin_less_than_the_rate() -> None:
    found = Slots.at_rate(20, now=moment(0), ahead=timedelta(seconds=10), last=None, begun_at=moment(0), phase=0)
    assert found.free == int(10 * 20 * OF_THE_RATE)


def test_batches_that_begin_together_take_turns() -> None:
    firsts = [slots(2.0, phase=number / 4).first for number in range(4)]
    assert firsts == [moment(0) + number / 4 * least_gap(2.0) for number in range(4)]


def test_the_turn_of_a_batch_comes_though_it_is_looked_at_again_and_again() -> None:
    looks = [slots(0.5, now=number / 4, phase=0.9) for number in range(12)]
    assert [bool(look.free) for look in looks] == [False] * 6 + [True] * 6
    assert looks[0].opens_at(0) == looks[5].opens_at(0) == looks[0].first - AHEAD


def test_a_larger_share_brings_the_next_slot_nearer() -> None:
    assert slots(1.0, last=0).first > slots(4.0, last=0).first


def test_who_was_late_keeps_its_part() -> None:
    on_time, late = slots(1.0, now=1, last=0), slots(1.0, now=1.5, last=0)
    assert on_time.first == late.first
    assert slots(1.0, now=99, last=0).first == moment(99) - least_gap(1.0)


def test_starts_of_all_are_kept_apart_by_a_second_at_most() -> None:
    assert spacing(20) == least_gap(20)
    assert spacing(0.1) == timedelta(seconds=1)


def test_hardly_any_pace_is_a_call_a_day() -> None:
    assert least_gap(0.0) == least_gap(1e-300) == timedelta(days=1)
    assert least_gap(1e12) == timedelta(microseconds=1)


def test_a_clock_that_was_set_back_holds_up_nobody_for_longer_than_a_gap() -> None:
    ahead_of_us = slots(0.5, now=0, last=3_600)
    assert ahead_of_us.first == moment(0) + AHEAD + ahead_of_us.gap
    assert slots(0.5, now=0, begun=3_600).first == moment(0) + AHEAD
