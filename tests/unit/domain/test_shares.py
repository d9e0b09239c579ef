"""What part of a whole each batch gets."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.lanes import LANE_WEIGHTS
from shared.domain.modes import Priority
from shared.domain.shares import Claim, divided, filled

TINY = 1e-9

demands = st.one_of(st.just(1.0), st.floats(min_value=1e-6, max_value=3.0))
rows = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(list(Priority)), demands), min_size=1, max_size=12)


def claim(org: str, number: int, priority: Priority = Priority.STANDARD, demand: float = 1.0) -> Claim:
    return Claim(org=org, batch=f"{org}{number}", priority=priority, demand=demand)


@st.composite
def crowds(draw: st.DrawFn) -> list[Claim]:
    return [claim(org, number, priority, demand) for number, (org, priority, demand) in enumerate(draw(rows))]


@given(crowds())
def test_nobody_gets_more_than_it_can_use_and_everybody_gets_something(claims: list[Claim]) -> None:
    parts = divided(claims)
    assert all(0 < parts[one.batch] <= min(one.demand, 1.0) + TINY for one in claims)


@given(crowds())
def test_nothing_is_left_over_that_somebody_could_use(claims: list[Claim]) -> None:
    wanted = sum(min(one.demand, 1.0) for one in claims)
    assert abs(sum(divided(claims).values()) - min(wanted, 1.0)) < TINY


@given(crowds())
def test_who_wants_more_has_no_less_than_others_of_its_organisation_and_lane(claims: list[Claim]) -> None:
    parts = divided(claims)
    for one in claims:
        beside = [other for other in claims if (other.org, other.priority) == (one.org, one.priority)]
        if parts[one.batch] < min(one.demand, 1.0) - TINY:
            assert parts[one.batch] >= max(parts[other.batch] for other in beside) - TINY


@given(crowds())
def test_an_organisation_that_wants_more_has_no_less_than_another_in_its_lane(claims: list[Claim]) -> None:
    parts, got, wanted = (
        divided(claims),
        defaultdict[tuple[Priority, str], float](float),
        defaultdict[object, float](float),
    )
    for one in claims:
        got[one.priority, one.org] += parts[one.batch]
        wanted[one.priority, one.org] += min(one.demand, 1.0)
    for (lane, org), has in got.items():
        if has < wanted[lane, org] - TINY:
            assert has >= max(other for (of, _), other in got.items() if of is lane) - TINY


@given(crowds())
def test_a_lane_that_wants_more_has_no_less_than_another_by_its_weight(claims: list[Claim]) -> None:
    parts, got, wanted = divided(claims), defaultdict[Priority, float](float), defaultdict[Priority, float](float)
    for one in claims:
        got[one.priority] += parts[one.batch]
        wanted[one.priority] += min(one.demand, 1.0)
    for lane, has in got.items():
        if has < wanted[lane] - TINY:
            assert has / LANE_WEIGHTS[lane] >= max(other / LANE_WEIGHTS[of] for of, other in got.items()) - TINY


@given(crowds(), st.integers(0, 11), st.floats(min_value=0.01, max_value=0.99))
def test_who_wants_less_takes_nothing_from_the_others(claims: list[Claim], which: int, less: float) -> None:
    chosen = claims[which % len(claims)]
    fewer = [
        one
        if one is not chosen
        else Claim(org=one.org, batch=one.batch, priority=one.priority, demand=one.demand * less)
        for one in claims
    ]
    before, after = divided(claims), divided(fewer)
    same = [one for one in claims if one is not chosen and (one.org, one.priority) == (chosen.org, chosen.priority)]
    assert all(after[one.batch] >= before[one.batch] - TINY for one in same)


def test_full_lanes_go_by_eight_three_and_one() -> None:
    parts = divided([claim("a", number, lane) for number, lane in enumerate(Priority)])
    by_lane = dict(zip(Priority, parts.values(), strict=True))
    expected = {Priority.HIGH: 8 / 12, Priority.STANDARD: 3 / 12, Priority.ECONOMY: 1 / 12}
    assert by_lane == pytest.approx(expected)


def test_organisations_are_equal_however_many_batches_they_have() -> None:
    parts = divided([claim("a", 0), *(claim("b", number) for number in range(4))])
    assert parts == {"a0": 0.5, "b0": 0.125, "b1": 0.125, "b2": 0.125, "b3": 0.125}


def test_who_wants_nothing_is_not_there() -> None:
    assert divided([claim("a", 0), claim("b", 0, demand=0.0)]) == {"a0": 1.0}
    assert divided([]) == {}


def test_what_one_cannot_use_goes_to_the_others() -> None:
    assert filled(1.0, [0.1, 1.0, 1.0], [1.0, 1.0, 1.0]) == [0.1, 0.45, 0.45]
