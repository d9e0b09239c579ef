"""Batches change lanes, images change places: none is lost, doubled, or begun before its time."""

from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from shared.domain.errors import Conflict, ErrorKind, Forbidden, Invalid, NotFound
from shared.domain.ids import compose
from shared.domain.item_changes import ItemsMoved
from shared.domain.items import Item
from shared.domain.modes import BatchStatus, ItemStatus, Priority, Role
from shared.ports.documents import Update
from shared.repositories import paths
from tests.engine import invariants
from tests.engine.faults import Crash, FaultyWorld
from tests.engine.letters import ADMIN
from tests.engine.scripted import failing, model, of
from tests.engine.worlds import ORG, World

# A few are dispatched, and all others wait in line.
SLOW = model(concurrency=1, rate_per_second=100.0)


def lined(folder: Path, count: int = 12, **settings: Any) -> tuple[FaultyWorld, str]:
    """A world with a batch whose images wait in line, but for the first few, which are on their way."""
    world = FaultyWorld(folder, specs=[SLOW], **settings)
    batch = world.submit(*({"prompt": f"{number}"} for number in range(count)))
    world.steps()
    return world, batch


def line(world: World, batch: str) -> list[Item]:
    """What waits, in its order."""
    waiting = [one for one in world.items(batch) if one.status is ItemStatus.PENDING and not one.in_flight]
    return sorted(waiting, key=lambda one: one.due_at or world.clock.now())


def numbers(items: list[Item]) -> list[int]:
    return [item.index for item in items]


def ids(world: World, batch: str, *wanted: int) -> list[str]:
    items = world.items(batch)
    return [items[number].id for number in wanted]


def promote(world: World, batch: str, *wanted: int) -> ItemsMoved:
    return world.engine.item_orders.promote(world.caller, batch, ids(world, batch, *wanted))


def reorder(world: World, batch: str, *wanted: int, before: int | None = None, after: int | None = None) -> ItemsMoved:
    left = None if before is None else ids(world, batch, before)[0]
    right = None if after is None else ids(world, batch, after)[0]
    return world.engine.item_orders.reorder(world.caller, batch, ids(world, batch, *wanted), before=left, after=right)


def lanes(world: World) -> set[str]:
    return {delivery.queue for delivery in world.images()}


def test_promoted_images_are_made_first_in_the_order_that_was_given(folder: Path) -> None:
    world, batch = lined(folder)
    first = numbers(line(world, batch))[0]
    assert promote(world, batch, 9, 7) == ItemsMoved(moved=2)
    assert numbers(line(world, batch))[:3] == [9, 7, first]
    world.run()
    made = [int(request.prompt) for request in world.scripted.requests]
    assert made.index(9) < made.index(7) < made.index(first)
    assert sorted(made) == list(range(12))
    invariants.check(world)


def test_hundreds_of_promotes_leave_room_for_more(folder: Path) -> None:
    world, batch = lined(folder, 6)
    for turn in range(300):
        promote(world, batch, 4 + turn % 2)
    assert numbers(line(world, batch))[:2] == [5, 4]
    assert all(item.due_at is not None and item.due_at < world.clock.now() for item in line(world, batch))
    world.run()
    invariants.check(world)


def test_what_is_on_its_way_running_or_done_keeps_its_place(folder: Path) -> None:
    world, batch = lined(folder)
    assert world.items(batch)[0].in_flight
    moved = promote(world, batch, 0, 9)
    assert moved.moved == 1
    assert [(left.item, left.detail) for left in moved.left] == [(ids(world, batch, 0)[0], "It is on its way already.")]
    world.run(until=lambda: world.items(batch)[0].status is ItemStatus.SUCCEEDED)
    assert promote(world, batch, 0).left[0].detail == "It has succeeded already."
    world.run()


def test_a_backoff_is_never_cut_short(folder: Path) -> None:
    provider = failing(of(ErrorKind.UNAVAILABLE, retry_after_seconds=60.0), None, prompt="0")
    world, batch = lined(folder, provider=provider)
    world.run(until=lambda: world.items(batch)[0].not_before is not None)
    waits = world.items(batch)[0]
    moved = promote(world, batch, 0)
    assert (moved.moved, moved.left[0].detail[:26]) == (0, "It waits for its next try ")
    assert world.items(batch)[0] == waits
    with pytest.raises(Conflict) as caught:
        reorder(world, batch, 9, before=0)
    assert caught.value.code == "not-in-line"
    world.run()
    done = world.items(batch)[0]
    assert waits.not_before is not None
    assert done.attempts[1].started_at >= waits.not_before
    invariants.check(world)


def test_named_images_change_places_among_themselves(folder: Path) -> None:
    world, batch = lined(folder)
    before = numbers(line(world, batch))
    reorder(world, batch, 11, 9, 10)
    assert numbers(line(world, batch)) == [*before[:-3], 11, 9, 10]


@pytest.mark.parametrize("many", [1, 3])
def test_images_go_before_or_after_another_one(folder: Path, many: int) -> None:
    world, batch = lined(folder)
    first = numbers(line(world, batch))[0]
    wanted = [9, 11, 10][:many]
    reorder(world, batch, *wanted, before=first)
    assert numbers(line(world, batch))[: many + 1] == [*wanted, first]
    reorder(world, batch, *wanted, after=7)
    found = numbers(line(world, batch))
    assert found[found.index(7) + 1 :][:many] == wanted
    reorder(world, batch, *wanted, after=8)
    assert numbers(line(world, batch))[-many:] == wanted or 8 in found
    reorder(world, batch, first, after=numbers(line(world, batch))[-1])
    assert numbers(line(world, batch))[-1] == first
    world.run()
    assert sorted(int(request.prompt) for request in world.scripted.requests) == list(range(12))
    invariants.check(world)


def test_what_is_put_last_of_all_that_wait_keeps_its_own_order(folder: Path) -> None:
    world, batch = lined(folder, 6)
    waiting = numbers(line(world, batch))
    moved = world.engine.item_orders.make_last(world.caller, batch, ids(world, batch, *reversed(waiting)))
    assert moved == ItemsMoved(moved=len(waiting))
    assert numbers(line(world, batch)) == waiting[::-1]
    world.run()
    made = [int(request.prompt) for request in world.scripted.requests]
    assert made[-len(waiting) :] == waiting[::-1]
    invariants.check(world)


def test_any_order_of_moves_leaves_the_line_as_a_list_would_be(folder: Path) -> None:
    """Hundreds of moves to the same few places: where room runs out, neighbours make it."""
    world, batch = lined(folder, 30)
    expected, random = numbers(line(world, batch)), Random(7)
    for _ in range(300):
        some = random.sample(expected, random.randint(1, 4))
        anchor = random.choice([one for one in expected if one not in some])
        rest = [one for one in expected if one not in some]
        how = random.choice(["front", "before", "after", "after", "last"])
        if how == "front":
            promote(world, batch, *some)
            expected = some + rest
        else:
            if how == "last":
                world.engine.item_orders.make_last(world.caller, batch, ids(world, batch, *some))
                anchor = rest[-1]
            else:
                reorder(world, batch, *some, **{how: anchor})
            place = rest.index(anchor) + (how != "before")
            expected = rest[:place] + some + rest[place:]
        assert numbers(line(world, batch)) == expected
    assert all(item.due_at is not None and item.due_at <= world.clock.now() for item in line(world, batch))


def test_neighbours_make_room_where_there_is_none(folder: Path) -> None:
    world, batch = lined(folder, 30)
    for turn in range(40):
        reorder(world, batch, 20 + turn % 2, before=22 + turn % 2)
        reorder(world, batch, 22 + turn % 2, after=20 + turn % 2)
        places = [item.due_at for item in line(world, batch)]
        assert len(set(places)) == len(places)
    world.run()
    invariants.check(world)


def test_items_of_no_batch_and_wrong_neighbours_are_named(folder: Path) -> None:
    world, batch = lined(folder)
    (known,) = ids(world, batch, 9)
    stranger = compose("itm", bytes(16))
    services = world.engine.item_orders
    with pytest.raises(Invalid) as caught:
        services.promote(world.caller, batch, [known, stranger, "../x"])
    assert [error.pointer for error in caught.value.errors] == ["/items/1", "/items/2"]
    with pytest.raises(Invalid) as caught:
        services.reorder(world.caller, batch, [known], before=stranger)
    assert [error.pointer for error in caught.value.errors] == ["/before"]
    with pytest.raises(Invalid) as caught:
        services.reorder(world.caller, batch, [known], after=known)
    assert [error.pointer for error in caught.value.errors] == ["/after"]
    with pytest.raises(NotFound):
        services.promote(world.caller, compose("bat", bytes(16)), [known])
    viewer = type(ADMIN)(org=ORG, id="key_v", member="mem_v", role=Role.VIEWER)
    with pytest.raises(Forbidden):
        services.promote(viewer, batch, [known])
    with pytest.raises(Forbidden):
        world.engine.controls.promote(viewer, batch, Priority.HIGH)


def test_an_order_that_a_cancel_overtook_is_refused(folder: Path) -> None:
    world, batch = lined(folder)

    def overtake(name: str) -> None:
        if name == "documents.commit":
            world.faults.before = lambda _: None
            world.engine.controls.cancel(world.caller, batch)

    world.faults.before = overtake
    with pytest.raises(Conflict) as caught:
        promote(world, batch, 9)
    assert caught.value.code == "batch-cancelling"
    world.run()
    with pytest.raises(Conflict) as caught:
        promote(world, batch, 9)
    assert caught.value.code == "batch-finished"
    invariants.check(world)


def test_an_image_that_was_begun_at_that_moment_is_left(folder: Path) -> None:
    world, batch = lined(folder)
    taken = line(world, batch)[0].index

    def overtake(name: str) -> None:
        if name == "documents.commit":
            world.faults.before = lambda _: None
            world.clock.advance(5)
            world.deliver(world.images()[0])
            world.engine.steps.advance(ORG, batch)

    world.faults.before = overtake
    moved = promote(world, batch, taken, 9)
    assert world.items(batch)[taken].in_flight
    assert [left.item for left in moved.left] == ids(world, batch, taken)
    world.run()
    assert len(world.scripted.requests) == 12
    invariants.check(world)


def test_two_who_promote_at_once_are_seen_one_after_the_other(folder: Path) -> None:
    world, batch = lined(folder)

    def overtake(name: str) -> None:
        if name == "documents.commit":
            world.faults.before = lambda _: None
            promote(world, batch, 8, 9)

    world.faults.before = overtake
    promote(world, batch, 10, 11)
    assert numbers(line(world, batch))[:4] == [10, 11, 8, 9]


@pytest.mark.parametrize("priority", [Priority.HIGH, Priority.ECONOMY])
def test_a_batch_goes_on_in_another_lane_and_nothing_is_made_twice(folder: Path, priority: Priority) -> None:
    world, batch = lined(folder)
    old = world.images()
    assert lanes(world) == {"images-standard"}
    world.engine.controls.promote(world.caller, batch, priority)
    world.steps()
    assert world.batch(batch).priority is priority
    new = [delivery for delivery in world.images() if delivery.queue == f"images-{priority.value}"]
    assert {delivery.payload["item"] for delivery in old} <= {delivery.payload["item"] for delivery in new}
    assert numbers(line(world, batch))[0] == len(new)
    for delivery in old:
        world.deliver(delivery)
    world.run()
    assert len(world.scripted.requests) == 12
    assert all(item.duplicate_purchases == 0 for item in world.items(batch))
    invariants.check(world)


def test_a_step_that_had_begun_in_the_old_lane_does_not_leave_images_there(folder: Path) -> None:
    """The lane changes after the step has read the batch: what it still sends into the old lane is taken back by the next."""
    world = FaultyWorld(folder, specs=[SLOW])
    batch = world.submit(*({"prompt": f"{number}"} for number in range(6)))

    def overtake(name: str) -> None:
        if name == "documents.aggregate":
            world.faults.read = lambda _: None
            world.engine.controls.promote(world.caller, batch, Priority.HIGH)

    world.faults.read = overtake
    world.engine.steps.advance(ORG, batch)
    assert lanes(world) == {"images-standard"}
    sent = {item.id for item in world.items(batch) if item.in_flight}
    world.steps()
    high = {delivery.payload["item"] for delivery in world.images() if delivery.queue == "images-high"}
    assert sent
    assert sent <= high
    world.run()
    assert len(world.scripted.requests) == 6
    invariants.check(world)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("position", range(6))
def test_a_change_of_lane_survives_a_crash_anywhere(folder: Path, position: int, after: bool) -> None:
    world, batch = lined(folder, 6)
    world.faults.crash(position, after=after)
    for _ in range(2):
        try:
            world.engine.controls.promote(world.caller, batch, Priority.HIGH)
            world.steps()
        except Crash:
            world.restart()
    world.faults.disarm()
    world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    assert world.batch(batch).priority is Priority.HIGH
    assert len(world.scripted.requests) == 6
    invariants.check(world)


def test_the_same_lane_changes_nothing_and_a_finished_batch_has_none(folder: Path) -> None:
    world, batch = lined(folder, 3)
    before = world.batch(batch)
    world.engine.controls.promote(world.caller, batch, Priority.STANDARD)
    assert world.batch(batch) == before
    world.run()
    with pytest.raises(Conflict) as caught:
        world.engine.controls.promote(world.caller, batch, Priority.HIGH)
    assert caught.value.code == "batch-finished"


def test_a_paused_batch_and_one_that_has_not_begun_may_change_lanes(folder: Path) -> None:
    world, batch = lined(folder, 4)
    world.engine.controls.pause(world.caller, batch)
    world.run(until=lambda: world.batch(batch).status is BatchStatus.PAUSED)
    later = world.submit({"prompt": "later"}, start_at=world.clock.now() + timedelta(hours=1))
    for one in (batch, later):
        world.engine.controls.promote(world.caller, one, Priority.HIGH)
    world.engine.controls.resume(world.caller, batch)
    world.steps()
    assert {delivery.queue for delivery in world.images() if delivery.payload["batch"] == batch} >= {"images-high"}
    world.run(seconds=7_200)
    assert world.batch(later).status is BatchStatus.COMPLETED
    assert len(world.scripted.requests) == 5
    invariants.check(world)


def test_a_pause_keeps_the_order_of_the_line(folder: Path) -> None:
    world, batch = lined(folder)
    promote(world, batch, 11)
    world.engine.controls.pause(world.caller, batch)
    world.run(until=lambda: world.batch(batch).status is BatchStatus.PAUSED)
    rest = [number for number in range(12) if number != 11]
    assert numbers(line(world, batch))[-8:] == rest[-8:]
    assert 11 in numbers(line(world, batch))[:4]
    assert [number for number in numbers(line(world, batch)) if number != 11] == [
        number for number in rest if world.items(batch)[number].status is ItemStatus.PENDING
    ]


def test_where_a_thousand_neighbours_have_no_room_the_front_is_offered(folder: Path) -> None:
    """A line whose places are a microsecond apart, as nobody makes it, longer than what may move up in one call."""
    world = FaultyWorld(folder, specs=[SLOW])
    batch = world.submit(*({"prompt": f"{number}", "variants": 10} for number in range(104)))
    for _ in range(4):
        world.engine.steps.advance(ORG, batch)
    waiting = line(world, batch)
    start = world.clock.now() - timedelta(hours=1)
    for begin in range(0, len(waiting), 400):
        some = waiting[begin : begin + 400]
        world.store.commit(
            [
                Update(paths.item(ORG, batch, item.id), {"due_at": start + timedelta(microseconds=begin + number)})
                for number, item in enumerate(some)
            ]
        )
    last, near = waiting[-1].index, waiting[-2].index
    with pytest.raises(Conflict) as caught:
        reorder(world, batch, waiting[3].index, before=near)
    assert caught.value.code == "no-room"
    assert promote(world, batch, last).moved == 1
    assert numbers(line(world, batch))[0] == last
