"""Places in a line."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.domain import places
from tests.unit.domain.examples import moment


def test_planned_places_keep_the_order_and_are_past() -> None:
    found = [places.planned(moment(0), index=index, total=10_000) for index in range(10_000)]
    assert found == sorted(set(found))
    assert found[-1] < moment(0)
    assert moment(0) - found[0] == timedelta(seconds=10)


@given(st.integers(1, 1_000))
def test_places_ahead_are_in_order_and_before_the_first(count: int) -> None:
    found = places.ahead_of(moment(0), count)
    assert found == sorted(set(found))
    assert len(found) == count
    assert found[-1] < moment(0)


@given(st.integers(1, 1_000), st.integers(1, 5_000))
def test_places_between_are_in_order_and_inside_or_there_is_no_room(count: int, microseconds: int) -> None:
    left, right = moment(0), moment(0) + timedelta(microseconds=microseconds)
    found = places.between(left, right, count)
    if found is None:
        assert microseconds <= count
    else:
        assert found == sorted(set(found))
        assert len(found) == count
        assert left < found[0]
        assert found[-1] < right


@given(st.lists(st.integers(0, 20), min_size=1, max_size=30))
def test_places_that_are_dealt_anew_are_each_given_once(seconds: list[int]) -> None:
    found = places.permuted([moment(second) for second in seconds])
    assert found == sorted(set(found))
    assert len(found) == len(seconds)
    assert found[0] == moment(min(seconds))
