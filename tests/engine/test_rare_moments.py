"""Rare moments of deliveries, wishes and crowds: what is overtaken, gone, or more than is read at once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from shared.domain import item_machine
from shared.domain.batch_forms import BatchRetry
from shared.domain.batches import Batch, RetryOrder
from shared.domain.errors import Conflict, ErrorKind, Unavailable
from shared.domain.modes import BatchStatus, Desired, ItemStatus
from shared.ports.documents import Create, Delete, Document, DocumentStore, Query, Update, Where, Write
from shared.ports.events import Event, EventBus
from shared.repositories import paths
from shared.repositories.commits import Lead
from shared.repositories.library import RecipeLock
from shared.services.reservations import Use, Wish
from shared.services.retries import RetryService
from shared.services.standings import Account
from tests.engine import invariants
from tests.engine.faults import FaultyWorld
from tests.engine.scripted import PRICE, failing, model, of
from tests.engine.test_rare_ends import contended, left_alone, of_item, touch
from tests.engine.worlds import ORG, World
from tests.unit.services.desks import Overtaken

CROWD = 250


def equal_pair(folder: Path) -> tuple[FaultyWorld, str]:
    """Two equal images, dispatched."""
    world = FaultyWorld(folder)
    batch = world.submit({"prompt": "a cup"}, {"prompt": "a cup"}, reuse=True)
    world.steps()
    return world, batch


def locking(world: World, batch: str) -> Write:
    """The write by which the second image takes the recipe."""
    other = world.items(batch)[1]
    lock = RecipeLock(item=other.id, batch=batch, lease_until=world.clock.now() + timedelta(seconds=5))
    return Create(paths.recipe(ORG, other.recipe), lock.written())


def step_lead(world: World, batch: str) -> Lead:
    """What leads the commits of a step that holds the batch."""
    document = world.store.get(paths.step_control(ORG, batch))
    assert document is not None
    return Lead(document.path, {"lease_owner": "run_test"}, document.version)


def first_image(world: World, batch: str) -> None:
    """Deliver the first image."""
    (found,) = (one for one in world.images() if one.payload["item"] == world.items(batch)[0].id)
    world.deliver(found)


@pytest.mark.parametrize("again", [False, True])
def test_whoever_loses_a_recipe_at_the_last_moment_waits_for_it(folder: Path, again: bool) -> None:
    world, batch = equal_pair(folder)
    commits: list[str] = []

    def overtake(name: str) -> None:
        if name == "documents.commit":
            commits.append(name)
            if len(commits) == 1:
                world.store.commit([locking(world, batch)])
            elif again:
                touch(world, of_item(world, batch))

    world.faults.before = overtake
    first_image(world, batch)
    left_alone(world)
    item = world.items(batch)[0]
    assert (item.status, item.attempts, item.in_flight) == (ItemStatus.PENDING, [], again)
    assert world.scripted.requests == []
    world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    assert len(world.scripted.requests) == 1
    invariants.check(world)


def test_a_delivery_whose_item_another_one_took_ends_there(folder: Path) -> None:
    world, batch = equal_pair(folder)

    def overtake(name: str) -> None:
        if name == "documents.commit":
            left_alone(world)
            first_image(world, batch)

    world.faults.before = overtake
    first_image(world, batch)
    assert len(world.scripted.requests) == 1
    world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    invariants.check(world)


def test_a_delivery_after_a_pause_leaves_an_item_that_somebody_else_changed(folder: Path) -> None:
    world = FaultyWorld(folder)
    batch = world.submit({"prompt": "a cup"})
    world.steps()
    world.engine.controls.pause(world.caller, batch)
    contended(world, lambda: of_item(world, batch))
    world.deliver(world.images()[0])
    left_alone(world)
    assert world.items(batch)[0].in_flight
    world.run(until=lambda: world.batch(batch).status is BatchStatus.PAUSED)
    assert not world.items(batch)[0].in_flight
    assert world.scripted.requests == []


def test_the_tasks_of_a_batch_that_is_gone_do_nothing(folder: Path) -> None:
    world = FaultyWorld(folder)
    batch = world.submit({"prompt": "a cup"})
    world.steps()
    before = world.items(batch)
    world.store.commit([Delete(paths.batch(ORG, batch))])
    world.deliver(world.images()[0])
    world.engine.steps.advance(ORG, batch)
    assert world.items(batch) == before
    assert world.scripted.requests == []


def test_what_a_thousand_batches_want_is_remembered_and_no_more(folder: Path) -> None:
    world = FaultyWorld(folder)
    batch = world.submit({"prompt": "a cup"})
    world.steps()
    item = world.items(batch)[0]
    document = world.store.get(paths.batch(ORG, batch))
    assert document is not None
    names = [f"bat_{number}" for number in range(1_001)]
    for name in names:
        # Not in flight: a delivery that is early, which asks what is wanted and ends.
        early = item.model_copy(update={"batch": name, "in_flight": False})
        world.store.commit(
            [
                Create(paths.batch(ORG, name), {**document.data, "id": name}),
                Create(paths.item(ORG, name, item.id), early.written()),
            ]
        )

    def reads(name: str) -> int:
        before = world.faults.counted["documents.get"]
        world.engine.generations.generate(ORG, name, item.id, 1)
        return world.faults.counted["documents.get"] - before

    # The model's pace is read once a second, whatever the batches.
    world.engine.pacers.of(model())
    assert {reads(name) for name in names[:1_000]} == {2}
    assert reads(names[0]) == 1
    assert reads(names[1_000]) == 2
    assert reads(names[0]) == 2
    assert world.scripted.requests == []


def test_a_batch_that_is_being_cancelled_takes_no_retry(folder: Path) -> None:
    world = World(folder, provider=failing(of(ErrorKind.REFUSED)))
    batch = world.submit({"prompt": "bad"}, {"prompt": "good"})
    world.steps()
    for delivery in world.images():
        if delivery.payload["item"] == world.items(batch)[0].id:
            world.deliver(delivery)
    world.engine.controls.cancel(world.caller, batch)
    with pytest.raises(Conflict, match="being cancelled"):
        world.engine.controls.retry(world.caller, batch, BatchRetry())
    world.run()
    assert [item.status for item in world.items(batch)] == [ItemStatus.FAILED, ItemStatus.CANCELLED]
    invariants.check(world)


def test_a_wish_that_is_always_overtaken_is_refused_in_the_end(folder: Path) -> None:
    world = FaultyWorld(folder)
    batch = world.submit({"prompt": "a cup"})
    contended(world, lambda: paths.batch(ORG, batch))
    before = len(world.faults.calls)
    with pytest.raises(Unavailable, match="Too many changes at once"):
        world.engine.controls.pause(world.caller, batch)
    assert world.faults.calls[before:] == ["documents.commit"] * 12
    left_alone(world)
    assert world.batch(batch).desired is Desired.RUN
    world.run()
    invariants.check(world)


def test_what_is_settled_is_not_settled_again(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup"})
    world.run()
    assert world.engine.reservations.settling(ORG, batch, spent_micros=PRICE) == []


class _DeafBus:
    """An event bus that is away for its first events."""

    def __init__(self, bus: EventBus, misses: int) -> None:
        self._bus = bus
        self._misses = misses

    def publish(self, event: Event) -> None:
        if self._misses:
            self._misses -= 1
            raise Unavailable("The event bus does not work now.")
        self._bus.publish(event)

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        self._bus.subscribe(listener)


@pytest.mark.parametrize("misses", [1, 2])
def test_an_end_that_a_retry_followed_is_announced_all_the_same(folder: Path, misses: int) -> None:
    bad_then_good = failing(of(ErrorKind.REFUSED), None)
    world = World(folder, provider=bad_then_good, bus=lambda bus: _DeafBus(bus, misses))
    batch = world.submit({"prompt": "bad"})
    with pytest.raises(Unavailable):
        world.run()
    assert world.batch(batch).status is BatchStatus.FAILED
    world.engine.controls.retry(world.caller, batch, BatchRetry())
    for _ in range(misses - 1):
        with pytest.raises(Unavailable):
            world.run()
    world.run()
    told = [(event.data["series"], event.data["status"]) for event in world.events]
    assert told == [(1, "failed"), (2, "completed")]
    assert world.batch(batch).unannounced == []
    invariants.check(world)


def test_a_retry_takes_up_an_image_that_changed_meanwhile(folder: Path) -> None:
    world = World(folder, provider=failing(of(ErrorKind.REFUSED)))
    batch = world.submit({"prompt": "bad"})
    world.run()
    failed = world.batch(batch)
    RetryService(world.store, world.offer, world.clock).carry_out(ORG, failed, step_lead(world, batch))
    assert world.items(batch)[0].series == 1
    overtaken = Overtaken(world.store, lambda: touch(world, of_item(world, batch)))
    wanted: Batch = failed.model_copy(update={"series": 2, "retry": RetryOrder(series=2)})
    RetryService(overtaken, world.offer, world.clock).carry_out(ORG, wanted, step_lead(world, batch))
    item = world.items(batch)[0]
    assert (item.status, item.series) == (ItemStatus.PENDING, 2)


def test_after_four_thousand_batches_the_longest_known_one_is_asked_for_anew(folder: Path) -> None:
    world = FaultyWorld(folder)
    soon = world.clock.now()

    def asks(number: int) -> int:
        before = world.faults.counted["tasks.create"]
        world.engine.requests.at(ORG, f"bat_{number}", soon)
        return world.faults.counted["tasks.create"] - before

    assert sum(asks(number) for number in range(4_096)) == 4_096
    assert (asks(0), asks(4_095)) == (0, 0)
    assert asks(4_096) == 1
    assert (asks(1), asks(0)) == (0, 1)
    assert len(world.waiting()) == 4_097


def crowd(folder: Path) -> tuple[World, str]:
    """More images in flight than are read at once."""
    world = World(folder, specs=[model(concurrency=CROWD, rate_per_second=10_000.0)])
    batch = world.submit(*({"prompt": f"cup {number}"} for number in range(CROWD)))
    while sum(item.in_flight for item in world.items(batch)) < CROWD:
        world.steps()
        world.clock.advance(world.rules.pace.tick.total_seconds())
    return world, batch


def test_a_pause_recalls_more_than_are_read_at_once(folder: Path) -> None:
    world, batch = crowd(folder)
    world.engine.controls.pause(world.caller, batch)
    world.engine.steps.advance(ORG, batch)
    assert [item.in_flight for item in world.items(batch)] == [False] * CROWD
    assert world.batch(batch).status is BatchStatus.PAUSED


def test_more_lost_workers_than_are_read_at_once_are_taken_back(folder: Path) -> None:
    world, batch = crowd(folder)
    now = world.clock.now()
    world.store.commit(
        [
            Update(
                paths.item(ORG, batch, item.id),
                item_machine.claimed(item, attempt=1, now=now, owner="gone", lease_until=now) or {},
            )
            for item in world.items(batch)
        ]
    )
    assert {item.status for item in world.items(batch)} == {ItemStatus.RUNNING}
    world.clock.advance(1)
    world.engine.steps.advance(ORG, batch)
    assert {(item.status, item.attempt) for item in world.items(batch)} == {(ItemStatus.PENDING, 2)}


def test_a_step_before_the_start_of_a_scheduled_batch_writes_its_time_once(folder: Path) -> None:
    world = World(folder)
    batch = world.accept({"prompt": "later"}, start_at=world.clock.now() + timedelta(hours=5)).id
    seen = []
    for _ in range(3):
        world.engine.steps.advance(ORG, batch)
        seen.append(world.batch(batch))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0].status is BatchStatus.SCHEDULED
    world.run(seconds=6 * 3_600)
    assert world.batch(batch).status is BatchStatus.COMPLETED
    invariants.check(world)


def test_a_step_that_lags_behind_the_end_sets_no_money_aside(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup"})
    world.run()
    before = world.reservation(batch)
    account = Account(org=ORG, member=world.caller.member, batch=batch)
    purse = world.engine.reservations.adjust(account, Use(), Wish(micros=PRICE, least_micros=PRICE, images=1))
    assert (purse.reserved_micros, purse.free_micros) == (0, 0)
    assert world.reservation(batch) == before
    assert world.budget().reserved_micros == 0


class Recalling:
    """A store in which whatever is found in flight is taken back right after it was found."""

    def __init__(self, store: DocumentStore, recall: Callable[[], None]) -> None:
        self._store = store
        self._recall = recall

    def __getattr__(self, method: str) -> Any:
        return getattr(self._store, method)

    def query(self, query: Query) -> list[Document]:
        """The documents, as they were just before."""
        found = self._store.query(query)
        if Where("in_flight", "==", True) in query.where and found:
            self._recall()
        return found


def test_an_image_that_comes_back_while_a_step_looks_for_what_is_due_goes_out_once(folder: Path) -> None:
    def recall() -> None:
        for item in world.items(batch):
            fields = item_machine.recalled(item, now=world.clock.now()) or {}
            world.store.commit([Update(paths.item(ORG, batch, item.id), fields)])

    world = World(folder, documents=lambda store: cast("DocumentStore", Recalling(store, recall)))
    batch = world.submit({"prompt": "a cup", "variants": 2})
    world.steps()
    assert [item.dispatch for item in world.items(batch)] == [1, 1]
    world.clock.advance(61)
    world.engine.steps.advance(ORG, batch)
    assert [item.dispatch for item in world.items(batch)] == [2, 2]
    world.run()
    invariants.check(world)
