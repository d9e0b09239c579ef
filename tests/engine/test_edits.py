"""Images that wait are changed: whoever makes them sees the new text, and nothing of the old one is bought afterwards."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.domain.errors import BudgetExceeded, Conflict, ErrorKind, Forbidden, Invalid, NotFound
from shared.domain.ids import compose
from shared.domain.image_models import ImageModelSpec
from shared.domain.item_changes import ItemUpdate
from shared.domain.items import Item
from shared.domain.modes import BatchStatus, ItemStatus, Role
from shared.domain.money import LedgerKind
from shared.domain.recipes import hash_of
from shared.domain.references import ReferenceStatus
from shared.domain.uploads import ReferenceCreate
from shared.ports.documents import Set
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.repositories import paths
from tests.engine import invariants
from tests.engine.faults import FaultyWorld
from tests.engine.letters import ADMIN, library
from tests.engine.scripted import PRICE, ScriptedProvider, failing, made, model, of
from tests.engine.worlds import ORG, World

SLOW = model(concurrency=1, rate_per_second=1.0)


def edit(world: World, batch: str, item: Item, *, revision: int | None = None, **fields: Any) -> Item:
    update = ItemUpdate.model_validate(fields)
    return world.engine.edits.edit(world.caller, batch, item.id, update, revision=revision)


def planned(folder: Path, *rows: dict[str, Any], **settings: Any) -> tuple[FaultyWorld, str]:
    """A world with a batch whose first images are dispatched, and none begun."""
    world = FaultyWorld(folder, **settings)
    batch = world.submit(*(rows or ({"prompt": "a cup"}, {"prompt": "a bowl"})))
    world.steps()
    return world, batch


def asked(world: FaultyWorld) -> list[str]:
    return [request.prompt for request in world.scripted.requests]


def test_an_image_that_waits_is_made_as_it_was_changed(folder: Path) -> None:
    world, batch = planned(folder, specs=[model(), model("scripted-2", price_micros=3 * PRICE)])
    before = world.items(batch)[1]
    changed = edit(
        world,
        batch,
        before,
        prompt="a vase",
        model="scripted-2",
        aspect_ratio="16:9",
        size="512",
        seed=5,
        tags=["new", "new"],
        metadata={"sku": "W-9"},
    )
    assert (changed.prompt, changed.model, changed.provider) == ("a vase", "scripted-2", "scripted")
    assert (changed.aspect_ratio, changed.size, changed.seed) == ("16:9", "512", 5)
    assert (changed.tags, changed.metadata) == (["new"], {"sku": "W-9"})
    assert changed.recipe == hash_of(changed) != before.recipe
    assert world.batch(batch).models == ["scripted-1", "scripted-2"]
    assert world.batch(batch).cost.estimated_micros == 4 * PRICE
    world.run()
    assert sorted(asked(world)) == ["a cup", "a vase"]
    done = world.items(batch)[1]
    assert (done.status, done.cost_micros, done.duplicate_purchases) == (ItemStatus.SUCCEEDED, 3 * PRICE, 0)
    invariants.check(world)


def test_a_task_that_was_on_its_way_is_void_and_its_money_is_held_anew(folder: Path) -> None:
    world, batch = planned(folder, specs=[model(), model("scripted-2", price_micros=3 * PRICE)])
    before = world.items(batch)[1]
    assert (before.in_flight, before.held_micros) == (True, PRICE)
    old = [delivery for delivery in world.images() if delivery.payload["item"] == before.id]
    edit(world, batch, before, model="scripted-2")
    after = world.items(batch)[1]
    assert (after.in_flight, after.held_micros, after.due_at) == (False, 0, before.place_at)
    world.deliver(old[0])
    assert world.scripted.requests == []
    world.steps()
    again = world.items(batch)[1]
    assert (again.in_flight, again.held_micros, again.dispatch) == (True, 3 * PRICE, before.dispatch + 1)
    # Any task of the attempt will do once the item is in flight again; the other one is dropped.
    world.deliver(old[0])
    world.run()
    assert [request.model for request in world.scripted.requests if request.prompt == "a bowl"] == ["scripted-2"]
    invariants.check(world)


def test_a_seed_may_be_given_and_taken_away(folder: Path) -> None:
    world, batch = planned(folder)
    item = world.items(batch)[0]
    assert edit(world, batch, item, seed=7).seed == 7
    assert edit(world, batch, item, seed=None).seed is None


def test_what_changes_nothing_writes_nothing(folder: Path) -> None:
    world, batch = planned(folder)
    before = world.items(batch)[0]
    edit(world, batch, before, prompt="a cup")
    edit(world, batch, before)
    assert world.items(batch)[0] == before


def test_every_wrong_field_is_named(folder: Path) -> None:
    world, batch = planned(folder)
    before = world.items(batch)[0]
    with pytest.raises(Invalid) as caught:
        edit(world, batch, before, prompt="a {{thing}}", aspect_ratio="3:1", size="4K", references=["ref_a"])
    told = [error.pointer for error in caught.value.errors]
    assert told == ["/references/0", "/prompt", "/aspect_ratio", "/size"]
    with pytest.raises(Invalid) as caught:
        edit(world, batch, before, model="nope")
    assert [error.pointer for error in caught.value.errors] == ["/model"]
    assert world.items(batch)[0] == before


def test_a_model_that_cannot_do_what_is_asked_already_is_told_at_the_model(folder: Path) -> None:
    world, batch = planned(folder, {"prompt": "a cup", "aspect_ratio": "16:9"}, specs=[model(), _squares("scripted-2")])
    with pytest.raises(Invalid) as caught:
        edit(world, batch, world.items(batch)[0], model="scripted-2")
    assert [error.pointer for error in caught.value.errors] == ["/model"]
    assert edit(world, batch, world.items(batch)[0], model="scripted-2", aspect_ratio="1:1").model == "scripted-2"


def _squares(name: str) -> ImageModelSpec:
    return replace(model(name), aspect_ratios=("1:1",))


def test_a_revision_that_is_not_the_last_is_refused(folder: Path) -> None:
    world, batch = planned(folder)
    item = world.items(batch)[0]
    edit(world, batch, item, revision=item.revision, prompt="a vase")
    with pytest.raises(Conflict, match="changed meanwhile") as caught:
        edit(world, batch, item, revision=item.revision, prompt="a lamp")
    assert caught.value.code == "changed-meanwhile"
    assert world.items(batch)[0].prompt == "a vase"


def test_only_what_waits_is_changed(folder: Path) -> None:
    world = World(folder, provider=failing(of(ErrorKind.REFUSED), None))
    batch = world.submit({"prompt": "bad"}, {"prompt": "good"})
    world.engine.controls.pause(world.caller, batch)
    world.steps()
    codes: list[str] = []

    def answer(request: ImageRequest, _turn: int) -> GeneratedImage:
        if request.prompt == "good":
            codes.append(_refused(world, batch, world.items(batch)[1]))
        elif not codes:
            refusal = of(ErrorKind.REFUSED)
            raise refusal()
        return made(request)

    provider = world.provider
    assert isinstance(provider, ScriptedProvider)
    provider._answer = answer
    world.engine.controls.resume(world.caller, batch)
    world.run(until=lambda: world.items(batch)[0].status is ItemStatus.FAILED)
    codes.append(_refused(world, batch, world.items(batch)[0]))
    world.run()
    codes.append(_refused(world, batch, world.items(batch)[1]))
    assert sorted(codes) == sorted(["item-failed", "item-running", "batch-finished"])


def _refused(world: World, batch: str, item: Item) -> str:
    with pytest.raises(Conflict) as caught:
        edit(world, batch, item, prompt="other")
    return caught.value.code


def test_strangers_viewers_and_unknown_items_are_refused(folder: Path) -> None:
    world, batch = planned(folder)
    item = world.items(batch)[0]
    viewer = type(ADMIN)(org=ADMIN.org, id="key_v", member="mem_v", role=Role.VIEWER)
    with pytest.raises(Forbidden):
        world.engine.edits.edit(viewer, batch, item.id, ItemUpdate(prompt="other"))
    for name in (compose("itm", bytes(16)), "itm_x", "../secrets"):
        with pytest.raises(NotFound):
            world.engine.edits.edit(world.caller, batch, name, ItemUpdate(prompt="other"))
    with pytest.raises(NotFound):
        world.engine.edits.edit(world.caller, compose("bat", bytes(16)), item.id, ItemUpdate(prompt="other"))


def test_an_image_that_is_not_planned_yet_says_so(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup"})
    unplanned = compose("itm", bytes(16))
    with pytest.raises(Conflict) as caught:
        world.engine.edits.edit(world.caller, batch, unplanned, ItemUpdate(prompt="other"))
    assert caught.value.code == "being-planned"
    later = world.submit({"prompt": "a cup"}, start_at=world.clock.now() + timedelta(days=1))
    with pytest.raises(Conflict) as caught:
        world.engine.edits.edit(world.caller, later, unplanned, ItemUpdate(prompt="other"))
    assert caught.value.code == "batch-scheduled"


def test_an_image_that_the_budget_cannot_pay_is_not_wished_for(folder: Path) -> None:
    world = FaultyWorld(folder, specs=[SLOW, model("scripted-2", price_micros=50 * PRICE)])
    batch = world.submit({"prompt": "a cup"}, {"prompt": "a bowl"}, budget_micros=2 * PRICE)
    world.steps()
    with pytest.raises(BudgetExceeded, match=r"up to \$0\.0500"):
        edit(world, batch, world.items(batch)[1], model="scripted-2")
    world.run()
    invariants.check(world)


def test_an_edit_and_a_claim_at_once_end_as_one_after_the_other(folder: Path) -> None:
    """The worker has read the old text and is about to claim: its claim is refused, and the next one sees the new text."""
    world, batch = planned(folder, {"prompt": "a cup"})
    item = world.items(batch)[0]
    done: list[str] = []

    def overtake(name: str) -> None:
        if name == "documents.commit" and not done:
            done.append(name)
            edit(world, batch, item, prompt="a vase")

    world.faults.before = overtake
    world.deliver(world.images()[0])
    assert asked(world) == []
    world.run()
    assert asked(world) == ["a vase"]
    invariants.check(world)


def test_an_edit_that_a_claim_overtook_is_refused(folder: Path) -> None:
    world, batch = planned(folder, {"prompt": "a cup"})
    item, claims = world.items(batch)[0], world.images()

    def overtake(name: str) -> None:
        if name == "documents.commit":
            world.faults.before = lambda _: None
            world.deliver(claims[0])

    world.faults.before = overtake
    with pytest.raises(Conflict) as caught:
        edit(world, batch, item, prompt="a vase")
    assert caught.value.code == "item-finished"
    world.run()
    assert asked(world) == ["a cup"]
    invariants.check(world)


def test_an_edit_that_a_cancel_overtook_is_refused(folder: Path) -> None:
    world, batch = planned(folder)
    item = world.items(batch)[0]

    def overtake(name: str) -> None:
        if name == "documents.commit":
            world.faults.before = lambda _: None
            world.engine.controls.cancel(world.caller, batch)

    world.faults.before = overtake
    assert _refused(world, batch, item) == "batch-cancelling"
    world.run()
    assert asked(world) == []
    invariants.check(world)


def test_of_two_edits_at_once_with_a_revision_one_is_refused(folder: Path) -> None:
    world, batch = planned(folder)
    item = world.items(batch)[0]

    def overtake(name: str) -> None:
        if name == "documents.commit":
            world.faults.before = lambda _: None
            edit(world, batch, item, revision=item.revision, prompt="a vase")

    world.faults.before = overtake
    with pytest.raises(Conflict, match="changed meanwhile"):
        edit(world, batch, item, revision=item.revision, prompt="a lamp")
    assert world.items(batch)[0].prompt == "a vase"


def test_a_paused_batch_may_be_edited(folder: Path) -> None:
    world, batch = planned(folder)
    world.engine.controls.pause(world.caller, batch)
    world.run(until=lambda: world.batch(batch).status is BatchStatus.PAUSED)
    edit(world, batch, world.items(batch)[0], prompt="a vase")
    world.engine.controls.resume(world.caller, batch)
    world.run()
    assert sorted(asked(world)) == ["a bowl", "a vase"]
    invariants.check(world)


def test_what_a_late_worker_bought_before_the_edit_is_paid_and_not_shown(folder: Path) -> None:
    world, batch = planned(folder, {"prompt": "a cup"})

    def slow(request: ImageRequest, turn: int) -> GeneratedImage:
        if request.prompt == "a cup":
            world.clock.advance(200)
            world.engine.steps.advance(world.caller.org, batch)
            edit(world, batch, world.items(batch)[0], prompt="a vase", model="scripted-1")
        return made(request)

    world.scripted._answer = slow
    world.deliver(world.images()[0])
    waiting = world.items(batch)[0]
    assert (waiting.status, waiting.prompt) == (ItemStatus.PENDING, "a vase")
    world.run()
    item = world.items(batch)[0]
    assert (item.status, item.cost_micros, item.duplicate_purchases) == (ItemStatus.SUCCEEDED, 2 * PRICE, 1)
    assert asked(world) == ["a cup", "a vase"]
    assert sorted(entry.kind for entry in world.ledger()) == [LedgerKind.CHARGE, LedgerKind.DUPLICATE]
    invariants.check(world)


def test_a_retried_image_is_edited_before_its_next_try_and_keeps_its_time(folder: Path) -> None:
    world = FaultyWorld(folder, provider=failing(of(ErrorKind.UNAVAILABLE, retry_after_seconds=30.0), None))
    batch = world.submit({"prompt": "bad"})
    world.steps()
    world.run(until=lambda: world.items(batch)[0].not_before is not None)
    waits = world.items(batch)[0]
    changed = edit(world, batch, waits, prompt="good")
    assert (changed.due_at, changed.not_before) == (waits.not_before, waits.not_before)
    world.run()
    done = world.items(batch)[0]
    assert [attempt.number for attempt in done.attempts] == [1, 2]
    assert waits.not_before is not None
    assert done.attempts[1].started_at >= waits.not_before
    assert asked(world) == ["bad", "good"]
    invariants.check(world)


def test_references_must_be_there_and_ready(folder: Path) -> None:
    world, batch = planned(folder)
    services = library(world)
    body = ReferenceCreate(filename="a.png", media_type="image/png", bytes=90)
    reference, _ = services.references.create(world.caller, body, idempotency_key=None, fingerprint="")
    with pytest.raises(Invalid) as caught:
        edit(world, batch, world.items(batch)[0], references=[reference.id, compose("ref", bytes(16))])
    told = [(error.pointer, error.detail.partition(":")[0]) for error in caught.value.errors]
    assert [pointer for pointer, _ in told] == ["/references/0", "/references/1"]
    assert "cannot be used" in told[0][1]
    ready = reference.model_copy(
        update={"status": ReferenceStatus.READY, "object": "orgs/x/references/r", "sha256": "ab" * 32}
    )
    world.store.commit([Set(paths.reference(ORG, reference.id), ready.written())])
    before = world.items(batch)[0]
    after = edit(world, batch, before, references=[reference.id], reference_mode="style_and_composition")
    assert [(one.id, one.sha256) for one in after.references] == [(reference.id, "ab" * 32)]
    assert after.recipe != before.recipe
    assert edit(world, batch, after, references=[]).references == []
