"""Which tasks asking for steps makes: none that another one makes needless, and none too few."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shared.domain.modes import BatchStatus
from tests.engine import invariants
from tests.engine.scripted import model
from tests.engine.worlds import ORG, World

BATCH, OTHER = "bat_of_ours", "bat_of_others"


@pytest.fixture
def world(folder: Path) -> Iterator[World]:
    made = World(folder)
    yield made
    made.close()


def asked(world: World, batch: str = BATCH) -> int:
    """How many steps of a batch wait."""
    return sum(1 for one in world.waiting() if one.payload["batch"] == batch)


def test_changes_within_a_tick_make_one_task_and_a_change_in_the_next_one_another(world: World) -> None:
    requests, tick = world.engine.requests, world.rules.pace.tick
    requests.soon(ORG, BATCH)
    requests.soon(ORG, BATCH)
    requests.soon_for([(ORG, BATCH), (ORG, OTHER), (ORG, OTHER)])
    assert (asked(world), asked(world, OTHER)) == (1, 1)
    world.clock.advance(tick.total_seconds())
    requests.soon(ORG, BATCH)
    assert asked(world) == 2


def test_a_later_look_is_not_asked_for_while_an_earlier_one_is_to_come(world: World) -> None:
    requests, now = world.engine.requests, world.clock.now()
    requests.soon(ORG, BATCH)
    requests.by(ORG, BATCH, now + timedelta(seconds=30))
    assert asked(world) == 1
    requests.by(ORG, OTHER, now + timedelta(seconds=30))
    assert asked(world, OTHER) == 1


def test_a_look_that_was_made_stands_for_no_later_one(world: World) -> None:
    requests, now = world.engine.requests, world.clock.now()
    requests.soon(ORG, BATCH)
    world.clock.advance(1)
    requests.by(ORG, BATCH, now + timedelta(seconds=30))
    assert asked(world) == 2


def test_an_earlier_look_is_asked_for_beside_a_later_one(world: World) -> None:
    requests, now = world.engine.requests, world.clock.now()
    requests.by(ORG, BATCH, now + timedelta(seconds=30))
    requests.by(ORG, BATCH, now + timedelta(seconds=10))
    requests.by(ORG, BATCH, now + timedelta(seconds=20))
    assert asked(world) == 2


def test_a_change_is_never_left_to_a_later_look(world: World) -> None:
    requests, now = world.engine.requests, world.clock.now()
    requests.by(ORG, BATCH, now + timedelta(seconds=30))
    requests.soon(ORG, BATCH)
    assert asked(world) == 2


@pytest.mark.parametrize("restarts", [False, True])
def test_a_clock_that_is_set_back_leaves_no_change_waiting_for_a_tick_that_has_run(
    folder: Path, *, restarts: bool
) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup"}, {"prompt": "a jug"})
    world.steps()
    first, second = world.images()
    world.clock.advance(1)
    finished_at = world.clock.now()
    world.deliver(first)
    world.done(first)
    while any(
        one.function == "advance_batch" and one.due_at < finished_at + timedelta(seconds=5) for one in world.waiting()
    ):
        world.clock.advance(0.1)
        world.steps()
    set_back = world.clock.now() - finished_at
    world.clock.advance(-set_back.total_seconds())
    if restarts:
        world.restart()
        world.engine.restarts.release()
        world.steps()
    world.deliver(second)
    world.done(second)
    assert set_back < timedelta(seconds=6)
    world.clock.advance((set_back + 2 * world.rules.pace.tick).total_seconds())
    world.steps()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    world.close()


@pytest.mark.parametrize("seconds", [1, 5, 20])
def test_a_clock_that_is_set_back_between_a_step_and_the_next_holds_a_batch_up_no_longer(
    folder: Path, seconds: int
) -> None:
    world = World(folder, specs=[model(concurrency=2, rate_per_second=2.0)])
    batch = world.submit({"prompt": "a cup", "variants": 10}, {"prompt": "a jug", "variants": 10})
    work(world, 6)
    assert world.batch(batch).status is BatchStatus.RUNNING
    world.clock.advance(-seconds)
    # What waits in the queue waits for the clock to come as far again; then everything goes on, with no sweep.
    work(world, seconds + 10)
    assert world.batch(batch).status is BatchStatus.COMPLETED
    invariants.check(world)
    world.close()


def work(world: World, seconds: float) -> None:
    """Deliver what is due for so long, an image a moment, and sweep never."""
    for _ in range(round(seconds / 0.1)):
        world.steps()
        for one in [one for one in world.due() if one.function == "generate_image"][:1]:
            world.deliver(one)
            world.done(one)
        world.clock.advance(0.1)


def test_steps_of_a_batch_that_goes_on_make_one_timer_and_not_one_each(folder: Path) -> None:
    world = World(folder, specs=[model(concurrency=2, rate_per_second=4.0)])
    world.submit(*({"prompt": "a cup", "variants": 10} for _ in range(5)))
    made = 0
    for _ in range(40):
        world.steps()
        images = [one for one in world.due() if one.function == "generate_image"]
        for one in images[:1]:
            world.deliver(one)
            world.done(one)
            made += 1
        world.clock.advance(0.3)
    assert made > 30
    assert len([one for one in world.waiting() if one.function == "advance_batch"]) <= 3
    world.close()
