"""Deliveries that are late, doubled, lost, void or out of order change nothing."""

from pathlib import Path
from threading import Thread

import pytest

from shared.domain.batch_forms import BatchRetry
from shared.domain.errors import ErrorKind, ProviderError, Unavailable
from shared.domain.modes import BatchStatus, ItemStatus
from shared.domain.money import LedgerKind
from shared.ports.providers import GeneratedImage, ImageRequest
from tests.engine import invariants
from tests.engine.faults import FaultyWorld
from tests.engine.invariants import paid
from tests.engine.scripted import PRICE, ScriptedProvider, made
from tests.engine.worlds import Delivery, World


def planned(world: World, count: int = 3) -> tuple[str, list[Delivery]]:
    """A batch whose images are all in the queue."""
    batch = world.submit({"prompt": "a cup", "variants": count})
    world.steps()
    return batch, world.images()


def test_every_delivery_twice_and_backwards(folder: Path) -> None:
    world = World(folder)
    batch, tasks = planned(world, 6)
    for delivery in [*reversed(tasks), *tasks]:
        world.deliver(delivery)
    world.run()
    assert len(world.provider.requests) == 6  # type: ignore[attr-defined]
    assert world.batch(batch).status is BatchStatus.COMPLETED
    invariants.check(world)


def test_many_workers_with_the_same_deliveries_buy_once(folder: Path) -> None:
    world = World(folder)
    batch, tasks = planned(world, 8)

    def work() -> None:
        for delivery in tasks:
            world.deliver(delivery)

    threads = [Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.run()
    assert len(world.provider.requests) == 8  # type: ignore[attr-defined]
    assert world.batch(batch).status is BatchStatus.COMPLETED
    assert paid(world, LedgerKind.DUPLICATE) == []
    invariants.check(world)


def test_many_steps_at_once_do_what_one_does(folder: Path) -> None:
    world = World(folder)
    batch = world.submit(*({"prompt": "a cup", "variants": 10} for _ in range(50)), budget_micros=12 * PRICE)
    for _ in range(4):
        threads = [Thread(target=world.engine.steps.advance, args=(world.caller.org, batch)) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        world.clock.advance(0.5)
    assert len(world.items(batch)) == 500
    assert sum(item.in_flight for item in world.items(batch)) == 12
    world.run(seconds=100)
    assert len(world.provider.requests) == 12  # type: ignore[attr-defined]
    world.engine.controls.cancel(world.caller, batch)
    world.run()
    invariants.check(world)


def test_a_lost_task_is_sent_again_under_the_next_number(folder: Path) -> None:
    world = World(folder)
    batch, tasks = planned(world)
    for delivery in tasks:
        world.done(delivery)
    assert [item.dispatch for item in world.items(batch)] == [1, 1, 1]
    world.run()
    assert [item.dispatch for item in world.items(batch)] == [2, 2, 2]
    assert [item.attempt for item in world.items(batch)] == [1, 1, 1]
    invariants.check(world)


def test_all_steps_lost_are_found_by_the_sweep(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup", "variants": 3})
    for delivery in world.waiting():
        world.done(delivery)
    assert world.waiting() == []
    world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    invariants.check(world)


def test_a_delivery_of_something_unknown_is_dropped(folder: Path) -> None:
    world = World(folder)
    world.engine.generations.generate(world.caller.org, "bat_x", "itm_x", 1)
    world.engine.steps.advance(world.caller.org, "bat_x")
    batch, tasks = planned(world)
    item = tasks[0].payload["item"]
    for attempt in (0, 2, 99):
        world.engine.generations.generate(world.caller.org, batch, item, attempt)
    assert {item.status for item in world.items(batch)} == {ItemStatus.PENDING}
    world.run()
    invariants.check(world)


def test_a_delivery_before_its_time_is_dropped(folder: Path) -> None:
    def answer(request: ImageRequest, turn: int) -> GeneratedImage:
        if turn == 1:
            raise ProviderError(ErrorKind.UNAVAILABLE, "Down.")
        return made(request)

    world = World(folder, provider=ScriptedProvider(answer))
    batch, tasks = planned(world, 1)
    world.deliver(tasks[0])
    item = world.items(batch)[0]
    assert (item.status, item.attempt) == (ItemStatus.PENDING, 2)
    world.engine.generations.generate(world.caller.org, batch, item.id, 2)
    assert world.items(batch)[0] == item
    world.run()
    invariants.check(world)


def test_a_picture_that_could_not_be_shown_is_not_bought_again(folder: Path) -> None:
    world = FaultyWorld(folder)
    batch = world.submit({"prompt": "a cup"})
    puts: list[str] = []

    def fail(name: str) -> None:
        if name == "objects.put" and world.scripted.requests:
            puts.append(name)
            if 2 <= len(puts) <= 5:
                raise Unavailable("The disk is full.")

    world.faults.before = fail
    world.run()
    item = world.items(batch)[0]
    assert item.status is ItemStatus.SUCCEEDED
    assert [(attempt.number, attempt.cost_micros) for attempt in item.attempts] == [(1, PRICE), (2, 0)]
    assert len(world.scripted.requests) == 1
    assert (item.cost_micros, item.asset_id is not None) == (PRICE, True)
    assert [entry.kind for entry in world.ledger()] == [LedgerKind.CHARGE]
    invariants.check(world)


def test_a_retry_with_changes_does_not_take_the_old_picture(folder: Path) -> None:
    world = FaultyWorld(folder)
    batch = world.submit({"prompt": "a cup"})

    puts: list[str] = []

    def fail(name: str) -> None:
        if name == "objects.put":
            puts.append(name)
            if len(puts) > 1:
                raise Unavailable("The disk is full.")

    world.faults.before = fail
    world.run()
    assert world.items(batch)[0].status is ItemStatus.FAILED
    world.faults.before = lambda _: None
    retry = BatchRetry.model_validate({"changes": {"prompt": "a jug"}})
    world.engine.controls.retry(world.caller, batch, retry)
    world.run()
    assert [request.prompt for request in world.scripted.requests] == ["a cup", "a jug"]
    assert world.items(batch)[0].status is ItemStatus.SUCCEEDED
    invariants.check(world)


@pytest.mark.parametrize("port", ["documents.commit", "tasks.create", "events.publish", "objects.put"])
def test_parts_that_do_not_answer_delay_and_lose_nothing(folder: Path, port: str) -> None:
    world = FaultyWorld(folder)
    batch = world.submit({"prompt": "a cup", "variants": 3})
    turns = [0]

    def hiccup(name: str) -> None:
        if name == port:
            turns[0] += 1
            if turns[0] % 3 == 0:
                raise Unavailable("Not now.")

    world.faults.before = hiccup
    patient(world)
    world.faults.before = lambda _: None
    world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    assert sum(world.scripted.billed.values()) == 3
    invariants.check(world)


def patient(world: FaultyWorld) -> None:
    """Deliver as a queue does: what failed comes again later."""
    for _ in range(60):
        for delivery in world.due():
            try:
                world.deliver(delivery)
            except Unavailable:
                continue
            world.done(delivery)
        world.clock.advance(1)


def test_a_queue_that_does_not_answer_delays_what_people_asked_for(folder: Path) -> None:
    world = FaultyWorld(folder)

    def deaf(name: str) -> None:
        if name == "tasks.create":
            raise Unavailable("Not now.")

    world.faults.before = deaf
    batch = world.submit({"prompt": "a cup"})
    world.engine.controls.pause(world.caller, batch)
    world.engine.controls.resume(world.caller, batch)
    world.faults.before = lambda _: None
    assert world.waiting() == []
    world.run()
    assert len(world.batches()) == 1
    assert world.batch(batch).status is BatchStatus.COMPLETED
    invariants.check(world)
