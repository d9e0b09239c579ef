"""Not one image beyond a limit, and one truth about what was spent."""

from pathlib import Path
from threading import Thread

import pytest
from structlog.testing import capture_logs

from shared.domain.batch_forms import BatchRetry
from shared.domain.errors import BudgetExceeded, ErrorKind, ProviderError
from shared.domain.modes import BatchStatus, ItemStatus
from shared.domain.money import LedgerKind
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.services.engine_rules import EngineRules
from tests.engine import invariants
from tests.engine.faults import Crash, FaultyWorld
from tests.engine.invariants import paid
from tests.engine.scripted import PRICE, ScriptedProvider, made, model, picture
from tests.engine.worlds import World


def limited(images: int) -> EngineRules:
    """An organisation that may buy this many images."""
    return EngineRules(organisation_limit_micros=images * PRICE)


def using(images: int) -> ScriptedProvider:
    """A provider that bills this many images for each."""

    def answer(request: ImageRequest, _: int) -> GeneratedImage:
        fair = made(request)
        return GeneratedImage(data=fair.data, media_type=fair.media_type, usage={"images": images})

    return ScriptedProvider(answer)


def calls(world: World) -> int:
    """How often a provider was asked."""
    return len(world.provider.requests)  # type: ignore[attr-defined]


def end(world: World, batch: str) -> None:
    """Cancel what cannot go on, and check everything."""
    world.engine.controls.cancel(world.caller, batch)
    world.run()
    invariants.check(world)


def test_money_is_reserved_held_spent_and_given_back(folder: Path) -> None:
    world = World(folder, specs=[model(concurrency=2, rate_per_second=2.0)])
    batch = world.submit({"prompt": "a cup", "variants": 6})
    assert (world.budget().reserved_micros, world.budget().spent_micros) == (6 * PRICE, 0)
    world.run(until=lambda: world.batch(batch).progress.succeeded >= 2)
    held = sum(item.held_micros for item in world.items(batch))
    assert held == PRICE * sum(item.in_flight for item in world.items(batch))
    assert world.budget().reserved_micros == 6 * PRICE
    world.run()
    assert (world.budget().reserved_micros, world.budget().spent_micros) == (0, 6 * PRICE)
    assert [entry.kind for entry in world.ledger()] == [LedgerKind.CHARGE] * 6
    assert {entry.member for entry in world.ledger()} == {"mem_test"}
    invariants.check(world)


@pytest.mark.parametrize("images", [1, 3, 7])
def test_a_batch_buys_exactly_what_its_budget_allows(folder: Path, images: int) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup", "variants": 10}, budget_micros=images * PRICE + PRICE - 1)
    assert world.batch(batch).cost.reserved_micros == images * PRICE + PRICE - 1
    world.run(seconds=200)
    paused = world.batch(batch)
    assert calls(world) == images
    assert (paused.status, paused.cost.spent_micros) == (BatchStatus.PAUSED, images * PRICE)
    assert paused.status_reason == (
        f"The batch's budget, ${(images * PRICE + PRICE - 1) / 1e6:.4f}, has $0.000999 left, "
        f"and the next image may cost up to $0.001000 (${images * PRICE / 1e6:.4f} spent). Goes on when the budget is raised."
    )
    end(world, batch)


@pytest.mark.parametrize("images", [1, 4, 9])
def test_an_organisation_buys_exactly_what_its_limit_allows(folder: Path, images: int) -> None:
    world = World(folder, rules=limited(images))
    batch = world.submit({"prompt": "a cup", "variants": 10}, budget_micros=100 * PRICE)
    assert world.batch(batch).cost.reserved_micros == images * PRICE
    world.run(seconds=200)
    assert calls(world) == images
    paused = world.batch(batch)
    assert paused.status is BatchStatus.PAUSED
    assert paused.status_reason == (
        f"The organisation's limit, ${images * PRICE / 1e6:.4f}, is reached "
        f"(${images * PRICE / 1e6:.4f} spent). Goes on when the limit is raised."
    )
    end(world, batch)


def test_a_paused_batch_goes_on_when_another_gives_money_back(folder: Path) -> None:
    def answer(request: ImageRequest, _: int) -> GeneratedImage:
        if request.prompt == "refused":
            raise ProviderError(ErrorKind.REFUSED, "No.")
        return made(request)

    world = World(folder, rules=limited(6), provider=ScriptedProvider(answer))
    first = world.submit({"prompt": "refused", "variants": 5})
    second = world.submit({"prompt": "a cup", "variants": 4})
    assert [world.batch(batch).cost.reserved_micros for batch in (first, second)] == [5 * PRICE, PRICE]
    world.run()
    assert world.batch(first).status is BatchStatus.FAILED
    assert world.batch(second).status is BatchStatus.COMPLETED
    assert world.budget().spent_micros == 4 * PRICE
    invariants.check(world)


def test_a_batch_without_money_takes_no_turns_from_another(folder: Path) -> None:
    slow = model("slow", concurrency=4, rate_per_second=1.0)
    world = World(folder, specs=[slow])
    poor = world.submit({"prompt": "poor", "variants": 5}, budget_micros=PRICE)
    world.run(seconds=100)
    assert world.batch(poor).status is BatchStatus.PAUSED
    rich = world.submit({"prompt": "rich", "variants": 10})
    begun = world.clock.now()
    world.run(seconds=100, until=lambda: world.batch(rich).status.is_terminal)
    assert world.batch(rich).status is BatchStatus.COMPLETED
    assert (world.clock.now() - begun).total_seconds() < 15
    assert len([task for task in world.waiting() if task.payload["batch"] == poor]) <= 1
    end(world, poor)


def test_a_call_that_cost_more_than_its_ceiling_is_an_overrun(folder: Path) -> None:
    world = World(folder, provider=using(3), rules=limited(4), specs=[model(concurrency=1, rate_per_second=0.5)])
    batch = world.submit({"prompt": "a cup", "variants": 10})
    world.run(seconds=200)
    charges = paid(world, LedgerKind.CHARGE)
    assert {(entry.cost_micros, entry.overrun_micros) for entry in charges} == {(3 * PRICE, 2 * PRICE)}
    # The second may begin while its ceiling fits; what it then cost more is known only afterwards.
    assert len(charges) == 2
    assert world.batch(batch).status is BatchStatus.PAUSED
    end(world, batch)


def test_an_honest_call_is_no_overrun_however_late_it_is_reported(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup"})

    def late(request: ImageRequest, turn: int) -> GeneratedImage:
        if turn == 1:
            world.clock.advance(600)
            world.engine.steps.advance(world.caller.org, batch)
        return made(request)

    world.provider = ScriptedProvider(late)
    world.run()
    assert [entry.overrun_micros for entry in world.ledger()] == [0]
    assert world.items(batch)[0].cost_micros == PRICE
    invariants.check(world)


def test_a_failed_call_that_was_billed_is_paid_for(folder: Path) -> None:
    def answer(request: ImageRequest, turn: int) -> GeneratedImage:
        if turn == 1:
            raise ProviderError(ErrorKind.NO_IMAGE, "Only words.", usage={"images": 1})
        return made(request)

    world = World(folder, provider=ScriptedProvider(answer))
    batch = world.submit({"prompt": "a cup"})
    world.run()
    item = world.items(batch)[0]
    assert [attempt.cost_micros for attempt in item.attempts] == [PRICE, PRICE]
    assert item.cost_micros == 2 * PRICE
    assert sorted(entry.kind for entry in world.ledger()) == [LedgerKind.CHARGE, LedgerKind.FAILED_CHARGE]
    invariants.check(world)


def test_a_picture_of_the_wrong_shape_is_paid_for(folder: Path) -> None:
    def answer(request: ImageRequest, _: int) -> GeneratedImage:
        return GeneratedImage(data=picture("16:9"), media_type="image/png", usage={"images": 1})

    world = World(folder, provider=ScriptedProvider(answer))
    batch = world.submit({"prompt": "a cup", "aspect_ratio": "1:1"})
    world.run()
    item = world.items(batch)[0]
    assert item.error is not None
    assert item.error.kind is ErrorKind.WRONG_SHAPE
    assert "not 1:1" in item.error.detail
    assert len(paid(world, LedgerKind.FAILED_CHARGE)) == 2
    invariants.check(world)


def test_a_picture_that_is_smaller_than_asked_is_paid_for_and_refused(folder: Path) -> None:
    def answer(request: ImageRequest, _: int) -> GeneratedImage:
        return GeneratedImage(data=picture("1:1", width=32), media_type="image/png", usage={"images": 1})

    world = World(folder, provider=ScriptedProvider(answer))
    small, large = world.submit({"prompt": "a cup", "size": "512"}), world.submit({"prompt": "a cup", "size": "1K"})
    world.run()
    assert world.items(small)[0].error is None
    error = world.items(large)[0].error
    assert error is not None
    assert (error.kind, error.detail) == (ErrorKind.WRONG_SHAPE, "The picture came back as 32 × 32: too small for 1K.")
    assert len(paid(world, LedgerKind.FAILED_CHARGE)) == 2
    invariants.check(world)


def test_units_without_a_price_cost_the_ceiling(folder: Path) -> None:
    def answer(request: ImageRequest, _: int) -> GeneratedImage:
        fair = made(request)
        return GeneratedImage(data=fair.data, media_type=fair.media_type, usage={"new_units": 5})

    world = World(folder, provider=ScriptedProvider(answer))
    batch = world.submit({"prompt": "a cup"})
    with capture_logs() as lines:
        world.run()
    assert world.items(batch)[0].cost_micros == PRICE
    assert ("scripted-1", "new_units") in {(line.get("model"), line.get("unit")) for line in lines}
    invariants.check(world)


def test_a_call_without_an_answer_counts_at_its_estimate(folder: Path) -> None:
    def answer(request: ImageRequest, turn: int) -> GeneratedImage:
        if turn == 1:
            raise ProviderError(ErrorKind.TIMEOUT, "No answer.", outcome_known=False)
        return made(request)

    world = World(folder, provider=ScriptedProvider(answer))
    batch = world.submit({"prompt": "a cup"})
    world.run()
    assert world.items(batch)[0].cost_micros == 2 * PRICE
    assert [entry.cost_micros for entry in paid(world, LedgerKind.UNKNOWN_OUTCOME)] == [PRICE]
    invariants.check(world)


def test_an_unknown_outcome_is_corrected_when_the_picture_is_found(folder: Path) -> None:
    cheap = using(0)
    world = FaultyWorld(folder, provider=cheap)
    batch = world.submit({"prompt": "a cup"})
    world.faults.before = lambda name: world.faults.crash(2, after=False) if name == "provider.generate" else None
    with pytest.raises(Crash):
        world.run()
    world.faults.before = lambda _: None
    world.restart()
    world.run(until=lambda: bool(paid(world, LedgerKind.UNKNOWN_OUTCOME)))
    assert world.items(batch)[0].cost_micros == PRICE
    world.run()
    assert len(cheap.requests) == 1
    assert [(entry.kind, entry.cost_micros) for entry in world.ledger()] == [(LedgerKind.CHARGE, 0)]
    assert world.items(batch)[0].status is ItemStatus.SUCCEEDED
    assert world.items(batch)[0].cost_micros == 0
    invariants.check(world)


def test_batches_that_are_submitted_at_once_share_one_limit(folder: Path) -> None:
    world = World(folder, rules=limited(10))
    refused: list[BudgetExceeded] = []

    def submit() -> None:
        try:
            world.submit({"prompt": "a cup", "variants": 3})
        except BudgetExceeded as error:
            refused.append(error)

    threads = [Thread(target=submit) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    batches = world.batches()
    assert sum(batch.cost.reserved_micros for batch in batches) == world.budget().reserved_micros == 10 * PRICE
    assert len(batches) + len(refused) == 6
    assert len(batches) == 4
    world.run(seconds=300)
    assert calls(world) == 10
    for batch in world.batches():
        if not batch.status.is_terminal:
            end_quietly(world, batch.id)
    invariants.check(world)


def end_quietly(world: World, batch: str) -> None:
    """Cancel what money paused."""
    world.engine.controls.cancel(world.caller, batch)
    world.run()


def test_a_retry_needs_money_too(folder: Path) -> None:
    def answer(request: ImageRequest, turn: int) -> GeneratedImage:
        if request.variant > 2:
            raise ProviderError(ErrorKind.REFUSED, "No.", usage={"images": 1})
        return made(request)

    world = World(folder, provider=ScriptedProvider(answer), rules=limited(5))
    batch = world.submit({"prompt": "a cup", "variants": 4})
    world.run()
    assert world.budget().spent_micros == 4 * PRICE
    world.engine.controls.retry(world.caller, batch, BatchRetry())
    assert world.budget().reserved_micros == PRICE
    world.run(seconds=200)
    assert calls(world) == 5
    assert world.batch(batch).status is BatchStatus.PAUSED
    end(world, batch)
    with pytest.raises(BudgetExceeded):
        world.engine.controls.retry(world.caller, batch, BatchRetry())
    invariants.check(world)


def test_a_retry_keeps_to_the_budget_of_its_batch(folder: Path) -> None:
    def answer(request: ImageRequest, _: int) -> GeneratedImage:
        raise ProviderError(ErrorKind.REFUSED, "No.", usage={"images": 1})

    world = World(folder, provider=ScriptedProvider(answer))
    batch = world.submit({"prompt": "a cup", "variants": 3}, budget_micros=4 * PRICE)
    world.run()
    told = world.engine.controls.retry(world.caller, batch, BatchRetry())
    assert told.cost.reserved_micros == PRICE
    world.run(seconds=100)
    assert calls(world) == 4
    end(world, batch)
    with pytest.raises(BudgetExceeded, match="batch's budget"):
        world.engine.controls.retry(world.caller, batch, BatchRetry())
