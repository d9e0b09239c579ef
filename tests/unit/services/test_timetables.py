"""Starting times that one instance gives out."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.services.timetables import Timetables
from tests.clocks import START

GAP = timedelta(seconds=0.1)
UNTIL = START + timedelta(seconds=2)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@given(st.lists(st.lists(st.floats(0, 2).map(at), max_size=8).map(sorted), max_size=8))
def test_starts_are_apart_whoever_asks_and_none_is_early_or_late(asked: list[list[datetime]]) -> None:
    tables, starts = Timetables(), list[datetime]()
    for wanted in asked:
        given_out = tables.take("m", wanted, gap=GAP, now=START, until=UNTIL)
        assert all(moment <= start <= UNTIL for moment, start in zip(wanted, given_out, strict=False))
        starts += given_out
    assert all(later - earlier >= GAP for earlier, later in pairwise(sorted(starts)))


def test_nobody_waits_where_there_is_room() -> None:
    tables = Timetables()
    first = tables.take("m", [at(0), at(0.4)], gap=GAP, now=START, until=UNTIL)
    second = tables.take("m", [at(0.15), at(0.25)], gap=GAP, now=START, until=UNTIL)
    assert (first, second) == ([at(0), at(0.4)], [at(0.15), at(0.25)])


def test_models_do_not_know_each_other() -> None:
    tables = Timetables()
    assert tables.take("m", [START], gap=GAP, now=START, until=UNTIL) == [START]
    assert tables.take("n", [START], gap=GAP, now=START, until=UNTIL) == [START]
