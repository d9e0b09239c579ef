"""What hardly ever happens: races that do not end, documents that are gone, more at once than is remembered."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from shared.adapters.pictures import PillowPictureStudio
from shared.domain import item_machine
from shared.domain.batches import Batch, BatchRetry, RetryOrder
from shared.domain.errors import Conflict, ErrorKind, GuardRefused, ProviderError, Unavailable
from shared.domain.failures import RetryRules
from shared.domain.items import Item
from shared.domain.modes import BatchStatus, Desired, ItemStatus
from shared.domain.money import LedgerKind
from shared.domain.offers import Offer
from shared.ports.documents import Create, Delete, Update, Write
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.repositories import paths
from shared.repositories.collections import Read
from shared.repositories.items import ItemRepository
from shared.repositories.library import RecipeLock
from shared.services.image_handler import ImageHandler, Made
from shared.services.outcomes import OutcomeService
from shared.services.retries import RetryService
from tests.engine import invariants
from tests.engine.faults import FaultyWorld
from tests.engine.scripted import PRICE, failing, made, model, of
from tests.engine.test_late_workers import _taken_back as taken_back
from tests.engine.test_late_workers import late
from tests.engine.worlds import ORG, World
from tests.unit.services.desks import Overtaken

BILLED = {"images": 2}
CROWD = 250


def of_item(world: World, batch: str, place: int = 0) -> str:
    """The path of an item."""
    return paths.item(ORG, batch, world.items(batch)[place].id)


def touch(world: World, path: str) -> None:
    """Somebody else writes a document and changes nothing that matters."""
    document = world.store.get(path)
    assert document is not None
    world.store.commit([Update(path, {"tags": document.data["tags"]})])


def contended(world: FaultyWorld, path: Callable[[], str]) -> None:
    """From now on somebody else is always quicker."""

    def first(name: str) -> None:
        if name == "documents.commit":
            touch(world, path())

    world.faults.before = first


def left_alone(world: FaultyWorld) -> None:
    """Nobody else is there any more."""
    world.faults.before = lambda _: None


def fail_billed(_: ImageRequest) -> GeneratedImage:
    """A failure that costs."""
    raise ProviderError(ErrorKind.NO_IMAGE, "Only words.", usage=BILLED)


class Worker:
    """The services of a worker whose item was claimed, and the item as it read it then."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.batch = world.submit({"prompt": "a cup"})
        world.steps()
        self.handler = ImageHandler(
            offer=world.offer,
            providers=lambda _: world.provider,
            objects=world.files,
            studio=PillowPictureStudio(),
            clock=world.clock,
            ids=world.ids,
        )
        self.outcomes = OutcomeService(world.store, self.handler, world.clock, world.ids, rules=RetryRules())
        item = world.items(self.batch)[0]
        now = world.clock.now()
        fields = item_machine.claimed(item, attempt=1, now=now, owner="me", lease_until=now + timedelta(seconds=100))
        assert fields is not None
        world.store.commit([Update(of_item(world, self.batch), fields)])
        self.claimed = self.read()

    def read(self) -> Read[Item]:
        """The item as it is now."""
        item = self.world.items(self.batch)[0]
        found = ItemRepository(self.world.store).one(ORG, self.batch, item.id)
        assert found is not None
        return found

    def made(self) -> Made:
        """The image of the attempt, bought and stored."""
        return self.handler.make(self.claimed.value)


@pytest.mark.parametrize("fails", [False, True])
def test_an_end_that_cannot_be_written_is_told_and_made_good_later(folder: Path, fails: bool) -> None:
    world = FaultyWorld(folder)
    batch = world.submit({"prompt": "a cup"})
    world.steps()

    def answer(request: ImageRequest, turn: int) -> GeneratedImage:
        if turn == 1:
            contended(world, lambda: of_item(world, batch))
        return fail_billed(request) if fails and turn == 1 else made(request)

    world.scripted._answer = answer
    with pytest.raises(GuardRefused, match="too often"):
        world.deliver(world.images()[0])
    left_alone(world)
    assert world.items(batch)[0].status is ItemStatus.RUNNING
    world.run()
    item = world.items(batch)[0]
    assert item.status is ItemStatus.SUCCEEDED
    assert len(world.scripted.requests) == (2 if fails else 1)
    invariants.check(world)


def test_a_late_price_that_cannot_be_written_is_told_and_the_estimate_stays(folder: Path) -> None:
    def meanwhile(world: World, batch: str) -> None:
        assert isinstance(world, FaultyWorld)
        taken_back(world, batch)
        contended(world, lambda: of_item(world, batch))
        worlds.append(world)

    worlds: list[FaultyWorld] = []
    with pytest.raises(GuardRefused, match="what its attempt had cost"):
        late(folder, meanwhile, fail_billed)
    (world,) = worlds
    left_alone(world)
    world.run()
    assert [entry.cost_micros for entry in world.ledger() if entry.kind is LedgerKind.UNKNOWN_OUTCOME] == [PRICE]
    invariants.check(world)


@pytest.mark.parametrize("error", [of(ErrorKind.REFUSED), of(ErrorKind.TIMEOUT, outcome_known=False)])
def test_a_late_failure_without_a_price_leaves_the_estimate(folder: Path, error: Callable[[], ProviderError]) -> None:
    def fail(_: ImageRequest) -> GeneratedImage:
        raise error()

    world, batch = late(folder, taken_back, fail)
    world.run()
    kinds = sorted(entry.kind for entry in world.ledger())
    assert kinds == sorted([LedgerKind.CHARGE, LedgerKind.UNKNOWN_OUTCOME])
    assert world.batch(batch).cost.spent_micros == 2 * PRICE
    invariants.check(world)


def test_an_image_that_is_recorded_twice_is_paid_once(folder: Path) -> None:
    world = World(folder)
    worker = Worker(world)
    bought = worker.made()
    for _ in range(2):
        worker.outcomes.finish(worker.claimed, bought)
    item = world.items(worker.batch)[0]
    assert (item.status, item.cost_micros, item.duplicate_purchases) == (ItemStatus.SUCCEEDED, PRICE, 0)
    world.run()
    invariants.check(world)


def test_a_failure_that_is_recorded_twice_is_paid_once(folder: Path) -> None:
    world = World(folder)
    worker = Worker(world)
    error = ProviderError(ErrorKind.NO_IMAGE, "Only words.", usage=BILLED)
    for _ in range(2):
        worker.outcomes.fail(worker.claimed, error)
    item = world.items(worker.batch)[0]
    assert (item.attempt, item.cost_micros) == (2, 2 * PRICE)
    world.run()
    invariants.check(world)


def test_a_worker_that_ended_after_all_is_not_taken_back(folder: Path) -> None:
    world = World(folder)
    worker = Worker(world)
    worker.outcomes.finish(worker.claimed, worker.made())
    assert worker.outcomes.taking_back(worker.read()) == []
    world.run()
    invariants.check(world)


def test_the_end_of_an_item_that_is_gone_is_no_end(folder: Path) -> None:
    world = World(folder)
    worker = Worker(world)
    bought = worker.made()
    world.store.commit([Delete(worker.claimed.path)])
    worker.outcomes.finish(worker.claimed, bought)
    worker.outcomes.fail(worker.claimed, ProviderError(ErrorKind.NO_IMAGE, "Only words.", usage=BILLED))
    assert world.items(worker.batch) == []
    assert world.ledger() == []


def test_a_size_that_its_model_makes_no_longer_is_refused_before_it_is_bought(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup", "size": "512"})
    world.steps()
    world.offer = Offer([replace(model(), sizes=("1K",))], {"scripted"})
    world.restart()
    world.run()
    item = world.items(batch)[0]
    assert item.error is not None
    assert (item.error.kind, item.error.detail) == (ErrorKind.INVALID, "scripted-1 cannot make the size 512.")
    assert world.ledger() == []
    invariants.check(world)


@pytest.mark.parametrize(("silent", "bought"), [(3, 1), (4, 2)])
def test_storing_is_tried_four_times_before_what_was_bought_is_given_up(folder: Path, silent: int, bought: int) -> None:
    world = FaultyWorld(folder)
    batch = world.submit({"prompt": "a cup"})
    world.steps()
    refused: list[str] = []

    def refuse(name: str) -> None:
        if name == "objects.put" and len(refused) < silent:
            refused.append(name)
            raise Unavailable("The store does not answer.")

    world.faults.before = refuse
    world.run()
    assert world.items(batch)[0].status is ItemStatus.SUCCEEDED
    assert len(world.scripted.requests) == bought
    assert world.batch(batch).cost.spent_micros == bought * PRICE
    invariants.check(world)


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


def test_a_retry_takes_up_an_image_that_changed_meanwhile(folder: Path) -> None:
    world = World(folder, provider=failing(of(ErrorKind.REFUSED)))
    batch = world.submit({"prompt": "bad"})
    world.run()
    failed = world.batch(batch)
    RetryService(world.store, world.offer, world.clock).carry_out(ORG, failed)
    assert world.items(batch)[0].series == 1
    overtaken = Overtaken(world.store, lambda: touch(world, of_item(world, batch)))
    wanted: Batch = failed.model_copy(update={"retry": RetryOrder(series=2)})
    RetryService(overtaken, world.offer, world.clock).carry_out(ORG, wanted)
    item = world.items(batch)[0]
    assert (item.status, item.series) == (ItemStatus.PENDING, 2)


def test_after_four_thousand_steps_the_longest_known_one_is_asked_for_anew(folder: Path) -> None:
    world = FaultyWorld(folder)
    start, tick = world.clock.now(), timedelta(milliseconds=250)

    def asks(number: int) -> int:
        before = world.faults.counted["tasks.create"]
        world.engine.requests.at(ORG, "bat_a", start + number * tick)
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
    world.run(until=lambda: sum(item.in_flight for item in world.items(batch)) == CROWD)
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
