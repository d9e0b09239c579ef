"""Pause, resume and cancel, at every moment."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shared.domain.batches import Batch
from shared.domain.callers import Caller
from shared.domain.errors import Conflict, ErrorKind, Forbidden, NotFound, ProviderError
from shared.domain.modes import BatchStatus, Desired, ItemStatus, Role
from shared.ports.providers import GeneratedImage, ImageRequest
from tests.clocks import START
from tests.engine import invariants
from tests.engine.scripted import ScriptedProvider, made, model
from tests.engine.worlds import ORG, OTHER_ORG, World

Wish = Callable[[World, str], Batch]
SLOW = [model(concurrency=2, rate_per_second=2.0)]


def pause(world: World, batch: str) -> Batch:
    """Pause it, as a person does."""
    return world.engine.controls.pause(world.caller, batch)


def resume(world: World, batch: str) -> Batch:
    """Resume it, as a person does."""
    return world.engine.controls.resume(world.caller, batch)


def cancel(world: World, batch: str) -> Batch:
    """Cancel it, as a person does."""
    return world.engine.controls.cancel(world.caller, batch)


def states(world: World, batch: str) -> dict[str, int]:
    """How many items are in each state."""
    found = [item.status.value for item in world.items(batch)]
    return {state: found.count(state) for state in sorted(set(found))}


class DuringACall:
    """A provider that lets the test act while a picture is being made."""

    def __init__(self) -> None:
        self.provider = ScriptedProvider(self._answer)
        self.act: Callable[[], None] = lambda: None

    def _answer(self, request: ImageRequest, _: int) -> GeneratedImage:
        self.act()
        return made(request)


def test_a_paused_batch_starts_nothing_and_goes_on_when_resumed(folder: Path) -> None:
    world = World(folder, specs=SLOW)
    batch = world.submit({"prompt": "a cup", "variants": 10})
    world.run(until=lambda: world.batch(batch).progress.succeeded >= 3)
    told = pause(world, batch)
    assert (told.status, told.desired) == (BatchStatus.RUNNING, Desired.PAUSE)
    assert told.status_reason == "Pausing: images that are being made will be kept."
    done = states(world, batch)["succeeded"]
    world.run(seconds=600)
    paused = world.batch(batch)
    assert (paused.status, paused.status_reason) == (
        BatchStatus.PAUSED,
        "Paused on request. Resume it when you are ready.",
    )
    assert states(world, batch) == {"pending": 10 - done, "succeeded": done}
    assert all(not item.in_flight and item.held_micros == 0 for item in world.items(batch))
    assert resume(world, batch).status is BatchStatus.RUNNING
    world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    invariants.check(world)


def test_a_resume_dispatches_with_its_first_step(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup", "variants": 4})
    pause(world, batch)
    world.run(seconds=120)
    assert world.batch(batch).status is BatchStatus.PAUSED
    resume(world, batch)
    world.steps()
    assert len(world.images()) == 4
    world.run(seconds=1)
    assert world.batch(batch).status is BatchStatus.COMPLETED
    invariants.check(world)


def test_workers_leave_what_is_paused_and_a_quick_resume_does_not_wait_for_it(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup", "variants": 4})
    world.steps()
    assert len(world.images()) == 4
    pause(world, batch)
    for delivery in world.images():
        world.deliver(delivery)
        world.done(delivery)
    assert states(world, batch) == {"pending": 4}
    assert not any(item.in_flight for item in world.items(batch))
    resume(world, batch)
    world.run(seconds=2)
    assert world.batch(batch).status is BatchStatus.COMPLETED
    invariants.check(world)


def test_an_old_delivery_after_a_resume_buys_nothing_twice(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup", "variants": 4})
    world.steps()
    old = world.images()
    pause(world, batch)
    world.clock.advance(2)
    world.steps()
    resume(world, batch)
    world.steps()
    for delivery in [*old, *world.images(), *old]:
        world.deliver(delivery)
    world.run()
    assert len(world.provider.requests) == 4  # type: ignore[attr-defined]
    invariants.check(world)


@pytest.mark.parametrize(
    ("wish", "during", "after"),
    [
        (pause, "Pausing: 1 image still being made will be kept.", BatchStatus.PAUSED),
        (cancel, "Cancelling: 1 image still being made will be kept.", BatchStatus.CANCELLED),
    ],
)
def test_what_runs_is_kept(folder: Path, wish: Wish, during: str, after: BatchStatus) -> None:
    moment = DuringACall()
    world = World(folder, provider=moment.provider)
    batch = world.submit({"prompt": "a cup", "variants": 3})
    seen: list[Batch] = []

    def act() -> None:
        wish(world, batch)
        world.clock.advance(2)
        world.steps()
        seen.append(world.batch(batch))

    moment.act = act
    world.run(seconds=30, until=lambda: bool(seen))
    moment.act = lambda: None
    world.run(seconds=30)
    assert (seen[0].status, seen[0].status_reason) == (BatchStatus.RUNNING, during)
    assert seen[0].progress.running == 1
    assert world.batch(batch).status is after
    assert states(world, batch)["succeeded"] == 1
    if after is BatchStatus.PAUSED:
        resume(world, batch)
        world.run()
    invariants.check(world)


def test_an_image_that_waits_for_its_next_try_is_paused_and_cancelled_too(folder: Path) -> None:
    def answer(request: ImageRequest, turn: int) -> GeneratedImage:
        if turn == 1:
            raise ProviderError(ErrorKind.UNAVAILABLE, "Down.")
        return made(request)

    world = World(folder, provider=ScriptedProvider(answer))
    batch = world.submit({"prompt": "a cup"})
    world.run(until=lambda: any(item.attempt == 2 for item in world.items(batch)))
    pause(world, batch)
    world.run(seconds=60)
    assert world.batch(batch).status is BatchStatus.PAUSED
    assert world.items(batch)[0].attempt == 2
    assert len(world.items(batch)[0].attempts) == 1
    cancel(world, batch)
    world.run()
    assert world.items(batch)[0].status is ItemStatus.CANCELLED
    assert world.batch(batch).status is BatchStatus.CANCELLED
    invariants.check(world)


def test_a_batch_is_cancelled_before_it_was_planned(folder: Path) -> None:
    world = World(folder)
    batch = world.submit(*({"prompt": "a cup", "variants": 10} for _ in range(100)))
    world.steps()
    assert len(world.items(batch)) == 128
    told = cancel(world, batch)
    assert told.status_reason == "Cancelling: images that are being made will be kept."
    world.run()
    done = world.batch(batch)
    assert (done.status, done.progress.cancelled) == (BatchStatus.CANCELLED, 1_000)
    assert done.status_reason == "Cancelled on request; 0 finished images are kept."
    assert done.started_at is None or done.cost.spent_micros == 0
    assert not world.provider.requests  # type: ignore[attr-defined]
    invariants.check(world)


def test_planning_goes_on_while_a_batch_is_paused(folder: Path) -> None:
    world = World(folder)
    batch = world.submit(*({"prompt": "a cup", "variants": 10} for _ in range(50)))
    pause(world, batch)
    world.run(seconds=120)
    assert states(world, batch) == {"pending": 500}
    assert world.batch(batch).status is BatchStatus.PAUSED
    cancel(world, batch)
    world.run()
    invariants.check(world)


def test_the_same_wish_twice_changes_nothing(folder: Path) -> None:
    world = World(folder, specs=SLOW)
    batch = world.submit({"prompt": "a cup", "variants": 5})
    pause(world, batch)
    world.run(seconds=90)
    before = world.batch(batch)
    assert pause(world, batch) == before
    resumed = resume(world, batch)
    assert resume(world, batch) == resumed
    cancelled = cancel(world, batch)
    assert cancel(world, batch) == cancelled
    world.run()
    invariants.check(world)


def test_a_cancellation_cannot_be_taken_back(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup"})
    cancel(world, batch)
    for wish in (pause, resume):
        with pytest.raises(Conflict) as caught:
            wish(world, batch)
        assert caught.value.code == "batch-cancelling"
    world.run()
    for wish in (pause, resume, cancel):
        with pytest.raises(Conflict, match="cancelled already") as caught:
            wish(world, batch)
        assert caught.value.code == "batch-finished"
    invariants.check(world)


def test_a_wish_that_comes_too_late_changes_nothing(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup"})
    world.run()
    before = world.batch(batch)
    for wish in (pause, resume, cancel):
        with pytest.raises(Conflict, match="completed already"):
            wish(world, batch)
    assert world.batch(batch) == before


def test_a_wish_that_overtakes_the_last_step_is_seen(folder: Path) -> None:
    moment = DuringACall()
    world = World(folder, provider=moment.provider)
    batch = world.submit({"prompt": "a cup"})

    def act() -> None:
        cancel(world, batch)

    moment.act = act
    world.run()
    done = world.batch(batch)
    assert (done.status, done.progress.succeeded) == (BatchStatus.COMPLETED, 1)
    invariants.check(world)


def test_a_scheduled_batch_is_cancelled_at_once_and_not_paused(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup"}, start_at=START.replace(hour=20))
    world.run(seconds=10)
    with pytest.raises(Conflict) as caught:
        pause(world, batch)
    assert caught.value.code == "batch-scheduled"
    cancel(world, batch)
    world.run(seconds=10)
    assert world.batch(batch).status is BatchStatus.CANCELLED
    assert world.batch(batch).started_at is None
    invariants.check(world)


def test_only_editors_of_the_organisation_have_wishes(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup"})
    controls = world.engine.controls
    viewer = Caller(org=ORG, id="key_v", member="mem_v", role=Role.VIEWER)
    stranger = Caller(org=OTHER_ORG, id="key_o", member="mem_o", role=Role.ADMIN)
    for wish in (controls.pause, controls.resume, controls.cancel):
        with pytest.raises(Forbidden):
            wish(viewer, batch)
        with pytest.raises(NotFound):
            wish(stranger, batch)
    assert world.batch(batch).desired is Desired.RUN
