"""Clocks of an organisation that are moved while it works: its reports hold each call once, before and after."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from shared.domain.money import LedgerEntry
from shared.ports.documents import Update
from shared.repositories import paths
from tests.engine.faults import FaultyWorld
from tests.engine.test_cost_reports import LONG, organise, reports, run, spend
from tests.engine.worlds import ORG


@pytest.mark.parametrize("seconds", [LONG, 20.0], ids=["at-once", "in-parts"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Pacific/Auckland", "Pacific/Honolulu"),
        ("Pacific/Honolulu", "Pacific/Auckland"),
        ("UTC", "Europe/Lisbon"),
        ("Pacific/Pago_Pago", "Pacific/Kiritimati"),
    ],
)
def test_clocks_that_are_moved_in_the_middle_of_a_day_double_and_lose_nothing(
    folder: Path, before: str, after: str, seconds: float
) -> None:
    world = FaultyWorld(folder)
    organise(world, zone=before, days_ago=50)
    entries: list[LedgerEntry] = []
    # More days than a report looks back, so that some stay as the clocks of before had them.
    for number in range(40 * 4):
        entries.append(spend(world, world.clock.now(), 1 + number))
        world.clock.advance(6 * 3600)
        run(world)
    # In Auckland a day is over that has hours to go in Honolulu.
    world.clock.advance(3 * 3600)
    run(world)
    noon = world.clock.now()
    world.store.commit([Update(paths.organisation(ORG), {"time_zone": after})])
    if seconds != LONG:
        world.faults.after = lambda _: world.clock.advance(1)
    while not run(world, seconds):
        assert world.clock.now() < noon + timedelta(hours=6)
    world.faults.after = lambda _: None
    for _ in range(2):
        found = sorted(reports(world).values(), key=lambda report: report.day)
        assert {report.time_zone for report in found} == {before, after}
        assert all(one.ends_at == other.starts_at for one, other in pairwise(found))
        assert all(one.starts_at <= one.ends_at for one in found)
        over = [entry.cost_micros for entry in entries if entry.at < found[-1].ends_at]
        assert sum(report.total.cost_micros for report in found) == sum(over)
        world.clock.advance(3 * 24 * 3600)
        run(world)
    assert len(over) == len(entries)
    world.close()
