"""Many batches at one slow model: each starts an image in its turn, and no other model's images wait for them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shared.domain.callers import Caller
from shared.domain.modes import BatchStatus, Role
from tests.engine import invariants
from tests.engine.busy import BusyWorld, TimedProvider
from tests.engine.scripted import ScriptedJobs, job_model, model
from tests.engine.worlds import ORG, OTHER_ORG, World

# Being measured would double its time, and others cover the same lines.
pytestmark = pytest.mark.no_cover

OTHERS = Caller(org=OTHER_ORG, id="key_other", member="mem_other", role=Role.EDITOR)
PLACES = 4
# Half as many again as there are places, and what the model makes in a tick.
IN_FLIGHT = 7
# Fewer than there are batches: were each of them to send out one image, none would be left.
WORKERS = 12
SLOW_SECONDS = 10.0
Worlds = Callable[..., BusyWorld]


@pytest.fixture
def busy(folder: Path) -> Iterator[Worlds]:
    """Makes worlds with a slow model and a quick one, and few workers."""
    made: list[BusyWorld] = []

    def make(*, seconds: float = SLOW_SECONDS) -> BusyWorld:
        provider = TimedProvider(by_model={"slow": seconds})
        specs = [model("slow", concurrency=PLACES), model("quick", concurrency=PLACES)]
        place = folder / str(len(made))
        place.mkdir()
        made.append(BusyWorld(World(place, provider=provider, specs=specs), provider, workers=WORKERS))
        return made[-1]

    yield make
    for world in made:
        world.close()


def submit(
    world: World, name: str, images: int, *, of: str, caller: Caller | None = None, priority: str = "standard"
) -> str:
    """A batch whose images' prompt is its name."""
    return world.submit(
        {"prompt": name, "variants": images}, defaults={"model": of}, caller=caller, priority=priority, name=name
    )


def test_batches_at_a_slow_model_go_on_in_turn_and_hold_up_nobody_else(busy: Worlds) -> None:
    world = busy()
    names = [f"slow {number:02}" for number in range(30)]
    for name in names:
        submit(world.world, name, 3, of="slow")
    world.run(seconds=3 * SLOW_SECONDS)
    slow_before = sum(len(world.provider.calls[name]) for name in names)
    other = submit(world.world, "quick", 10, of="quick")
    world.run(seconds=600, until=lambda: world.world.batch(other).status.is_terminal)
    slow_meanwhile = sum(len(world.provider.calls[name]) for name in names) - slow_before
    # Three rounds of the quick model's places, each a tenth of a slow one's.
    assert slow_meanwhile <= PLACES
    assert world.most_busy <= IN_FLIGHT + PLACES + 3
    world.run(seconds=3_600)
    calls = [world.provider.calls[name] for name in names]
    assert [len(one) for one in calls] == [3] * len(names)
    assert max(one[0] for one in calls) <= min(one[1] for one in calls)
    # A place that came free may go to who stands a little behind in the workers' own line.
    assert max(one[0] for one in calls) < min(one[2] for one in calls)
    assert {batch.status for batch in world.world.batches()} == {BatchStatus.COMPLETED}
    invariants.check(world.world)


def test_a_place_that_comes_free_is_handed_on_at_once(busy: Worlds) -> None:
    world = busy(seconds=1.0)
    for number in range(30):
        submit(world.world, f"slow {number}", 4, of="slow")
    began = world.world.clock.now()
    world.run(seconds=3_600)
    ended = max(batch.finished_at for batch in world.world.batches() if batch.finished_at)
    # Who is next looks each second as well: were it not woken, every fifth place would lie idle.
    ideal = 30 * 4 / PLACES
    assert (ended - began).total_seconds() <= 1.05 * ideal + 0.5
    assert world.most_busy <= IN_FLIGHT


def test_a_heavier_lane_comes_more_often_and_another_organisation_at_once(busy: Worlds) -> None:
    world = busy(seconds=2.0)
    names = {lane: [f"{lane} {number}" for number in range(12)] for lane in ("high", "standard", "economy")}
    for lane, of_lane in names.items():
        for name in of_lane:
            submit(world.world, name, 10, of="slow", priority=lane)
    world.run(seconds=60)
    begun = {lane: sum(len(world.provider.calls[name]) for name in of_lane) for lane, of_lane in names.items()}
    # Eight, three and one parts of twelve, of 120.
    assert begun["high"] >= 1.8 * begun["standard"]
    assert begun["standard"] >= 1.8 * begun["economy"] > 0
    before = sum(map(len, world.provider.calls.values()))
    submit(world.world, "of another organisation", 4, of="slow", caller=OTHERS)
    world.run(seconds=60, until=lambda: bool(world.provider.calls["of another organisation"]))
    assert sum(map(len, world.provider.calls.values())) - before <= 3 * PLACES


def test_batches_that_wait_for_their_turn_hardly_look(busy: Worlds) -> None:
    world = busy(seconds=50.0)
    batches = [submit(world.world, f"slow {number}", 2, of="slow") for number in range(150)]
    world.run(seconds=10)
    before, began = world.steps, sum(map(len, world.provider.calls.values()))
    world.run(seconds=30)
    assert sum(map(len, world.provider.calls.values())) == began == PLACES, "nothing changed meanwhile"
    # A second's worth of images of who is next, as many again of all others, and four.
    per_second = 2 * (PLACES + 1) + 4
    assert world.steps - before <= 30 * per_second
    told = [world.world.batch(batch) for batch in batches]
    waits = [one.status_reason for one in told if not one.demand or not one.demand[0].outstanding]
    assert len(waits) == 150 - IN_FLIGHT
    assert all(reason.startswith("Waiting for its turn at slow: ") for reason in waits), waits
    assert any("batches go first, its next image starts in about" in reason for reason in waits)


def test_no_more_jobs_run_at_a_provider_than_its_model_may_have(folder: Path) -> None:
    jobs = ScriptedJobs(looks=4)
    world = World(folder, provider=jobs, specs=(job_model(concurrency=PLACES),))
    for wave in range(4):
        for number in range(6):
            caller, lane = (None, "standard") if number % 3 else (OTHERS, "high")
            submit(world, f"{wave}.{number}", 3, of="scripted-1", caller=caller, priority=lane)
        world.run(seconds=6)
    world.run()
    assert jobs.most_running == PLACES
    assert len(jobs.submitted) == 4 * 6 * 3
    assert {batch.status for batch in world.batches()} == {BatchStatus.COMPLETED}
    for org in (ORG, OTHER_ORG):
        invariants.check(world, org)


def test_a_place_that_a_paused_batch_leaves_is_taken_by_the_next(busy: Worlds) -> None:
    world = busy()
    batches = [submit(world.world, f"slow {number}", 2, of="slow") for number in range(12)]
    world.run(seconds=2)
    held = [batch for batch in batches if any(item.in_flight for item in world.world.items(batch))]
    assert len(held) == IN_FLIGHT
    for batch in held:
        world.world.engine.controls.pause(world.world.caller, batch)
    world.run(seconds=2 * SLOW_SECONDS)
    begun = {name for name, calls in world.provider.calls.items() if calls}
    assert len(begun) > IN_FLIGHT
    world.world.advance_to(world.world.clock.now() + timedelta(seconds=1))
    for batch in held:
        world.world.engine.controls.resume(world.world.caller, batch)
    world.run(seconds=3_600)
    assert {batch.status for batch in world.world.batches()} == {BatchStatus.COMPLETED}
