"""Usage from the ledger: rows that add up, whatever they are grouped by."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.domain.errors import Invalid
from shared.domain.money import LedgerKind
from shared.ports.documents import Update
from shared.repositories import paths
from tests.unit.services.desks import Desk

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 3)


def at(day: int, hour: int = 12, **rest: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC, **rest)


def rows(desk: Desk, group_by: Any, from_: date = FIRST, to: date = LAST) -> dict[str, tuple[int, int, int]]:
    report = desk.usage.report(desk.viewer, from_=from_, to=to, group_by=group_by)
    assert sum(row.cost_micros for row in report.rows) == report.total_micros
    return {row.key: (row.images, row.calls, row.cost_micros) for row in report.rows}


def test_days_hold_what_happened_in_them_and_empty_ones_are_left_out(desk: Desk) -> None:
    desk.charge(at(1, 0), 10)
    desk.charge(at(1, 23, minute=59, second=59, microsecond=999_999), 20)
    desk.charge(at(3), 5, kind=LedgerKind.FAILED_CHARGE, images=0)
    desk.charge(at(3), 0, kind=LedgerKind.REUSED)
    desk.charge(at(4, 0), 1_000)
    desk.charge(datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC), 1_000)
    desk.charge(at(2), 7_000, caller=desk.theirs)
    assert rows(desk, "day") == {"2026-03-01": (2, 2, 30), "2026-03-03": (1, 1, 5)}
    assert rows(desk, "none") == {"all": (3, 3, 35)}
    assert desk.usage.report(desk.theirs, from_=FIRST, to=LAST, group_by="day").total_micros == 7_000


def test_nothing_happened_is_no_row(desk: Desk) -> None:
    for group_by in ("day", "model", "member", "batch", "none"):
        assert rows(desk, group_by) == {}


def test_models_come_by_their_cost_and_forgotten_ones_last(desk: Desk) -> None:
    desk.charge(at(1), 10)
    desk.charge(at(2), 500, model="a model of long ago")
    desk.charge(at(2), 30)
    assert list(rows(desk, "model").items()) == [("scripted-1", (2, 2, 40)), ("other", (1, 1, 500))]


def test_members_are_told_apart_and_those_who_left_are_not_lost(desk: Desk) -> None:
    desk.charge(at(1), 10)
    desk.charge(at(1), 25, member="mem_gone")
    assert rows(desk, "member") == {desk.ours.member: (1, 1, 10), "other": (1, 1, 25)}


def test_batches_of_the_period_are_told_apart_deleted_ones_too(desk: Desk) -> None:
    first, second = desk.batch("one", "two", run=True), desk.batch("three", run=True)
    desk.batches.delete(desk.ours, second)
    day = desk.clock.now().date()
    assert rows(desk, "batch", day, day) == {first: (2, 2, 2_000), second: (1, 1, 1_000)}
    before = day - timedelta(days=1)
    assert rows(desk, "batch", before, before) == {}
    later = desk.batch("four", run=True)
    assert set(rows(desk, "batch", day, day)) == {first, second, later}


def test_a_batch_made_after_the_period_has_no_part_in_it(desk: Desk) -> None:
    desk.batch(run=True)
    desk.charge(at(1), 9)
    desk.store.commit([Update(paths.batch(desk.ours.org, desk.batch()), {"created_at": at(9)})])
    assert rows(desk, "batch", FIRST, FIRST)["other"] == (1, 1, 9)


def test_a_leap_year_is_the_longest_period(desk: Desk) -> None:
    desk.charge(at(1), 9)
    year = date(2025, 3, 2)
    assert rows(desk, "day", year, year + timedelta(days=365)) == {"2026-03-01": (1, 1, 9)}
    with pytest.raises(Invalid, match="366") as raised:
        rows(desk, "day", year, year + timedelta(days=366))
    assert raised.value.errors[0].pointer == "/query/to"
    assert rows(desk, "none", date.max, date.max) == {}


def test_days_in_the_wrong_order_are_invalid(desk: Desk) -> None:
    with pytest.raises(Invalid, match="2026-03-01") as raised:
        rows(desk, "day", LAST, FIRST)
    assert raised.value.errors[0].pointer == "/query/from"
