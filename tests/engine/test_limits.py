"""Limits by day and month, of organisations, members and batches: not one image beyond any of them, and all goes on by itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.domain.errors import BudgetExceeded
from shared.domain.modes import BatchStatus, ItemStatus
from shared.domain.money import LedgerKind
from shared.repositories import paths
from tests.engine import invariants
from tests.engine.invariants import paid
from tests.engine.money import ADA, BEN, LimitedWorld, calls, spent
from tests.engine.scripted import PRICE, model

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_budget_of_a_hundred_images_stops_a_batch_of_150_at_100_and_raised_it_goes_on(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON)
    world.limit(day_micros=100 * PRICE)
    batch = world.submit(*({"prompt": "a cup", "variants": 10} for _ in range(15)))
    world.run(seconds=600)
    states = [item.status for item in world.items(batch)]
    assert (states.count(ItemStatus.SUCCEEDED), states.count(ItemStatus.PENDING)) == (100, 50)
    assert calls(world) == 100
    paused = world.batch(batch)
    assert paused.status is BatchStatus.PAUSED
    assert paused.status_reason == (
        "The organisation's limit for today, $0.10, is reached ($0.10 spent). "
        "Goes on at 00:00 (UTC), or when the limit is raised."
    )
    world.limit(day_micros=1_000 * PRICE)
    world.run(seconds=600)
    assert calls(world) == 150
    assert sum(entry.cost_micros for entry in world.ledger()) == sum(item.cost_micros for item in world.items(batch))
    invariants.check(world)
    world.close()


def test_a_batch_that_waits_for_tomorrow_goes_on_at_midnight_of_its_organisation(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON, time_zone="Europe/Lisbon")
    world.limit(day_micros=3 * PRICE)
    batch = world.submit({"prompt": "a cup", "variants": 7})
    world.run(seconds=300)
    assert calls(world) == 3
    assert "at 00:00 (Europe/Lisbon)" in world.batch(batch).status_reason
    midnight = datetime(2026, 3, 11, tzinfo=UTC)
    world.advance_to(midnight - timedelta(minutes=5))
    world.run(seconds=600, until=lambda: calls(world) > 3)
    assert midnight < world.clock.now() <= midnight + timedelta(seconds=60)
    world.run(seconds=60)
    world.sleep(midnight + DAY)
    assert [spent(world, midnight + n * DAY, midnight + (n + 1) * DAY) for n in (-1, 0, 1)] == [
        3 * PRICE,
        3 * PRICE,
        PRICE,
    ]
    invariants.check(world)
    world.close()


@pytest.mark.parametrize(
    ("begins_at", "hours"),
    [(datetime(2026, 3, 28, 23, tzinfo=UTC), 23), (datetime(2026, 10, 24, 22, tzinfo=UTC), 25)],
    ids=["23", "25"],
)
def test_days_of_23_and_25_hours_are_as_long_as_they_are(folder: Path, begins_at: datetime, hours: int) -> None:
    world = LimitedWorld(folder, at=begins_at + timedelta(minutes=1), time_zone="Europe/Berlin")
    world.limit(day_micros=2 * PRICE)
    world.submit({"prompt": "a cup", "variants": 4})
    world.run(seconds=60)
    ends_at = begins_at + timedelta(hours=hours)
    world.sleep(ends_at - timedelta(seconds=200))
    assert calls(world) == 2
    world.sleep(ends_at)
    assert spent(world, begins_at, ends_at) == spent(world, ends_at, ends_at + DAY) == 2 * PRICE
    invariants.check(world)
    world.close()


def test_a_month_s_limit_holds_over_its_days(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON)
    world.limit(day_micros=2 * PRICE, month_micros=5 * PRICE)
    batch = world.submit({"prompt": "a cup", "variants": 6})
    for day in range(4):
        world.sleep(NOON + day * DAY)
    assert calls(world) == 5
    assert world.batch(batch).status_reason == (
        "The organisation's limit for this month, $0.0050, is reached ($0.0050 spent). "
        "Goes on at 00:00 on 1 April (UTC), or when the limit is raised."
    )
    world.sleep(datetime(2026, 4, 1, tzinfo=UTC))
    assert calls(world) == 6
    invariants.check(world)
    world.close()


def test_a_member_s_limit_binds_their_batches_together_and_nobody_else_s(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON)
    world.limit_members(day_micros=4 * PRICE)
    ours = [world.submit({"prompt": f"by ada {n}", "variants": 3}, caller=world.by(ADA)) for n in range(2)]
    theirs = world.submit({"prompt": "by ben", "variants": 4}, caller=world.by(BEN))
    world.run(seconds=600)
    assert spent(world, NOON, NOON + DAY, member=ADA) == spent(world, NOON, NOON + DAY, member=BEN) == 4 * PRICE
    assert world.batch(theirs).status is BatchStatus.COMPLETED
    paused = [world.batch(one) for one in ours if world.batch(one).status is BatchStatus.PAUSED]
    assert ["The member's limit for today, $0.0040, is reached" in one.status_reason for one in paused] == [True]
    world.limit_member(ADA, day_micros=6 * PRICE)
    world.run(seconds=600)
    invariants.check(world)
    world.close()


def test_a_member_s_images_of_a_month_are_counted(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON)
    world.limit_members(month_images=5)
    batches = [world.submit({"prompt": f"a cup {n}", "variants": 4}) for n in range(2)]
    world.run(seconds=600)
    assert len(paid(world, LedgerKind.CHARGE)) == 5
    told = [world.batch(one).status_reason for one in batches]
    assert any(
        one.startswith(
            "The member's limit for this month, 5 images, is reached (5 images made). Goes on at 00:00 on 1 April"
        )
        for one in told
    )
    world.sleep(datetime(2026, 4, 1, tzinfo=UTC))
    assert len(paid(world, LedgerKind.CHARGE)) == 8
    invariants.check(world)
    world.close()


def test_a_limit_of_images_that_comes_later_counts_what_was_made_and_runs(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON, specs=[model(concurrency=2, rate_per_second=1.0)])
    batch = world.submit({"prompt": "a cup", "variants": 9})
    world.run(until=lambda: world.batch(batch).progress.succeeded >= 2)
    world.limit_members(month_images=6)
    world.run(seconds=600)
    assert calls(world) == 6
    assert world.batch(batch).status is BatchStatus.PAUSED
    world.limit_members()
    world.run(seconds=600)
    invariants.check(world)
    world.close()


def test_a_day_s_limit_for_each_batch(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON)
    world.limit_batches(day_micros=2 * PRICE)
    batches = [world.submit({"prompt": f"a cup {n}", "variants": 3}) for n in range(2)]
    world.run(seconds=600)
    assert calls(world) == 4
    assert all("The batch's limit for today" in world.batch(one).status_reason for one in batches)
    world.sleep(NOON + DAY)
    invariants.check(world)
    world.close()


def test_what_ran_over_midnight_counts_in_the_new_day(folder: Path) -> None:
    late = datetime(2026, 3, 10, 23, 59, 50, tzinfo=UTC)
    world = LimitedWorld(folder, at=late, specs=[model(concurrency=1, rate_per_second=0.2)])
    world.limit(day_micros=4 * PRICE)
    world.submit({"prompt": "before midnight", "variants": 4})
    world.submit({"prompt": "of the next day", "variants": 4})
    midnight = datetime(2026, 3, 11, tzinfo=UTC)
    world.run(seconds=120)
    world.sleep(midnight + DAY)
    days = [spent(world, midnight + n * DAY, midnight + (n + 1) * DAY) for n in (-1, 0, 1)]
    assert sum(days) == 8 * PRICE
    assert all(0 < day <= 4 * PRICE for day in days[:2])
    invariants.check(world)
    world.close()


def test_a_limit_that_is_lowered_below_what_is_set_aside_lets_nothing_more_begin(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON, specs=[model(concurrency=4, rate_per_second=1.0)])
    batch = world.submit(*({"prompt": "a cup", "variants": 10} for _ in range(2)))
    world.run(until=lambda: calls(world) >= 5)
    before = calls(world)
    world.limit(day_micros=3 * PRICE)
    world.engine.steps.advance(world.caller.org, batch)
    assert sum(item.in_flight for item in world.items(batch)) == 0
    world.run(seconds=600)
    assert calls(world) == before
    paused = world.batch(batch)
    assert (paused.status, paused.cost.reserved_micros) == (BatchStatus.PAUSED, 0)
    world.limit()
    world.run(seconds=600)
    invariants.check(world)
    world.close()


def test_another_time_zone_is_another_day(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON, time_zone="Pacific/Auckland")
    world.limit(day_micros=2 * PRICE)
    world.submit({"prompt": "a cup", "variants": 5})
    world.run(seconds=600)
    assert calls(world) == 2
    # In Auckland it is the eleventh, in Honolulu the day began four hours ago: the same two images.
    world.move("Pacific/Honolulu")
    world.sleep(datetime(2026, 3, 11, 9, 55, tzinfo=UTC))
    assert calls(world) == 2
    world.sleep(datetime(2026, 3, 11, 10, tzinfo=UTC))
    assert calls(world) == 4
    world.limit()
    world.run(seconds=600)
    invariants.check(world)
    world.close()


def test_money_that_a_waiting_batch_cannot_use_is_left_to_others(folder: Path) -> None:
    dear = model("dear", price_micros=3 * PRICE)
    world = LimitedWorld(folder, at=NOON, specs=[dear, model("cheap")])
    world.limit(day_micros=5 * PRICE)
    first = world.submit({"prompt": "dear", "variants": 2, "model": "dear"})
    world.run(seconds=100)
    assert (calls(world), world.batch(first).cost.reserved_micros) == (1, 0)
    second = world.submit({"prompt": "cheap", "variants": 2, "model": "cheap"})
    world.run(seconds=100)
    assert world.batch(second).status is BatchStatus.COMPLETED
    world.sleep(NOON + DAY)
    invariants.check(world)
    world.close()


def test_a_batch_is_accepted_for_tomorrow_and_refused_for_never(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON)
    world.limit(day_micros=PRICE)
    world.submit({"prompt": "today"})
    world.run(seconds=100)
    tomorrow = world.submit({"prompt": "tomorrow"})
    world.run(seconds=100)
    assert world.batch(tomorrow).status is BatchStatus.PAUSED
    world.limit(day_micros=PRICE - 1)
    with pytest.raises(BudgetExceeded, match="Not one image fits the organisation's limit for today"):
        world.submit({"prompt": "never"})
    world.limit(total_micros=PRICE)
    with pytest.raises(BudgetExceeded, match="Not one image fits the organisation's budget"):
        world.submit({"prompt": "never"})
    world.limit()
    world.run(seconds=100)
    invariants.check(world)
    world.close()


def test_spending_shows_in_the_budget_while_a_long_batch_runs(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON, specs=[model(concurrency=1, rate_per_second=0.5)])
    world.limit(day_micros=1_000 * PRICE)
    batch = world.submit(
        {"prompt": "a cup", "variants": 10},
        {"prompt": "a plate", "variants": 10},
        *({"prompt": "bowl", "variants": 10} for _ in range(8)),
    )
    world.run(seconds=130)
    budget = world.budget()
    assert not world.batch(batch).status.is_terminal
    assert budget.spent_micros >= 50 * PRICE
    assert budget.spent_micros + budget.reserved_micros == 100 * PRICE
    world.run(seconds=600)
    invariants.check(world)
    world.close()


def test_people_are_warned_once_for_each_limit_and_day(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON)
    world.limit(day_micros=10 * PRICE, warn_percent=50)
    world.submit({"prompt": "a cup", "variants": 4})
    world.run(seconds=100)
    assert [event for event in world.events if event.name == "BudgetWarned"] == []
    world.submit({"prompt": "a plate", "variants": 8})
    world.run(seconds=100)
    (warned,) = {event.id: event.data for event in world.events if event.name == "BudgetWarned"}.values()
    assert (warned["holder"], warned["period"], warned["limit"], warned["percent"]) == (
        "organisation",
        "day",
        10 * PRICE,
        50,
    )
    world.sleep(NOON + DAY)
    world.submit({"prompt": "a bowl", "variants": 6})
    world.run(seconds=100)
    assert len({event.id for event in world.events if event.name == "BudgetWarned"}) == 2
    invariants.check(world)
    world.close()


def test_warnings_of_days_and_months_that_are_over_are_forgotten(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON)
    world.limit_members(day_micros=2 * PRICE, month_micros=50 * PRICE, total_micros=4 * PRICE)
    kept: list[set[str]] = []
    for day, member in ((0, ADA), (1, BEN), (2, BEN), (40, BEN)):
        world.sleep(NOON + day * DAY)
        world.submit({"prompt": "a cup", "variants": 2 if day < 2 else 1}, caller=world.by(member))
        world.run(seconds=100)
        warned = world.store.get(paths.budget(world.caller.org))
        assert warned is not None
        kept.append(set(warned.data["warned"]))
    ada, ben = f"{ADA}:member", f"{BEN}:member"
    assert kept[0] == {f"{ada}-day-micros"}
    assert kept[1] == {f"{ada}-day-micros", f"{ben}-day-micros"}
    assert kept[3] == {f"{ben}-total-micros"}
    invariants.check(world)
    world.close()


@pytest.mark.parametrize(
    ("budget_micros", "images"), [pytest.param(2 * PRICE, 4, id="no-money"), pytest.param(None, 2, id="no-images")]
)
def test_a_batch_that_cannot_go_on_keeps_neither_images_nor_money_from_others(
    folder: Path, budget_micros: int | None, images: int
) -> None:
    world = LimitedWorld(folder, at=NOON)
    world.limit(day_micros=4 * PRICE)
    world.limit_members(month_images=images)
    held_up = world.submit({"prompt": "a cup", "variants": 4}, budget_micros=budget_micros, caller=world.by(ADA))
    world.run(seconds=600)
    assert (calls(world), world.batch(held_up).status) == (2, BatchStatus.PAUSED)
    reservation = world.reservation(held_up)
    assert (reservation.reserved_micros, reservation.reserved_images) == (0, 0)
    other = world.submit({"prompt": "a jug", "variants": 2}, caller=world.by(ADA if budget_micros else BEN))
    world.run(seconds=600)
    assert world.batch(other).status is BatchStatus.COMPLETED
    world.engine.controls.cancel(world.by(ADA), held_up)
    world.run(seconds=600)
    invariants.check(world)
    world.close()
