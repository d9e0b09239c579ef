"""Rare moments that the engine once did not survive, each by itself."""

from pathlib import Path

import pytest

from shared.domain.errors import ErrorKind, ProviderError, Unreadable
from shared.domain.modes import BatchStatus, ItemStatus
from shared.domain.offers import Offer
from shared.ports.documents import Create, Query, Update
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.repositories import paths
from shared.repositories.batches import BatchRepository
from tests.engine import invariants
from tests.engine.faults import Crash, FaultyWorld
from tests.engine.scripted import PRICE, ScriptedProvider, made, model
from tests.engine.worlds import ORG, World


def test_a_step_that_lost_its_lease_spends_nothing(folder: Path) -> None:
    world = FaultyWorld(folder)
    batch = world.submit({"prompt": "a cup", "variants": 3}, budget_micros=PRICE)
    counted: list[str] = []

    def overtake(name: str) -> None:
        if name == "documents.aggregate" and not counted:
            # The first step has seen that nothing is held yet, and is stopped for longer than its lease.
            counted.append(name)
            world.clock.advance(31)
            world.engine.steps.advance(ORG, batch)
            assert sum(item.held_micros for item in world.items(batch)) == PRICE

    world.faults.read = overtake
    world.steps()
    assert counted
    assert sum(item.held_micros for item in world.items(batch)) == PRICE
    world.run(seconds=200)
    assert len(world.scripted.requests) == 1
    world.engine.controls.cancel(world.caller, batch)
    world.run()
    invariants.check(world)


def test_a_step_that_lost_its_lease_plans_nothing_twice(folder: Path) -> None:
    world = FaultyWorld(folder)
    batch = world.submit(*({"prompt": "a cup", "variants": 10} for _ in range(50)))
    taken: list[str] = []

    def overtake(name: str) -> None:
        if name == "documents.query" and not taken:
            taken.append(name)
            world.clock.advance(31)
            world.engine.steps.advance(ORG, batch)

    world.faults.read = overtake
    world.steps()
    assert taken
    assert len(world.items(batch)) == 128
    world.engine.controls.cancel(world.caller, batch)
    world.run()
    assert [item.index for item in world.items(batch)] == list(range(500))
    invariants.check(world)


def test_a_failure_is_written_though_its_recipe_changed_hands(folder: Path) -> None:
    def answer(request: ImageRequest, turn: int) -> GeneratedImage:
        if turn == 1:
            raise ProviderError(ErrorKind.NO_IMAGE, "Only words.", usage={"images": 1})
        return made(request)

    world = FaultyWorld(folder, provider=ScriptedProvider(answer))
    batch = world.submit({"prompt": "a cup"}, reuse=True)
    changed: list[str] = []

    def change(name: str) -> None:
        if name == "documents.commit" and world.scripted.requests and not changed:
            (lock,) = world.store.query(Query(f"orgs/{ORG}/recipes"))
            changed.append(lock.path)
            world.store.commit([Update(lock.path, {"item": "itm_another"})])

    world.faults.before = change
    world.run()
    assert changed
    item = world.items(batch)[0]
    assert (item.status, item.cost_micros) == (ItemStatus.SUCCEEDED, 2 * PRICE)
    assert [attempt.lost for attempt in item.attempts] == [False, False]
    assert world.batch(batch).status is BatchStatus.COMPLETED


def test_a_lost_image_of_a_model_that_is_gone_fails(folder: Path) -> None:
    world = FaultyWorld(folder, specs=[model("old"), model("kept")])
    batch = world.submit({"prompt": "a cup", "model": "old"}, {"prompt": "a jug", "model": "kept"})
    world.faults.before = lambda name: world.faults.crash(0, after=True) if name == "provider.generate" else None
    with pytest.raises(Crash):
        world.run()
    world.faults.before = lambda _: None
    world.offer = Offer([model("kept")], {"scripted"})
    world.restart()
    world.run()
    gone = world.items(batch)[0]
    assert gone.error is not None
    assert (gone.error.kind, gone.error.detail) == (ErrorKind.INVALID, "There is no model old.")
    assert world.batch(batch).status is BatchStatus.COMPLETED_WITH_FAILURES
    invariants.check(world)


def test_a_restart_releases_every_lease_however_many(folder: Path) -> None:
    world = World(folder)
    batch = world.submit(*({"prompt": "a cup", "variants": 10} for _ in range(90)))
    for _ in range(3):
        world.engine.steps.advance(ORG, batch)
        world.clock.advance(1)
    until = world.clock.now().replace(hour=23)
    items = world.items(batch)
    fields = {"status": "running", "in_flight": True, "lease_owner": "gone", "lease_until": until, "due_at": until}
    for start in range(0, 900, 300):
        part = items[start : start + 300]
        world.store.commit([Update(paths.item(ORG, batch, item.id), fields) for item in part])
    world.restart()
    assert world.engine.restarts.release() == 900
    assert world.engine.restarts.release() == 0
    assert {item.lease_until for item in world.items(batch)} == {world.clock.now()}


def test_what_was_dispatched_when_the_process_ended_does_not_wait_for_its_lost_task(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup", "variants": 3})
    world.engine.steps.advance(ORG, batch)
    for delivery in world.waiting():
        world.done(delivery)
    assert all(item.in_flight and item.dispatched_until for item in world.items(batch))
    began = world.clock.now()
    world.restart()
    assert world.engine.restarts.release() == 3
    world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    assert world.clock.now() - began < world.rules.pace.dispatch_timeout
    invariants.check(world)


def test_the_sweep_finds_every_overdue_batch(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup"})
    document = world.store.get(paths.batch(ORG, batch))
    assert document is not None
    names = [world.ids.new("bat") for _ in range(1_199)]
    for start in range(0, len(names), 300):
        copies = [Create(paths.batch(ORG, name), {**document.data, "id": name}) for name in names[start : start + 300]]
        world.store.commit(copies)
    for delivery in world.waiting():
        world.done(delivery)
    world.clock.advance(1)
    assert world.engine.reconciliation.sweep() == 1_200
    assert {delivery.payload["batch"] for delivery in world.waiting()} == {batch, *names}


def test_a_damaged_batch_holds_up_no_other(folder: Path) -> None:
    world = World(folder)
    damaged, whole = world.submit({"prompt": "a cup"}), world.submit({"prompt": "a plate"})
    world.store.commit([Update(paths.batch(ORG, damaged), {"status": "of a later version"})])
    for delivery in world.waiting():
        world.done(delivery)
    world.clock.advance(1)
    assert world.engine.reconciliation.sweep() == 1
    assert {delivery.payload["batch"] for delivery in world.waiting()} == {whole}
    with pytest.raises(Unreadable, match=f"batch orgs/{ORG}/batches/{damaged} cannot be read: status.") as refused:
        BatchRepository(world.store).get(paths.batch(ORG, damaged))
    assert "later version" not in str(refused.value)


def test_a_sweep_of_healthy_batches_asks_for_nothing(folder: Path) -> None:
    world = World(folder)
    world.submit({"prompt": "a cup"})
    world.run()
    assert world.engine.reconciliation.sweep() == 0
    assert world.waiting() == []
