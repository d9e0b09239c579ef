"""What each finished day cost: the ledger's own sums, whose day it is, again and again the same."""

import csv
import io
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from shared.domain.days import Day, zone_of
from shared.domain.errors import Unavailable
from shared.domain.modes import Role
from shared.domain.money import LedgerEntry, LedgerKind
from shared.domain.organisations import Organisation
from shared.domain.people import Member
from shared.domain.reports import MAX_LINES, OTHER, CostReport, Fold
from shared.ports.documents import Create, Query, Set, Update
from shared.repositories import money, paths
from shared.services.report_files import Names, csv_file, dollars, harmless, json_file
from tests.clocks import START
from tests.engine.faults import Crash, FaultyWorld
from tests.engine.worlds import ORG, OTHER_ORG, World

LONG = 600.0
MEMBERS, MODELS = ("mem_ana", "mem_bo"), ("scripted-1", "scripted-2")
BATCHES = ("bat_one", "bat_two", "bat_three")


def organise(world: World, org: str = ORG, *, zone: str = "UTC", days_ago: int = 60) -> None:
    """The organisation, made some days ago."""
    made = Organisation(id=org, name=org, created_at=world.clock.now() - timedelta(days=days_ago), time_zone=zone)
    world.store.commit([Set(paths.organisation(org), made.written())])


def spend(world: World, at: datetime, cost_micros: int, *, org: str = ORG, seed: int = 0, **fields: Any) -> LedgerEntry:
    """One call to a provider at a moment."""
    random = Random(f"{at} {cost_micros} {seed}")
    item = world.ids.new("itm")
    entry = LedgerEntry(
        id=money.entry_id(item, 1),
        at=at,
        item=item,
        attempt=1,
        provider="scripted",
        images=1,
        cost_micros=cost_micros,
        **{
            "kind": random.choice([LedgerKind.CHARGE, LedgerKind.REUSED]),
            "batch": random.choice(BATCHES),
            "member": random.choice(MEMBERS),
            "model": random.choice(MODELS),
            **fields,
        },
    )
    world.store.commit([money.create(org, entry)])
    return entry


def run(world: World, seconds: float = LONG) -> int:
    return world.jobs.cost_reports.run(seconds=seconds)


def reports(world: World, org: str = ORG) -> dict[date, CostReport]:
    found = [CostReport.read(document.data) for document in world.store.query(Query(paths.reports(org)))]
    return {report.day: report for report in found}


def announced(world: World, org: str = ORG) -> list[tuple[str, int]]:
    return [
        (str(event.data["day"]), int(event.data["cost_micros"]))
        for event in world.events
        if event.name == "CostReported" and event.org == org
    ]


def test_a_day_adds_up_to_what_its_batches_cost(folder: Path) -> None:
    world = World(folder)
    organise(world)
    member = Member(id="mem_test", email="a@b.example", name="Ana", role=Role.EDITOR, created_at=START)
    world.store.commit([Create(paths.member(ORG, member.id), member.written())])
    batch = world.submit({"prompt": "a walker", "variants": 3}, name="=SUM(A1)")
    world.run()
    world.clock.advance(24 * 3600)
    assert run(world) == 1
    report = reports(world)[START.date()]
    cost = world.batch(batch).cost.spent_micros
    assert (report.total.images, report.total.calls, report.total.cost_micros) == (3, 3, cost)
    told = json.loads(world.files.get(report.json_object))
    assert told["total"] == {"images": 3, "calls": 3, "cost_micros": cost}
    assert told["by_member"] == [{"id": "mem_test", "name": "Ana", "images": 3, "calls": 3, "cost_micros": cost}]
    assert told["by_model"][0]["id"] == "scripted-1"
    assert told["by_batch"][0]["name"] == "=SUM(A1)"
    data = world.files.get(report.csv_object)
    assert data.startswith(b"\xef\xbb\xbfday,time_zone,member,")
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    assert (row["member_name"], row["batch_name"], row["model"]) == ("Ana", "'=SUM(A1)", "scripted-1")
    assert (row["cost_micros"], row["cost_usd"]) == (str(cost), dollars(cost))
    assert (START.date().isoformat(), cost) in announced(world)
    world.close()


@pytest.mark.parametrize("seed", range(4))
def test_every_entry_is_in_the_report_of_one_day_whatever_the_time_zone_and_however_late_it_runs(
    folder: Path, seed: int
) -> None:
    world, random = World(folder), Random(seed)
    zones = {ORG: "Pacific/Auckland", OTHER_ORG: random.choice(["America/New_York", "Europe/Berlin", "UTC"])}
    for org, zone in zones.items():
        organise(world, org, zone=zone)
    spent: dict[str, list[LedgerEntry]] = {org: [] for org in zones}
    for _ in range(40):
        for org in random.choices([*zones], k=random.randrange(4)):
            spent[org].append(spend(world, world.clock.now(), random.randrange(10**6), org=org))
        world.clock.advance(random.randrange(6 * 3600))
        if random.random() < 0.3:
            run(world)
    world.clock.advance(2 * 24 * 3600)
    run(world)
    for org, zone in zones.items():
        by_day = Counter[date]()
        for entry in spent[org]:
            by_day[entry.at.astimezone(zone_of(zone)).date()] += entry.cost_micros
        found = reports(world, org)
        assert {day: report.total.cost_micros for day, report in found.items() if report.lines} == dict(by_day)
        assert sum(report.total.calls for report in found.values()) == sum(
            entry.kind is not LedgerKind.REUSED for entry in spent[org]
        )
        days = sorted(found)
        assert days == [days[0] + timedelta(days=number) for number in range(len(days))], "a day is missing"
        for before, after in pairwise(days):
            assert found[before].ends_at == found[after].starts_at
        assert dict(announced(world, org)) == {day.isoformat(): cost for day, cost in by_day.items()}
    world.close()


def test_a_second_run_changes_and_says_nothing(folder: Path) -> None:
    world = World(folder)
    organise(world)
    spend(world, world.clock.now(), 5)
    world.clock.advance(24 * 3600)
    run(world)
    before = world.store.query(Query(paths.reports(ORG)))
    assert len(announced(world)) == 1
    run(world)
    world.clock.advance(3600)
    run(world)
    assert world.store.query(Query(paths.reports(ORG))) == before
    assert len(announced(world)) == 1
    world.close()


def test_what_is_entered_late_is_found_by_the_next_days_run_and_announced(folder: Path) -> None:
    world = World(folder)
    organise(world)
    at = world.clock.now()
    spend(world, at, 5)
    world.clock.advance(24 * 3600)
    run(world)
    spend(world, at + timedelta(hours=1), 7)
    world.clock.advance(24 * 3600)
    run(world)
    assert reports(world)[at.date()].total.cost_micros == 12
    assert announced(world) == [(at.date().isoformat(), 5), (at.date().isoformat(), 12)]
    world.close()


def test_days_that_were_missed_are_made_up_for_up_to_a_month_and_none_before_the_organisation_was(
    folder: Path,
) -> None:
    world = World(folder)
    organise(world, days_ago=1)
    run(world)
    assert sorted(reports(world)) == [START.date() - timedelta(days=1)]
    world.clock.advance(45 * 24 * 3600)
    run(world)
    last = START.date() + timedelta(days=44)
    wanted = [last - timedelta(days=number) for number in range(31)]
    assert sorted(reports(world)) == sorted([START.date() - timedelta(days=1), *wanted])
    world.close()


def test_a_day_is_not_reported_before_it_has_settled(folder: Path) -> None:
    world = World(folder)
    organise(world)
    world.clock.advance(12 * 3600 + 9 * 60)
    run(world)
    assert START.date() not in reports(world)
    world.clock.advance(60)
    run(world)
    assert START.date() in reports(world)
    world.close()


def test_midnight_belongs_to_the_day_that_begins(folder: Path) -> None:
    world = World(folder)
    organise(world)
    midnight = START.replace(hour=0)
    spend(world, midnight, 5)
    spend(world, midnight - timedelta(microseconds=1), 7)
    spend(world, midnight + timedelta(days=1), 11)
    world.clock.advance(2 * 24 * 3600)
    run(world)
    found = {day: report.total.cost_micros for day, report in reports(world).items() if report.lines}
    first = START.date()
    assert found == {first - timedelta(days=1): 7, first: 5, first + timedelta(days=1): 11}
    world.close()


def test_another_time_zone_has_other_days(folder: Path) -> None:
    world = World(folder)
    organise(world)
    spend(world, START.replace(hour=1), 5)
    world.clock.advance(24 * 3600)
    run(world)
    organise(world, zone="America/New_York")
    run(world)
    found = reports(world)
    assert found[START.date()].total.cost_micros == 0
    assert found[START.date() - timedelta(days=1)].total.cost_micros == 5
    assert {report.time_zone for report in found.values() if report.day > START.date() - timedelta(days=30)} == {
        "America/New_York"
    }
    world.close()


def test_a_run_that_is_out_of_time_goes_on_where_it_stopped(folder: Path) -> None:
    world = FaultyWorld(folder)
    orgs = sorted((ORG, OTHER_ORG))
    for org in orgs:
        organise(world, org)
        for days in range(20):
            spend(world, world.clock.now() - timedelta(days=days + 1), 7, org=org)
    world.faults.after = lambda _: world.clock.advance(1)
    runs = 0
    while run(world, seconds=30) < 2:
        runs += 1
        assert runs < 20
    assert runs > 3
    for org in orgs:
        assert sum(report.total.cost_micros for report in reports(world, org).values()) == 20 * 7
        assert len(announced(world, org)) == 20
    world.close()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_that_is_stopped_at_any_call_is_finished_by_the_next(folder: Path, after: bool) -> None:
    position, done = 0, False
    while not done:
        (folder / str(position)).mkdir()
        world = FaultyWorld(folder / str(position))
        organise(world, days_ago=2)
        spend(world, world.clock.now() - timedelta(days=1), 5)
        world.faults.crash(position, after=after)
        try:
            run(world)
            done = True
        except Crash:
            world.restart()
        world.faults.disarm()
        run(world)
        assert sum(report.total.cost_micros for report in reports(world).values()) == 5
        day = (START - timedelta(days=1)).date()
        assert set(announced(world)) == {(day.isoformat(), 5)}
        assert len({event.id for event in world.events}) == 1
        assert json.loads(world.files.get(reports(world)[day].json_object))["total"]["cost_micros"] == 5
        world.close()
        position += 1
    assert position > 6


def test_one_organisations_trouble_does_not_stop_the_others(folder: Path) -> None:
    world = World(folder)
    first, second = sorted((ORG, OTHER_ORG))
    organise(world, first, zone="Mars/Olympus")
    organise(world, second)
    with pytest.raises(Unavailable, match="1 organisations"):
        run(world)
    assert reports(world, first) == {}
    assert len(reports(world, second)) == 31
    world.close()


def test_a_damaged_entry_of_one_organisation_does_not_stop_the_others(folder: Path) -> None:
    world = World(folder)
    first, second = sorted((ORG, OTHER_ORG))
    for org in (first, second):
        organise(world, org)
    damaged = spend(world, world.clock.now() - timedelta(days=1), 5, org=first)
    world.store.commit([Update(paths.ledger_entry(first, damaged.id), {"cost_micros": "much"})])
    with pytest.raises(Unavailable, match="1 organisations"):
        run(world)
    assert len(reports(world, second)) == 31
    world.close()


def test_a_day_is_as_long_as_its_clocks_have_it() -> None:
    berlin = zone_of("Europe/Berlin")
    lengths = [
        (day.ends_at - day.starts_at) // timedelta(hours=1)
        for day in (Day(date(2026, 3, 28), berlin), Day(date(2026, 3, 29), berlin), Day(date(2026, 10, 25), berlin))
    ]
    assert lengths == [24, 23, 25]
    assert Day(date(2026, 3, 30), berlin).starts_at == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_what_is_too_much_to_tell_apart_still_adds_up() -> None:
    entries = [
        LedgerEntry(
            id=str(number),
            kind=LedgerKind.CHARGE,
            at=START,
            batch=f"bat_{number}",
            item="itm",
            attempt=1,
            member=f"mem_{number % 2}",
            provider="p",
            model="m",
            images=1,
            cost_micros=number,
        )
        for number in range(MAX_LINES + 100)
    ]
    fold = Fold()
    fold.add(entries)
    assert len(fold.lines) == MAX_LINES + 2
    assert fold.total.cost_micros == sum(entry.cost_micros for entry in entries)
    assert fold.by("batch")[OTHER].images == 100
    assert fold.by("member")["mem_1"].images == (MAX_LINES + 100) // 2


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "  =1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff201",
        "\u00a0=1",
    ],
)
def test_no_cell_is_run_as_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"
    fold = Fold()
    fold.add(
        [
            LedgerEntry(
                id="a",
                kind=LedgerKind.CHARGE,
                at=START,
                batch="b",
                item="i",
                attempt=1,
                member="m",
                provider="p",
                model="m",
                cost_micros=-1,
            )
        ]
    )
    data = csv_file(Day(START.date(), zone_of("UTC")), fold, Names(batches={"b": text}))
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert (row["batch_name"], row["cost_usd"]) == (f"'{text}", "-0.000001")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\t=1", "'\t'=1"),
        ("Spring;=1+1", "Spring;'=1+1"),
        ("Spring; =1;-1", "Spring;' =1;'-1"),
        ('Spring;"=1+1"', 'Spring;\'"=1+1"'),
        ("Spring\n=1", "Spring\n'=1"),
        ("Spring\r\n\t@SUM(A1)", "Spring\r'\n'\t'@SUM(A1)"),
        ("Spring;\uff1d1", "Spring;'\uff1d1"),
    ],
)
def test_no_part_of_a_cell_is_run_where_a_semicolon_or_a_line_end_begins_another(text: str, told: str) -> None:
    assert harmless(text) == told


@pytest.mark.parametrize("text", ["", "Spring", "a=1", "3 - 1", "Ärzte", "Spring; summer", "a;b=1"])
def test_every_other_cell_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_a_report_of_nothing_has_files_too() -> None:
    day = Day(START.date(), zone_of("UTC"))
    assert json.loads(json_file("org_a", day, Fold(), Names()))["lines"] == []
    assert csv_file(day, Fold(), Names()).decode("utf-8-sig").count("\r\n") == 1
    assert (dollars(0), dollars(1_234_567)) == ("0.000000", "1.234567")
