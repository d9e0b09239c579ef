"""What people are told while nothing of their batch is made: why, behind how many, until when."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shared.domain.batches import Batch
from shared.domain.callers import Caller
from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.modes import BatchStatus, Role
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.repositories.items import ItemRepository
from tests.clocks import START
from tests.engine.busy import BusyWorld, TimedProvider
from tests.engine.scripted import ScriptedProvider, made, model
from tests.engine.worlds import OTHER_ORG, World

OTHERS = Caller(org=OTHER_ORG, id="key_other", member="mem_other", role=Role.EDITOR)
SECONDS = 10.0
Crowds = Callable[..., BusyWorld]


@pytest.fixture
def crowded(folder: Path) -> Iterator[Crowds]:
    """Makes a world in which a slow model is busy with three batches of one organisation."""
    worlds: list[BusyWorld] = []

    def make(*, concurrency: int, rate_per_second: float, batches: int = 3) -> BusyWorld:
        provider = TimedProvider(SECONDS)
        spec = model(concurrency=concurrency, rate_per_second=rate_per_second)
        world = World(folder, provider=provider, specs=[dataclasses.replace(spec, typical_seconds=SECONDS)])
        worlds.append(BusyWorld(world, provider))
        for number in range(batches):
            world.submit({"prompt": f"theirs {number}", "variants": 10}, {"prompt": "more", "variants": 10})
        worlds[-1].run(seconds=4 * SECONDS)
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


def mine(busy: BusyWorld, images: int = 5, **fields: str) -> tuple[Batch, datetime]:
    """Another organisation's batch a moment after its submission, and when that was."""
    now = busy.world.clock.now()
    batch = busy.world.submit({"prompt": "mine", "variants": images}, caller=OTHERS, **fields)
    busy.run(seconds=1)
    return busy.world.batch(batch, OTHER_ORG), now


@pytest.mark.parametrize("concurrency", [1, 2])
def test_who_waits_for_others_is_told_behind_how_many_and_until_when(crowded: Crowds, concurrency: int) -> None:
    busy = crowded(concurrency=concurrency, rate_per_second=10.0)
    batch, began = mine(busy)
    told = f"Waiting behind about {batch.queue.position} image{'s' if batch.queue.position != 1 else ''}"
    assert batch.status_reason == f"{told} in the standard lane."
    assert batch.progress.message == f"0 of 5 images are ready. {batch.status_reason}"
    assert batch.queue.starts_at is not None
    before = sum(began <= call for calls in busy.provider.calls.values() for call in calls)
    busy.run(seconds=100, until=lambda: "mine" in busy.provider.calls)
    (first,) = busy.provider.calls["mine"]
    # What was told came true, to a second or an image.
    assert abs((first - batch.queue.starts_at).total_seconds()) <= 1.5
    passed = sum(began <= call < first for calls in busy.provider.calls.values() for call in calls) - before
    assert abs(passed - batch.queue.position) <= 1


def test_the_time_left_is_estimated_before_anything_can_be_measured(crowded: Crowds) -> None:
    busy = crowded(concurrency=2, rate_per_second=10.0)
    batch, began = mine(busy)
    assert (batch.progress.finished, batch.progress.images_per_minute) == (0, 0)
    assert batch.progress.eta_seconds is not None
    busy.run(seconds=300, until=lambda: busy.world.batch(batch.id, OTHER_ORG).status.is_terminal)
    took = (busy.world.clock.now() - began).total_seconds()
    assert 0.7 * took <= batch.progress.eta_seconds <= 1.3 * took


def test_who_waits_for_nobody_but_the_models_pace_is_told_so(crowded: Crowds) -> None:
    busy = crowded(concurrency=10, rate_per_second=0.05, batches=0)
    batch, _ = mine(busy)
    assert (batch.status_reason, batch.queue.position) == ("", 0)
    busy.run(seconds=12)
    waits = busy.world.batch(batch.id, OTHER_ORG)
    assert waits.status_reason.startswith("Waiting for the pace of scripted-1: its next image starts in about ")
    assert waits.queue.starts_at is not None
    busy.run(seconds=100, until=lambda: len(busy.provider.calls["mine"]) == 2)
    assert abs((busy.provider.calls["mine"][1] - waits.queue.starts_at).total_seconds()) <= 1.5


def test_while_its_images_are_made_a_batch_does_not_wait(crowded: Crowds) -> None:
    busy = crowded(concurrency=2, rate_per_second=10.0, batches=1)
    batch, _ = mine(busy, images=3)
    assert batch.status_reason
    busy.run(seconds=60, until=lambda: busy.world.batch(batch.id, OTHER_ORG).progress.running > 0)
    begun = busy.world.batch(batch.id, OTHER_ORG)
    assert begun.progress.running
    assert (begun.status_reason, begun.queue.position, begun.queue.starts_at) == ("", 0, None)
    busy.run(seconds=100)
    ended = busy.world.batch(batch.id, OTHER_ORG)
    assert (ended.status, ended.status_reason, ended.progress.eta_seconds) == (BatchStatus.COMPLETED, "", 0)


def test_the_words_of_a_wait_say_nothing_of_whose_images_they_are(crowded: Crowds) -> None:
    busy = crowded(concurrency=2, rate_per_second=10.0)
    batch, _ = mine(busy)
    stored = batch.model_dump_json()
    theirs = [one for one in busy.world.batches() if one.id != batch.id]
    assert theirs
    assert not any(secret in stored for one in theirs for secret in (one.id, one.created_by))


def test_an_image_knows_how_many_of_its_batch_go_first(crowded: Crowds) -> None:
    busy = crowded(concurrency=2, rate_per_second=10.0)
    batch, _ = mine(busy)
    items, found = busy.world.items(batch.id, OTHER_ORG), ItemRepository(busy.world.store)
    waiting = [item for item in items if not item.in_flight and item.due_at is not None]
    assert 0 < len(waiting) < len(items)
    before = [found.before(OTHER_ORG, batch.id, item.due_at) for item in waiting if item.due_at]
    assert before == list(range(len(items) - len(waiting), len(items)))


def test_a_batch_whose_model_is_used_up_for_the_day_says_so_and_goes_on_when_it_opens(folder: Path) -> None:
    opens_at = START + timedelta(hours=2, minutes=5)

    def answer(request: ImageRequest, _turn: int) -> GeneratedImage:
        if world.clock.now() < opens_at:
            raise ProviderError(ErrorKind.QUOTA, "The day's quota is used up.", reopens_at=opens_at)
        return made(request)

    provider = ScriptedProvider(answer)
    world = World(folder, provider=provider)
    batch = world.submit({"prompt": "mine", "variants": 5})
    world.run(seconds=600)
    closed, asked = world.batch(batch), len(provider.requests)
    assert closed.status_reason.startswith("Waiting until 14:05 UTC. The provider's quota for scripted-1 is used up")
    assert closed.queue.starts_at is not None
    assert abs((closed.queue.starts_at - opens_at).total_seconds()) <= 60
    assert closed.progress.eta_seconds is not None
    assert closed.progress.eta_seconds >= (opens_at - world.clock.now()).total_seconds()
    world.run(seconds=3_600)
    assert len(provider.requests) == asked
    world.run(seconds=7_200)
    done = world.batch(batch)
    assert (done.status, done.status_reason) == (BatchStatus.COMPLETED, "")
    assert done.finished_at is not None
    assert timedelta(0) <= done.finished_at - opens_at <= timedelta(seconds=60)
    world.close()


def test_a_batch_whose_only_image_is_turned_away_again_and_again_is_told_until_when_it_waits(folder: Path) -> None:
    def turned_away(request: ImageRequest, earlier: int) -> GeneratedImage:
        raise ProviderError(ErrorKind.BUSY, "It is asked too often.")

    world = World(folder, provider=ScriptedProvider(turned_away))
    batch = world.submit({"prompt": "a cup"})
    for _ in range(12):
        world.run(seconds=5)
    seen, item = world.batch(batch), world.items(batch)[0]
    assert item.not_before is not None
    assert seen.status_reason.startswith(f"Waiting until {item.not_before:%H:%M}")
    assert seen.status_reason.endswith("for the next try; the images tell what went wrong.")
    assert seen.progress.message == f"0 of 1 images are ready. {seen.status_reason}"
    world.close()
