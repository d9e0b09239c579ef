"""Trying failed images again, by hand."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.domain.batch_forms import BatchRetry
from shared.domain.errors import Conflict, ErrorKind, Invalid, NotFound
from shared.domain.failures import RetryRules
from shared.domain.ids import compose
from shared.domain.modes import BatchStatus, ItemStatus, ReferenceMode
from shared.domain.recipes import hash_of
from shared.domain.references import Reference, ReferenceStatus
from shared.ports.documents import Create
from shared.repositories import paths
from shared.services.engine_rules import EngineRules
from tests.engine import invariants
from tests.engine.scripted import PRICE, failing, model, of, picture
from tests.engine.worlds import ORG, World


def retried(world: World, batch: str, **retry: Any) -> None:
    """Retry by hand, and run."""
    world.engine.controls.retry(world.caller, batch, BatchRetry.model_validate(retry))
    world.run()


def test_a_retry_takes_up_failed_images_and_keeps_what_was(folder: Path) -> None:
    world = World(folder, provider=failing(*[of(ErrorKind.UNAVAILABLE)] * 4, None))
    batch = world.submit({"prompt": "bad"}, {"prompt": "good"})
    world.run()
    before = world.items(batch)
    assert world.batch(batch).status is BatchStatus.COMPLETED_WITH_FAILURES

    accepted = world.engine.controls.retry(world.caller, batch, BatchRetry())
    assert (accepted.status, accepted.finished_at, accepted.cost.reserved_micros) == (BatchStatus.ACCEPTED, None, PRICE)
    world.run()
    bad, good = world.items(batch)
    assert good == before[1]
    assert bad.attempts[:4] == before[0].attempts
    assert [attempt.number for attempt in bad.attempts] == [1, 2, 3, 4, 5]
    assert (bad.status, bad.error, bad.series) == (ItemStatus.SUCCEEDED, None, 2)
    assert world.batch(batch).status is BatchStatus.COMPLETED
    assert [event.data["series"] for event in world.events] == [1, 2]
    invariants.check(world)


def test_a_retry_has_all_its_tries_again(folder: Path) -> None:
    world = World(folder, provider=failing(of(ErrorKind.UNAVAILABLE)))
    batch = world.submit({"prompt": "bad"})
    world.run()
    retried(world, batch)
    retried(world, batch)
    item = world.items(batch)[0]
    assert [attempt.number for attempt in item.attempts] == list(range(1, 13))
    assert (item.tries, item.series) == (4, 3)
    invariants.check(world)


def test_only_the_named_images_are_retried_with_the_changes(folder: Path) -> None:
    world = World(folder, provider=failing(of(ErrorKind.REFUSED)), specs=[model(), model("scripted-2")])
    batch = world.submit({"prompt": "bad", "variants": 3})
    world.run()
    first, second, third = world.items(batch)
    changes = {"prompt": "better", "model": "scripted-2", "aspect_ratio": "16:9", "size": "512", "seed": 5}
    retried(world, batch, items=[second.id], changes=changes)
    left, changed, right = world.items(batch)
    assert (left, right) == (first, third)
    told = (changed.prompt, changed.model, changed.aspect_ratio, changed.size, changed.row, changed.variant)
    assert told == ("better", "scripted-2", "16:9", "512", 0, 2)
    assert changed.status is ItemStatus.SUCCEEDED
    assert changed.recipe != second.recipe
    assert [attempt.model for attempt in changed.attempts] == ["scripted-1", "scripted-2"]
    invariants.check(world)


def test_failed_images_are_retried_with_other_references(folder: Path) -> None:
    world = World(folder, provider=failing(of(ErrorKind.REFUSED), None))
    batch = world.submit({"prompt": "bad"})
    world.run()
    before = world.items(batch)[0]
    world.files.put("orgs/x/references/r.png", picture("1:1"), media_type="image/png", metadata={})
    reference = Reference(
        id=compose("ref", bytes(16)),
        filename="r.png",
        status=ReferenceStatus.READY,
        media_type="image/png",
        bytes=90,
        upload="orgs/x/uploads/r.png",
        object="orgs/x/references/r.png",
        sha256="ab" * 32,
        created_at=world.clock.now(),
        created_by="mem_a",
    )
    world.store.commit([Create(paths.reference(ORG, reference.id), reference.written())])
    with pytest.raises(Invalid) as caught:
        retried(world, batch, changes={"references": [reference.id, "ref_nowhere"]})
    assert [error.pointer for error in caught.value.errors] == ["/changes/references/1"]
    changes = {"references": [reference.id], "reference_mode": "style_and_composition"}
    retried(world, batch, changes=changes)
    after = world.items(batch)[0]
    assert (after.status, [one.id for one in after.references]) == (ItemStatus.SUCCEEDED, [reference.id])
    assert after.reference_mode is ReferenceMode.STYLE_AND_COMPOSITION
    assert after.recipe == hash_of(after) != before.recipe
    invariants.check(world)


def test_what_cannot_be_retried_is_told(folder: Path) -> None:
    world = World(folder, provider=failing(of(ErrorKind.REFUSED)))
    batch = world.submit({"prompt": "bad"}, {"prompt": "good"})
    world.run()
    bad, good = world.items(batch)
    before = world.batch(batch)
    with pytest.raises(Invalid) as caught:
        retried(world, batch, items=[bad.id, good.id, "itm_nowhere"])
    assert [error.pointer for error in caught.value.errors] == ["/items/1", "/items/2"]
    with pytest.raises(Invalid) as caught:
        retried(world, batch, changes={"model": "nope"})
    assert [error.pointer for error in caught.value.errors] == ["/changes/model"]
    with pytest.raises(Invalid) as caught:
        retried(world, batch, changes={"aspect_ratio": "3:1", "size": "4K"})
    assert {error.pointer for error in caught.value.errors} == {"/changes/aspect_ratio", "/changes/size"}
    with pytest.raises(NotFound):
        retried(world, "bat_nowhere")
    assert world.batch(batch) == before
    retried(world, batch, changes={"prompt": "now good"})
    with pytest.raises(Conflict, match="nothing to retry"):
        retried(world, batch)
    invariants.check(world)


def test_failed_images_are_retried_while_others_are_made(folder: Path) -> None:
    provider = failing(of(ErrorKind.REFUSED), None)
    world = World(folder, provider=provider, specs=[model(concurrency=1, rate_per_second=1.0)])
    batch = world.submit({"prompt": "bad"}, {"prompt": "good", "variants": 9})
    world.run(until=lambda: world.batch(batch).progress.failed == 1)
    world.engine.controls.retry(world.caller, batch, BatchRetry())
    with pytest.raises(Conflict, match="being prepared"):
        world.engine.controls.retry(world.caller, batch, BatchRetry())
    world.engine.steps.advance(world.caller.org, batch)
    assert world.batch(batch).retry is None
    assert world.items(batch)[0].status is ItemStatus.PENDING
    world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    assert len(provider.requests) == 11
    invariants.check(world)


def test_a_cancelled_batch_may_have_its_failures_retried(folder: Path) -> None:
    world = World(
        folder, provider=failing(of(ErrorKind.REFUSED), None), specs=[model(concurrency=1, rate_per_second=1.0)]
    )
    batch = world.submit({"prompt": "bad"}, {"prompt": "good", "variants": 5})
    world.run(until=lambda: world.batch(batch).progress.failed == 1)
    world.engine.controls.cancel(world.caller, batch)
    world.run()
    assert world.batch(batch).status is BatchStatus.CANCELLED
    cancelled = [item for item in world.items(batch) if item.status is ItemStatus.CANCELLED]
    retried(world, batch)
    assert world.items(batch)[0].status is ItemStatus.SUCCEEDED
    assert [item for item in world.items(batch) if item.status is ItemStatus.CANCELLED] == cancelled
    assert world.batch(batch).status is BatchStatus.COMPLETED_WITH_FAILURES
    invariants.check(world)


def test_a_retry_is_carried_out_once_whoever_crashes(folder: Path) -> None:
    world = World(folder, provider=failing(of(ErrorKind.REFUSED), None))
    batch = world.submit({"prompt": "bad", "variants": 3})
    world.run()
    world.engine.controls.retry(world.caller, batch, BatchRetry())
    world.restart()
    step = world.due()[0]
    world.deliver(step)
    world.deliver(step)
    world.run()
    assert [len(item.attempts) for item in world.items(batch)] == [2, 2, 2]
    invariants.check(world)


def test_a_retry_by_hand_waits_for_room_from_the_beginning(folder: Path) -> None:
    rules = EngineRules(retry=RetryRules(max_age=timedelta(minutes=20)))
    world = World(folder, provider=failing(of(ErrorKind.BUSY)), rules=rules)
    batch = world.submit({"prompt": "bad"})
    world.run()
    assert world.items(batch)[0].status is ItemStatus.FAILED
    world.engine.controls.retry(world.caller, batch, BatchRetry())
    world.run(until=lambda: world.items(batch)[0].not_before is not None)
    item = world.items(batch)[0]
    assert item.not_before is not None
    assert (item.not_before - world.clock.now()).total_seconds() <= 2.5
    assert [attempt.count for attempt in item.attempts[1:]] == [1]
    world.run()
    invariants.check(world)
