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


def live_in(desk: Desk, zone: str) -> None:
    desk.store.commit([Update(paths.organisation(desk.ours.org), {"time_zone": zone})])


@pytest.mark.parametrize(
    ("zone", "day", "starts_at", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
        ("America/New_York", date(2026, 3, 8), datetime(2026, 3, 8, 5, tzinfo=UTC), 23),
        ("America/New_York", date(2026, 11, 1), datetime(2026, 11, 1, 4, tzinfo=UTC), 25),
        # Clocks go from 24:00 to 1:00, and from 24:00 back to 23:00.
        ("Asia/Beirut", date(2026, 3, 29), datetime(2026, 3, 28, 22, tzinfo=UTC), 23),
        ("Asia/Beirut", date(2026, 10, 24), datetime(2026, 10, 23, 21, tzinfo=UTC), 25),
        ("Asia/Kathmandu", date(2026, 3, 29), datetime(2026, 3, 28, 18, 15, tzinfo=UTC), 24),
    ],
)
def test_days_are_those_of_the_organisations_clocks_also_when_they_change(
    desk: Desk, zone: str, day: date, starts_at: datetime, hours: int
) -> None:
    live_in(desk, zone)
    ends_at, moment = starts_at + timedelta(hours=hours), timedelta(microseconds=1)
    for at, cost in ((starts_at - moment, 1), (starts_at, 10), (ends_at - moment, 100), (ends_at, 1_000)):
        desk.charge(at, cost)
    around = rows(desk, "day", day - timedelta(days=1), day + timedelta(days=1))
    assert [cost for _, _, cost in around.values()] == [1, 110, 1_000]
    assert rows(desk, "none", day, day) == {"all": (2, 2, 110)}
    assert rows(desk, "model", day, day) == {"scripted-1": (2, 2, 110)}


def test_a_report_says_its_days_and_whose_clocks_they_are_by(desk: Desk) -> None:
    live_in(desk, "Pacific/Auckland")
    desk.clock.advance((at(10, 13) - desk.clock.now()).total_seconds())
    report = desk.usage.report(desk.viewer)
    assert (report.from_, report.to, report.time_zone) == (date(2026, 2, 9), date(2026, 3, 11), "Pacific/Auckland")
    assert desk.usage.report(desk.theirs).time_zone == "UTC"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_first_and_the_last_day_of_all_have_their_ends(desk: Desk, zone: str) -> None:
    live_in(desk, zone)
    assert rows(desk, "day", date.min, date.min + timedelta(days=1)) == {}
    assert rows(desk, "batch", date.max - timedelta(days=1), date.max) == {}


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
