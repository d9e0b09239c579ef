"""Reservations that expire: money that nobody will spend is free again, and the books agree."""

from datetime import timedelta
from pathlib import Path

from shared.domain.moments import NEVER
from shared.ports.documents import Delete, Update
from shared.repositories import paths
from tests.engine import invariants
from tests.engine.leftovers import DAY, LIMITED, ROW, clean, holding, mark_deleted, world_of
from tests.engine.worlds import ORG


def test_a_batch_that_still_wants_its_money_keeps_it_and_is_looked_at(folder: Path) -> None:
    world = world_of(folder, rules=LIMITED)
    batch = world.submit(ROW | {"variants": 2})
    world.engine.controls.pause(world.caller, batch)
    world.run(until=lambda: world.batch(batch).status == "paused")
    before = world.reservation(batch)
    world.clock.advance((before.expires_at - world.clock.now()).total_seconds())
    assert clean(world) == 0
    after = world.reservation(batch)
    assert (after.reserved_micros, after.expires_at) == (before.reserved_micros, world.clock.now() + timedelta(days=30))
    assert world.budget().reserved_micros == before.reserved_micros
    assert any(delivery.function == "advance_batch" for delivery in world.waiting())
    world.engine.controls.resume(world.caller, batch)
    world.run()
    invariants.check(world)
    world.close()


def test_money_that_an_ended_batch_still_holds_is_free_again(folder: Path) -> None:
    world = world_of(folder, rules=LIMITED)
    batch = world.submit(ROW | {"variants": 2})
    world.run()
    holding(world, batch, 7_000)
    world.store.commit([Update(paths.batch(ORG, batch), {"cost.reserved_micros": 7_000})])
    assert clean(world) == 1
    assert world.reservation(batch).expires_at == NEVER
    invariants.check(world)
    assert clean(world) == 0
    world.close()


def test_money_of_a_batch_that_is_gone_is_settled_by_the_ledger(folder: Path) -> None:
    world = world_of(folder, rules=LIMITED)
    batch = world.submit(ROW | {"variants": 2})
    world.run()
    spent = world.batch(batch).cost.spent_micros
    holding(world, batch, 7_000)
    world.store.commit([Delete(paths.batch(ORG, batch))])
    assert clean(world) == 1
    budget = world.budget()
    assert (budget.reserved_micros, budget.spent_micros) == (0, spent)
    assert spent == sum(entry.cost_micros for entry in world.ledger())
    world.close()


def test_a_settled_reservation_of_an_earlier_version_is_met_once(folder: Path) -> None:
    world = world_of(folder)
    batch = world.submit(ROW)
    world.run()
    world.store.commit([Update(paths.reservation(ORG, batch), {"expires_at": world.clock.now()})])
    assert clean(world) == 0
    assert world.reservation(batch).expires_at == NEVER
    invariants.check(world)
    world.close()


def test_a_batch_that_still_holds_money_is_not_purged(folder: Path) -> None:
    world = world_of(folder, rules=LIMITED)
    batch = world.submit(ROW)
    world.run()
    holding(world, batch, 7_000)
    mark_deleted(world, paths.batch(ORG, batch))
    world.store.commit([Update(paths.reservation(ORG, batch), {"expires_at": world.clock.now() + timedelta(days=31)})])
    world.clock.advance(30 * DAY)
    assert clean(world) == 0
    assert world.store.get(paths.batch(ORG, batch)) is not None
    world.clock.advance(DAY)
    assert clean(world) == 2
    assert world.store.get(paths.batch(ORG, batch)) is None
    assert world.budget().reserved_micros == 0
    world.close()


def test_images_that_a_batch_still_wants_stay_set_aside_when_it_holds_no_money(folder: Path) -> None:
    world = world_of(folder)
    batch = world.submit(ROW | {"variants": 2})
    held = {"reserved_micros": 0, "reserved_images": 2, "counts_images": True}
    world.store.commit([Update(paths.reservation(ORG, batch), {**held, "expires_at": world.clock.now()})])
    assert clean(world) == 0
    assert world.reservation(batch).expires_at == world.clock.now() + timedelta(days=30)
    world.close()
