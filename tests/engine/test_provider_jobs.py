"""Jobs that run on a provider's side: submitted once, kept before they are looked at, looked at by later tasks."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from shared.domain.batch_forms import BatchRetry
from shared.domain.errors import ErrorKind, ProviderError, RefusalStage, Unavailable
from shared.domain.items import Item
from shared.domain.modes import BatchStatus, ItemStatus, Priority
from shared.domain.money import LedgerKind
from shared.ports.providers import GeneratedImage, ImageModel, ImageRequest, StillRunning
from shared.services.provider_jobs import MOST_LOST_LOOKS
from tests.engine import invariants
from tests.engine.faults import FaultyWorld
from tests.engine.scripted import PRICE, ScriptedJobs, job_model, made
from tests.engine.worlds import Delivery, World

Answer = Callable[[ImageRequest, int], GeneratedImage | StillRunning]


def world_of(folder: Path, jobs: ScriptedJobs) -> World:
    return World(folder, provider=jobs, specs=(job_model(),))


def submitted(world: World) -> tuple[Item, Delivery]:
    """One item whose job was submitted, and the delivery of its first look."""
    batch = world.submit({"prompt": "a cup"})
    world.steps()
    (first,) = world.images()
    world.deliver(first)
    world.done(first)
    (look,) = world.images()
    return world.items(batch)[0], look


def test_an_image_is_submitted_once_and_looked_at_until_it_is_there(folder: Path) -> None:
    jobs = ScriptedJobs(looks=4)
    world = world_of(folder, jobs)
    batch = world.submit({"prompt": "a cup"}, {"prompt": "a jug"})
    world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    assert len(jobs.submitted) == 2
    assert set(jobs.looks.values()) == {4}
    assert [(item.attempt, item.cost_micros, item.job) for item in world.items(batch)] == [(1, PRICE, None)] * 2
    invariants.check(world)


def test_the_job_is_stored_before_anybody_looks_at_it_and_no_worker_waits_for_it(folder: Path) -> None:
    jobs = ScriptedJobs()
    world = world_of(folder, jobs)
    item, look = submitted(world)
    assert item.status is ItemStatus.RUNNING
    assert item.job is not None
    assert (item.job.provider_job.id, item.job.polls, item.job.submitted_at) == ("job-1", 0, world.clock.now())
    assert not jobs.looks
    assert look.due_at == item.job.poll_at == world.clock.now() + timedelta(seconds=2)
    assert item.lease_until is not None
    assert item.lease_until > item.job.poll_at + timedelta(seconds=30)
    assert (item.in_flight, item.held_micros) == (True, PRICE), (
        "it holds its place and its money for as long as it runs"
    )


def test_looks_go_through_the_lane_of_their_batch(folder: Path) -> None:
    world = world_of(folder, ScriptedJobs())
    world.submit({"prompt": "a cup"}, priority=Priority.HIGH)
    world.steps()
    (first,) = world.images()
    world.deliver(first)
    world.done(first)
    (look,) = world.images()
    assert look.queue == first.queue
    assert set(look.payload) == {*first.payload, "poll"}


@pytest.mark.parametrize("turn", ["the first delivery", "the first look", "the second look"])
def test_deliveries_that_come_again_change_nothing(folder: Path, turn: str) -> None:
    jobs = ScriptedJobs(looks=3)
    world = world_of(folder, jobs)
    batch = world.submit({"prompt": "a cup"})
    world.steps()
    (first,) = world.images()
    number = ["the first delivery", "the first look", "the second look"].index(turn)
    delivery = first
    for _ in range(number + 1):
        (delivery,) = world.images()
        world.advance_to(delivery.due_at)
        world.deliver(delivery)
        world.done(delivery)
    before = (world.items(batch)[0].revision, jobs.looks.copy(), len(world.images()))
    world.deliver(delivery)
    world.deliver(first)
    assert (world.items(batch)[0].revision, jobs.looks, len(world.images())) == before
    world.run()
    world.deliver(delivery)
    assert len(jobs.submitted) == 1
    assert jobs.looks["job-1"] == 3
    invariants.check(world)


def test_a_look_that_comes_twice_at_once_stores_and_pays_once(folder: Path) -> None:
    world = world_of(folder, ScriptedJobs())
    item, look = submitted(world)
    during: list[int] = []

    def answer(request: ImageRequest, _: int) -> GeneratedImage | StillRunning:
        if not during:
            during.append(1)
            world.deliver(look)
        return made(request)

    jobs = ScriptedJobs(answer)
    first = cast("ScriptedJobs", world.provider)
    jobs.submit(first.requests[0])
    world.provider = cast("ImageModel", jobs)
    world.advance_to(look.due_at)
    world.deliver(look)
    world.run()
    assert [entry.kind for entry in world.ledger()] == [LedgerKind.CHARGE]
    assert world.items(item.batch)[0].duplicate_purchases == 0
    invariants.check(world)


def test_a_look_that_comes_twice_while_the_job_runs_asks_for_one_further_look(folder: Path) -> None:
    world = world_of(folder, ScriptedJobs())
    item, look = submitted(world)
    during: list[int] = []

    def answer(request: ImageRequest, turn: int) -> GeneratedImage | StillRunning:
        if not during:
            during.append(1)
            world.deliver(look)
        return made(request) if turn > 2 else StillRunning()

    jobs = ScriptedJobs(answer)
    jobs.submit(cast("ScriptedJobs", world.provider).requests[0])
    world.provider = cast("ImageModel", jobs)
    world.advance_to(look.due_at)
    world.deliver(look)
    world.done(look)
    (again,) = world.images()
    assert again.payload["poll"] == 2
    world.run()
    assert world.items(item.batch)[0].status is ItemStatus.SUCCEEDED
    invariants.check(world)


def test_a_failed_look_is_made_again_and_buys_nothing(folder: Path) -> None:
    def answer(request: ImageRequest, turn: int) -> GeneratedImage | StillRunning:
        if turn < 4:
            raise ProviderError(ErrorKind.UNAVAILABLE, "Nobody answers.", retry_after_seconds=7, outcome_known=False)
        return made(request)

    jobs = ScriptedJobs(answer)
    world = world_of(folder, jobs)
    item, look = submitted(world)
    world.advance_to(look.due_at)
    world.deliver(look)
    world.done(look)
    (second,) = world.images()
    assert second.due_at == world.clock.now() + timedelta(seconds=7)
    world.run()
    (ended,) = world.items(item.batch)
    assert (ended.status, ended.attempt, len(jobs.submitted)) == (ItemStatus.SUCCEEDED, 1, 1)
    invariants.check(world)


def test_a_picture_that_cannot_be_stored_is_fetched_again(folder: Path) -> None:
    jobs = ScriptedJobs()
    world = FaultyWorld(folder, provider=jobs, specs=(job_model(),))
    failures: list[str] = []

    def refuse(name: str) -> None:
        if name == "objects.put" and jobs.looks["job-1"] == 2:
            failures.append(name)
            raise Unavailable("The disk is full.")

    batch = world.submit({"prompt": "a cup"})
    world.faults.before = refuse
    world.run()
    assert failures
    assert (len(jobs.submitted), world.items(batch)[0].status) == (1, ItemStatus.SUCCEEDED)
    invariants.check(world)


def test_a_job_that_does_not_end_in_time_is_given_up_at_the_estimate(folder: Path) -> None:
    def answer(request: ImageRequest, _: int) -> GeneratedImage | StillRunning:
        return made(request) if len(jobs.submitted) > 1 else StillRunning(20)

    jobs = ScriptedJobs(answer)
    world = world_of(folder, jobs)
    batch = world.submit({"prompt": "a cup"})
    world.run()
    (item,) = world.items(batch)
    assert (item.status, len(jobs.submitted), item.cost_micros) == (ItemStatus.SUCCEEDED, 2, 2 * PRICE)
    assert item.attempts[0].error is not None
    assert item.attempts[0].error.kind is ErrorKind.TIMEOUT
    assert sorted(entry.kind for entry in world.ledger()) == sorted([LedgerKind.UNKNOWN_OUTCOME, LedgerKind.CHARGE])
    invariants.check(world)


@pytest.mark.parametrize(
    ("kind", "usage", "told"),
    [(ErrorKind.REFUSED, None, []), (ErrorKind.REFUSED, {"images": 1}, [LedgerKind.FAILED_CHARGE])],
)
def test_a_job_that_ended_without_a_picture_is_over(
    folder: Path, kind: ErrorKind, usage: dict[str, int] | None, told: list[LedgerKind]
) -> None:
    def answer(_: ImageRequest, __: int) -> GeneratedImage | StillRunning:
        raise ProviderError(kind, "It was moderated.", stage=RefusalStage.OUTPUT, usage=usage)

    jobs = ScriptedJobs(answer)
    world = world_of(folder, jobs)
    batch = world.submit({"prompt": "a cup"})
    world.run()
    (item,) = world.items(batch)
    assert (item.status, len(jobs.submitted)) == (ItemStatus.FAILED, 1)
    assert item.error is not None
    assert item.error.kind is kind
    assert [entry.kind for entry in world.ledger()] == told
    invariants.check(world)
    world.provider = cast("ImageModel", ScriptedJobs())
    world.engine.controls.retry(world.caller, batch, BatchRetry())
    world.run()
    assert world.items(batch)[0].status is ItemStatus.SUCCEEDED
    invariants.check(world)


@pytest.mark.parametrize("wish", ["pause", "cancel"])
def test_a_running_job_is_kept_whatever_is_wanted_meanwhile(folder: Path, wish: str) -> None:
    jobs = ScriptedJobs()
    world = world_of(folder, jobs)
    item, _ = submitted(world)
    getattr(world.engine.controls, wish)(world.caller, item.batch)
    world.run(seconds=30)
    (ended,) = world.items(item.batch)
    assert (ended.status, len(jobs.submitted)) == (ItemStatus.SUCCEEDED, 1)
    if wish == "cancel":
        invariants.check(world)


def test_a_lost_look_is_taken_up_again_and_the_job_not_bought_again(folder: Path) -> None:
    jobs = ScriptedJobs(looks=1)
    world = world_of(folder, jobs)
    item, look = submitted(world)
    world.done(look)
    world.advance_to((item.lease_until or world.clock.now()) + timedelta(hours=1))
    world.run()
    (ended,) = world.items(item.batch)
    assert (ended.status, ended.attempt, len(jobs.submitted)) == (ItemStatus.SUCCEEDED, 1, 1)
    world.deliver(look)
    invariants.check(world)


def test_a_new_process_takes_running_jobs_up_at_once(folder: Path) -> None:
    jobs = ScriptedJobs()
    world = world_of(folder, jobs)
    item, look = submitted(world)
    world.done(look)
    world.restart()
    assert world.engine.restarts.release() == 1
    world.run(seconds=10)
    assert (world.items(item.batch)[0].status, len(jobs.submitted)) == (ItemStatus.SUCCEEDED, 1)
    invariants.check(world)


def test_looks_that_are_lost_again_and_again_end_with_the_jobs_time(folder: Path) -> None:
    jobs = ScriptedJobs()
    world = world_of(folder, jobs)
    item, _ = submitted(world)
    lost = 0
    while world.items(item.batch)[0].attempt == 1:
        for look in world.images():
            world.done(look)
        lost += 1
        world.clock.advance(100)
        world.engine.steps.advance(world.caller.org, item.batch)
    assert lost == MOST_LOST_LOOKS + 1
    world.run()
    (ended,) = world.items(item.batch)
    assert (ended.status, len(jobs.submitted), ended.cost_micros) == (ItemStatus.SUCCEEDED, 2, 2 * PRICE)
    assert ended.attempts[0].lost
    invariants.check(world)


def test_the_place_in_the_crowd_is_held_until_the_job_has_ended(folder: Path) -> None:
    jobs = ScriptedJobs(lambda _, __: StillRunning())
    world = World(folder, provider=jobs, specs=(job_model(concurrency=3),))
    world.submit(*({"prompt": f"cup {n}"} for n in range(10)))
    world.run(seconds=30)
    assert len(jobs.submitted) == 3


def test_a_model_that_left_while_its_job_ran_is_paid_at_what_is_known(folder: Path) -> None:
    jobs = ScriptedJobs()
    world = world_of(folder, jobs)
    item, _ = submitted(world)
    world.offer = type(world.offer)((job_model("another"),), {"scripted"})
    world.restart()
    world.run()
    (ended,) = world.items(item.batch)
    assert ended.status is ItemStatus.FAILED
    assert ended.error is not None
    assert ended.error.kind is ErrorKind.INVALID
    invariants.check(world)


def test_equal_images_in_flight_make_one_job_also_across_batches(folder: Path) -> None:
    jobs = ScriptedJobs(looks=30)
    world = world_of(folder, jobs)
    first = world.submit({"prompt": "a cup"}, {"prompt": "a cup"}, reuse=True)
    second = world.submit({"prompt": "a cup"}, reuse=True)
    world.run()
    assert len(jobs.submitted) == 1
    assert sum(item.reused for batch in (first, second) for item in world.items(batch)) == 2
    invariants.check(world)
