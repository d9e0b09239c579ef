"""What hardly ever happens: races that do not end, documents that are gone, more at once than is remembered."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from shared.adapters.pictures import PillowPictureStudio
from shared.domain import item_machine
from shared.domain.errors import ErrorKind, GuardRefused, ProviderError, Unavailable
from shared.domain.failures import RetryRules
from shared.domain.items import Item
from shared.domain.modes import ItemStatus
from shared.domain.money import LedgerKind
from shared.domain.offers import Offer
from shared.ports.documents import Delete, Update
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.repositories import paths
from shared.repositories.collections import Read
from shared.repositories.items import ItemRepository
from shared.services.fallbacks import FallbackService
from shared.services.image_handler import ImageHandler, Made
from shared.services.outcomes import OutcomeService
from tests.engine import invariants
from tests.engine.faults import FaultyWorld
from tests.engine.scripted import PRICE, made, model, of
from tests.engine.test_late_workers import _taken_back as taken_back
from tests.engine.test_late_workers import late
from tests.engine.worlds import ORG, World

BILLED = {"images": 2}


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
            studio=PillowPictureStudio,
            clock=world.clock,
            ids=world.ids,
        )
        fallbacks = FallbackService(world.store, offer=world.offer, pacers=world.engine.pacers, clock=world.clock)
        self.outcomes = OutcomeService(
            world.store, self.handler, world.clock, world.ids, rules=RetryRules(), fallbacks=fallbacks
        )
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


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_late_price_that_cannot_be_written_is_told_and_written_by_the_next_delivery_to_its_worker(
    folder: Path, is_restarted: bool
) -> None:
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
    if is_restarted:
        world.restart()
    world.run()
    first = next(entry for entry in world.ledger() if entry.attempt == 1)
    wanted = (LedgerKind.UNKNOWN_OUTCOME, PRICE) if is_restarted else (LedgerKind.FAILED_CHARGE, 2 * PRICE)
    assert (first.kind, first.cost_micros) == wanted
    invariants.check(world)


@pytest.mark.parametrize(
    ("error", "left"),
    [(of(ErrorKind.REFUSED), []), (of(ErrorKind.TIMEOUT, outcome_known=False), [LedgerKind.UNKNOWN_OUTCOME])],
    ids=["cost-nothing", "nobody-knows"],
)
def test_a_late_failure_leaves_the_estimate_unless_it_cost_nothing(
    folder: Path, error: Callable[[], ProviderError], left: list[LedgerKind]
) -> None:
    def fail(_: ImageRequest) -> GeneratedImage:
        raise error()

    world, batch = late(folder, taken_back, fail)
    world.run()
    kinds = sorted(entry.kind for entry in world.ledger())
    assert kinds == sorted([LedgerKind.CHARGE, *left])
    assert world.batch(batch).cost.spent_micros == (1 + len(left)) * PRICE
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
