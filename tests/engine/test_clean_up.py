"""Cleaning up: what has had its time goes, what somebody may still want stays, and a run may be stopped anywhere."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.domain.errors import NotFound, Unavailable
from shared.domain.references import ReferenceStatus
from shared.domain.webhooks import WebhookDelivery
from shared.ports.documents import Create, Query, Update
from shared.repositories import paths
from shared.services.leftovers import PAGE, CommitNotes
from shared.services.rounds import Time
from tests.engine.faults import Crash, FaultyWorld
from tests.engine.leftovers import (
    DAY,
    LIMITED,
    LONG,
    ROW,
    assets,
    clean,
    documents,
    holding,
    mark_deleted,
    objects,
    png,
    put,
    reference,
    references,
    world_of,
)
from tests.engine.worlds import ORG, World


def test_what_creates_answered_is_kept_a_week(folder: Path) -> None:
    world = world_of(folder)
    world.submit(ROW, key="one")
    world.clock.advance(7 * DAY - 1)
    clean(world)
    assert len(documents(world, "idempotency")) == 1
    world.clock.advance(1)
    assert clean(world) == 1
    assert documents(world, "idempotency") == []
    world.close()


def test_notes_of_commits_go_when_they_have_ended_some_at_a_run(folder: Path) -> None:
    world = world_of(folder)
    now = world.clock.now()
    notes = {f"note-{number:04}": now + timedelta(hours=number % 2) for number in range(3 * PAGE)}
    world.store.commit(
        [Create(paths.commit_note(name), {"expires_at": expires_at}) for name, expires_at in notes.items()]
    )
    step = CommitNotes(world.store, world.clock)
    counts = [step.run(Time(world.clock, LONG), PAGE) for _ in range(3)]
    assert counts == [PAGE // 2] * 3
    assert len(documents(world, "commit_notes")) == 3 * PAGE // 2
    world.clock.advance(3600)
    assert clean(world) + clean(world) == 3 * PAGE // 2
    assert documents(world, "commit_notes") == []
    world.close()


def test_what_was_sent_to_a_webhook_is_kept_a_month_from_its_last_delivery(folder: Path) -> None:
    world = world_of(folder)
    now = world.clock.now()
    lasts = {"dlv_once": timedelta(days=30), "dlv_again": timedelta(days=35)}
    for name, kept in lasts.items():
        delivery = WebhookDelivery(
            id=name, webhook="whk_a", event="evt", event_name="Made", body="{}", created_at=now, expires_at=now + kept
        )
        world.store.commit([Create(paths.webhook_delivery(ORG, "whk_a", name), delivery.written())])
    world.clock.advance(30 * DAY)
    assert clean(world) == 1
    assert [document.id for document in documents(world, "deliveries")] == ["dlv_again"]
    world.clock.advance(5 * DAY)
    assert clean(world) == 1
    world.close()


def test_an_upload_that_never_came_or_was_never_completed_goes_after_a_day(folder: Path) -> None:
    world = world_of(folder)
    waiting, ready, refused = (reference(world, status) for status in ReferenceStatus)
    stray = paths.upload_object(ORG, world.ids.new("ref"))
    # As a judgement leaves them whose reference was deleted meanwhile.
    half = [paths.reference_object(ORG, waiting.id), paths.reference_thumbnail_object(ORG, waiting.id)]
    put(world, stray, *half)
    world.clock.advance(1)
    younger = reference(world)
    world.clock.advance(DAY - 1)
    clean(world)
    assert {document.id for document in documents(world, "references")} == {ready.id, refused.id, younger.id}
    assert objects(world, paths.uploads(ORG)) == [younger.upload]
    assert {ready.object, ready.thumbnail} <= set(objects(world))
    assert not set(half) & set(objects(world))
    world.close()


@pytest.mark.parametrize("call", ["documents.commit", "objects.delete"])
def test_an_upload_that_is_judged_while_it_is_cleaned_up_keeps_its_picture_or_is_gone(folder: Path, call: str) -> None:
    world = world_of(folder)
    late = reference(world)
    world.files.delete(late.upload)
    world.files.put(late.upload, png(), media_type="image/png")
    world.clock.advance(DAY)
    judge = references(world)

    def meanwhile(name: str) -> None:
        if name == call:
            world.faults.before = lambda _: None
            with suppress(NotFound):
                judge.judge(ORG, late.id)

    world.faults.before = meanwhile
    clean(world)
    left = world.store.get(paths.reference(ORG, late.id))
    if left is None:
        assert call == "objects.delete"
    else:
        assert left.data["status"] == ReferenceStatus.READY.value
        assert {left.data["object"], left.data["thumbnail"]} <= set(objects(world))
    world.close()


def test_rows_of_no_batch_go_after_a_day_and_exports_after_a_week(folder: Path) -> None:
    world = world_of(folder)
    batch = world.submit(ROW)
    odd = [f"orgs/{ORG}/batches/{batch}/notes.txt", f"orgs/{ORG}/batches/odd/rows.jsonl.gz"]
    lost = [paths.rows_object(ORG, world.ids.new("bat")) for _ in range(3)]
    old, young = f"{paths.exports(ORG)}a.zip", f"{paths.exports(ORG)}b.zip"
    put(world, *odd, *lost, old)
    world.clock.advance(1)
    younger = paths.rows_object(ORG, world.ids.new("bat"))
    put(world, younger, young)
    world.clock.advance(DAY - 1)
    clean(world)
    kept = {paths.rows_object(ORG, batch), *odd}
    assert set(objects(world)) == {*kept, younger, old, young}
    world.clock.advance(6 * DAY)
    clean(world)
    assert set(objects(world)) == {*kept, young}
    world.close()


def test_a_deleted_batch_goes_after_a_month_with_all_of_its_own_and_its_images_stay(folder: Path) -> None:
    world = world_of(folder)
    batch, other = world.submit(ROW | {"variants": 3}), world.submit(ROW)
    world.run()
    mark_deleted(world, paths.batch(ORG, batch))
    world.clock.advance(30 * DAY - 1)
    clean(world)
    assert len(world.items(batch)) == 3
    world.clock.advance(1)
    assert clean(world) == 1
    assert world.store.query(Query(paths.items(ORG, batch))) == []
    gone = (paths.batch(ORG, batch), paths.step_control(ORG, batch), paths.reservation(ORG, batch))
    assert world.store.get_many(gone) == {}
    assert world.files.find(paths.rows_object(ORG, batch)) is None
    assert len(world.items(other)) == 1
    assert world.files.find(paths.rows_object(ORG, other)) is not None
    kept = assets(world)
    assert len(kept) == 4
    assert {asset.objects.original for asset in kept} <= set(objects(world))
    (entry,) = documents(world, "audit")
    assert (entry.data["action"], entry.data["subject"], entry.data["caller"]) == ("batch.purged", batch, "clean_up")
    world.close()


def test_a_deleted_image_goes_after_a_month_and_its_objects_with_the_last_image_that_stands_on_them(
    folder: Path,
) -> None:
    world = world_of(folder)
    world.submit(ROW, reuse=True)
    world.run()
    world.submit(ROW, reuse=True)
    world.run()
    first, second = sorted(assets(world), key=lambda asset: asset.reused)
    assert (first.objects, first.reused, second.reused) == (second.objects, False, True)
    names = {first.objects.original, first.objects.optimised, first.objects.thumbnail}
    mark_deleted(world, paths.asset(ORG, first.id))
    world.clock.advance(30 * DAY)
    assert clean(world) == 1
    assert [asset.id for asset in assets(world)] == [second.id]
    assert names <= set(objects(world))
    mark_deleted(world, paths.asset(ORG, second.id))
    world.clock.advance(30 * DAY)
    assert clean(world) == 1
    assert assets(world) == []
    assert not names & set(objects(world))
    assert {entry.data["action"] for entry in documents(world, "audit")} == {"asset.purged"}
    world.close()


def test_equal_images_that_do_not_share_their_objects_do_not_keep_each_others(folder: Path) -> None:
    world = world_of(folder)
    for _ in range(2):
        world.submit(ROW)
    world.run()
    first, second = assets(world)
    assert first.recipe_hash == second.recipe_hash
    mark_deleted(world, paths.asset(ORG, first.id))
    world.clock.advance(30 * DAY)
    clean(world)
    assert first.objects.original not in objects(world)
    assert second.objects.original in objects(world)
    world.close()


def test_a_deleted_reference_goes_after_a_month_with_its_pictures(folder: Path) -> None:
    world = world_of(folder)
    gone, kept = reference(world, ReferenceStatus.READY), reference(world, ReferenceStatus.READY)
    mark_deleted(world, paths.reference(ORG, gone.id))
    world.clock.advance(30 * DAY)
    assert clean(world) == 1
    assert [document.id for document in documents(world, "references")] == [kept.id]
    assert set(objects(world)) == {kept.object, kept.thumbnail}
    world.close()


def filled(folder: Path) -> FaultyWorld:
    """A world with something of every kind to be cleaned up, a month old."""
    world = world_of(folder, rules=LIMITED)
    batch, other = world.submit(ROW | {"variants": 2}, key="k", reuse=True), world.submit(ROW)
    world.run()
    holding(world, other, 500)
    for path in [paths.batch(ORG, batch), *(paths.asset(ORG, asset.id) for asset in assets(world)[:2])]:
        mark_deleted(world, path)
    mark_deleted(world, paths.reference(ORG, reference(world, ReferenceStatus.READY).id))
    reference(world)
    reference(world, ReferenceStatus.REFUSED)
    put(world, paths.rows_object(ORG, world.ids.new("bat")), f"{paths.exports(ORG)}a.zip")
    world.store.commit([Create(paths.commit_note("a"), {"expires_at": world.clock.now()})])
    world.clock.advance(31 * DAY)
    return world


def remains(world: World) -> tuple[list[str], list[str], int, object]:
    """What is left: documents but for the audit's, whose ids are random, objects, acts, money."""
    names = (
        "batches",
        "items",
        "control",
        "assets",
        "references",
        "reservations",
        "idempotency",
        "commit_notes",
        "ledger",
    )
    kept = [document.path for document in documents(world, *names)]
    budget = world.budget()
    return kept, objects(world), len(documents(world, "audit")), (budget.reserved_micros, budget.spent_micros)


def stops(work: Callable[[], object]) -> bool:
    try:
        work()
    except Crash:
        return True
    return False


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_that_is_stopped_at_any_call_is_finished_by_the_next(folder: Path, after: bool) -> None:
    def at(position: int) -> FaultyWorld:
        inner = folder / str(position)
        inner.mkdir()
        return filled(inner)

    whole = at(-1)
    assert clean(whole) > 5
    wanted: Sequence[Any] = remains(whole)
    assert wanted[2] == 4
    whole.close()
    position, was_stopped = 0, True
    while was_stopped:
        world = at(position)
        world.faults.crash(position, after=after)
        was_stopped = stops(lambda world=world: clean(world))  # type: ignore[misc]
        world.faults.disarm()
        if was_stopped:
            world.restart()
            clean(world)
        assert remains(world) == wanted, f"stopped at call {position}"
        world.close()
        position += 1
    assert position > 15


def test_a_run_that_is_out_of_time_goes_on_later(folder: Path) -> None:
    for name in ("whole", "slow"):
        (folder / name).mkdir()
    whole, world = filled(folder / "whole"), filled(folder / "slow")
    clean(whole)
    world.faults.after = lambda _: world.clock.advance(1)
    runs = 0
    while remains(world) != remains(whole):
        world.jobs.clean_up.run(seconds=4)
        runs += 1
        assert runs < 30
    assert runs > 2
    world.close()
    whole.close()


def test_what_is_damaged_stays_and_holds_up_nothing(folder: Path) -> None:
    world = world_of(folder)
    for key in ("one", "two"):
        world.submit(ROW, key=key)
    damaged, _ = documents(world, "idempotency")
    world.store.commit([Update(damaged.path, {"expires_at": "soon"})])
    world.clock.advance(7 * DAY)
    assert clean(world) == 1
    assert [document.path for document in documents(world, "idempotency")] == [damaged.path]
    world.close()


def test_one_kinds_trouble_does_not_stop_the_others(folder: Path) -> None:
    world = filled(folder)

    def fail(call: str) -> None:
        if call == "objects.delete":
            raise Unavailable("The object store is away.")

    world.faults.before = fail
    with pytest.raises(Unavailable):
        clean(world)
    assert documents(world, "idempotency", "commit_notes") == []
    assert world.budget().reserved_micros == 0
    world.faults.before = lambda _: None
    clean(world)
    assert documents(world, "items") != []
    assert {document.data["status"] for document in documents(world, "references")} == {"refused"}
    world.close()
