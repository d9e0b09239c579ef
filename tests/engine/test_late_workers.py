"""Workers that report after their item was taken back."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.items import Item
from shared.domain.modes import ItemStatus
from shared.domain.money import LedgerKind
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.repositories.collections import Read
from shared.repositories.items import ItemRepository
from tests.engine import invariants
from tests.engine.faults import Crash, FaultyWorld
from tests.engine.invariants import paid
from tests.engine.scripted import PRICE, made
from tests.engine.worlds import World

Late = Callable[[World, str], None]


def _taken_back(world: World, batch: str) -> None:
    world.clock.advance(200)
    world.engine.steps.advance(world.caller.org, batch)
    assert world.items(batch)[0].status is ItemStatus.PENDING
    assert world.items(batch)[0].attempt == 2


def _made_again(world: World, batch: str) -> None:
    _taken_back(world, batch)
    world.run(until=lambda: world.items(batch)[0].status.is_terminal)


def _finished(world: World, batch: str) -> None:
    _taken_back(world, batch)
    world.run()


def _cancelled(world: World, batch: str) -> None:
    _taken_back(world, batch)
    world.engine.controls.cancel(world.caller, batch)
    world.run()


def late(folder: Path, meanwhile: Late, answer: Callable[[ImageRequest], GeneratedImage]) -> tuple[FaultyWorld, str]:
    """A worker that is taken back while it waits for its provider, and reports after all."""
    world = FaultyWorld(folder)
    batch = world.submit({"prompt": "a cup"})

    def slow(request: ImageRequest, turn: int) -> GeneratedImage:
        if turn == 1:
            meanwhile(world, batch)
            return answer(request)
        return made(request)

    world.scripted._answer = slow
    world.steps()
    world.deliver(world.images()[0])
    return world, batch


def test_a_late_worker_finishes_what_nobody_took_over(folder: Path) -> None:
    world, batch = late(folder, _taken_back, made)
    item = world.items(batch)[0]
    assert (item.status, item.cost_micros, item.duplicate_purchases) == (ItemStatus.SUCCEEDED, PRICE, 0)
    assert [attempt.lost for attempt in item.attempts] == [False]
    assert [entry.kind for entry in world.ledger()] == [LedgerKind.CHARGE]
    world.run()
    assert len(world.scripted.requests) == 1
    invariants.check(world)


@pytest.mark.parametrize("meanwhile", [_made_again, _finished])
def test_a_late_worker_of_a_finished_image_counts_as_a_duplicate(folder: Path, meanwhile: Late) -> None:
    world, batch = late(folder, meanwhile, made)
    item = world.items(batch)[0]
    assert (item.status, item.cost_micros, item.duplicate_purchases) == (ItemStatus.SUCCEEDED, 2 * PRICE, 1)
    assert sorted(entry.kind for entry in world.ledger()) == [LedgerKind.CHARGE, LedgerKind.DUPLICATE]
    world.run()
    assert world.batch(batch).cost.spent_micros == 2 * PRICE
    invariants.check(world)


def test_a_late_worker_of_a_cancelled_image_counts_as_a_duplicate(folder: Path) -> None:
    world, batch = late(folder, _cancelled, made)
    world.run()
    assert world.items(batch)[0].status is ItemStatus.CANCELLED
    assert world.batch(batch).cost.spent_micros == PRICE
    invariants.check(world)


@pytest.mark.parametrize("meanwhile", [_taken_back, _made_again, _finished, _cancelled])
def test_a_late_failure_corrects_what_it_cost(folder: Path, meanwhile: Late) -> None:
    def fail(_: ImageRequest) -> GeneratedImage:
        raise ProviderError(ErrorKind.NO_IMAGE, "Only words.", usage={"images": 3})

    world, _ = late(folder, meanwhile, fail)
    world.run()
    failed = paid(world, LedgerKind.FAILED_CHARGE)
    assert [(entry.attempt, entry.cost_micros, entry.overrun_micros) for entry in failed] == [(1, 3 * PRICE, 2 * PRICE)]
    assert paid(world, LedgerKind.UNKNOWN_OUTCOME) == []
    invariants.check(world)


def _costly(request: ImageRequest) -> GeneratedImage:
    fair = made(request)
    return GeneratedImage(data=fair.data, media_type=fair.media_type, usage={"images": 3})


def test_late_money_is_settled_even_when_nobody_asks_for_a_step(folder: Path) -> None:
    world, batch = late(folder, _finished, _costly)
    for delivery in world.waiting():
        world.done(delivery)
    assert world.batch(batch).cost.spent_micros != sum(item.cost_micros for item in world.items(batch))
    world.run()
    invariants.check(world)


def claimed(world: World, batch: str) -> Read[Item]:
    """The only image of a batch as a worker holds it."""
    read = ItemRepository(world.store).one(world.caller.org, batch, world.items(batch)[0].id)
    assert read is not None
    assert read.value.status is ItemStatus.RUNNING
    return read


Second = Callable[[World, Read[Item]], None]


def overtaken(folder: Path, then: Second) -> tuple[FaultyWorld, str]:
    """An image that its first worker finishes late, while the second one's call is under way; `then` is how that one ends."""
    world = FaultyWorld(folder)
    batch = world.submit({"prompt": "a cup"})
    second: list[Read[Item]] = []

    def answer(request: ImageRequest, turn: int) -> GeneratedImage:
        if turn == 2:
            second.append(claimed(world, batch))
            raise Crash
        _taken_back(world, batch)
        with suppress(Crash):
            world.run()
        return made(request)

    world.scripted._answer = answer
    world.steps()
    world.deliver(world.images()[0])
    entries = {entry.attempt: entry.kind for entry in world.ledger()}
    assert entries == {1: LedgerKind.CHARGE, 2: LedgerKind.UNKNOWN_OUTCOME}
    assert world.items(batch)[0].cost_micros == 2 * PRICE
    then(world, second[0])
    then(world, second[0])
    world.run()
    invariants.check(world)
    return world, batch


def _dies(_world: World, _second: Read[Item]) -> None:
    """Nobody hears of it any more."""


def _fails_with(**said: object) -> Second:
    def fail(world: World, second: Read[Item]) -> None:
        error = ProviderError(ErrorKind.NO_IMAGE, "Only words.", **said)  # type: ignore[arg-type]
        world.engine._outcomes.fail(second, error)

    return fail


def _succeeds(world: World, second: Read[Item]) -> None:
    handler = world.engine._handler
    request = handler._request(second.value, handler.spec(second.value))
    world.engine._outcomes.finish(second, handler._kept(second.value, _costly(request)))


def _finds_what_the_first_stored(world: World, second: Read[Item]) -> None:
    recovered = world.engine._handler.recover(second.value)
    assert recovered is not None
    assert recovered.attempt == 1
    world.engine._outcomes.finish(second, recovered)


@pytest.mark.parametrize(
    ("then", "kind", "price"),
    [
        pytest.param(_dies, LedgerKind.UNKNOWN_OUTCOME, PRICE, id="dies"),
        pytest.param(_fails_with(outcome_known=False), LedgerKind.UNKNOWN_OUTCOME, PRICE, id="does-not-know"),
        pytest.param(_fails_with(usage={"images": 3}), LedgerKind.FAILED_CHARGE, 3 * PRICE, id="fails-billed"),
        pytest.param(_fails_with(), None, 0, id="fails-at-no-cost"),
        pytest.param(_finds_what_the_first_stored, None, 0, id="bought-nothing"),
        pytest.param(_succeeds, LedgerKind.DUPLICATE, 3 * PRICE, id="succeeds"),
    ],
)
def test_a_call_that_is_under_way_while_an_earlier_attempt_finishes_is_in_the_ledger_once(
    folder: Path, then: Second, kind: LedgerKind | None, price: int
) -> None:
    world, batch = overtaken(folder, then)
    entries = {entry.attempt: (entry.kind, entry.cost_micros) for entry in world.ledger()}
    assert entries.pop(1) == (LedgerKind.CHARGE, PRICE)
    assert entries == ({} if kind is None else {2: (kind, price)})
    assert world.batch(batch).cost.spent_micros == PRICE + price
    first, second = world.items(batch)[0].attempts
    assert (first.lost, first.error, first.cost_micros) == (False, None, PRICE)
    # The attempt says the same as the ledger: lost while nobody knows, and then what its worker told.
    assert (second.lost, second.cost_micros) == (kind is LedgerKind.UNKNOWN_OUTCOME, price)
    ended = {LedgerKind.UNKNOWN_OUTCOME: ErrorKind.TIMEOUT, LedgerKind.DUPLICATE: None}
    if then is not _finds_what_the_first_stored:
        assert (second.error.kind if second.error else None) == ended.get(kind, ErrorKind.NO_IMAGE)  # type: ignore[arg-type]
    world.close()
