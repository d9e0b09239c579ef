"""Equal images are bought once where that is asked for."""

from pathlib import Path

from shared.domain.batch_forms import BatchCreate, BatchRetry
from shared.domain.errors import ErrorKind, ProviderError, Unavailable
from shared.domain.library import Asset
from shared.domain.modes import BatchStatus, ItemStatus
from shared.domain.money import LedgerKind
from shared.ports.documents import Query, Update
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.repositories import paths
from tests.clocks import START
from tests.engine import invariants
from tests.engine.faults import Crash, FaultyWorld
from tests.engine.scripted import PRICE, ScriptedProvider, made
from tests.engine.worlds import ORG, OTHER_ORG, World


def calls(world: World) -> int:
    """How often the provider was asked."""
    return len(world.provider.requests)  # type: ignore[attr-defined]


def locks(world: World) -> int:
    """How many recipes are held."""
    return len(world.store.query(Query(f"orgs/{ORG}/recipes")))


def asset(world: World, name: str | None) -> Asset:
    """An asset as it is stored."""
    document = world.store.get(paths.asset(ORG, name or ""))
    assert document is not None
    return Asset.read(document.data)


def test_an_equal_image_takes_the_earlier_result_at_no_cost(folder: Path) -> None:
    world = World(folder)
    first = world.submit({"prompt": "a cup", "seed": 3}, tags=["old"])
    world.run()
    second = world.submit({"prompt": "a cup", "seed": 3}, tags=["new"], reuse=True)
    world.run()
    (bought,), (taken,) = world.items(first), world.items(second)
    assert calls(world) == 1
    assert (taken.status, taken.reused, taken.cost_micros) == (ItemStatus.SUCCEEDED, True, 0)
    assert (bought.reused, bought.cost_micros) == (False, PRICE)
    assert bought.asset_id != taken.asset_id
    theirs, ours = asset(world, bought.asset_id), asset(world, taken.asset_id)
    assert ours.objects == theirs.objects
    assert (ours.reused, ours.batch, ours.tags, ours.cost_micros) == (True, second, ["new"], 0)
    assert [entry.kind for entry in world.ledger() if entry.batch == second] == [LedgerKind.REUSED]
    assert locks(world) == 0
    invariants.check(world)


def test_two_equal_images_at_once_make_one_call(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup"}, {"prompt": "a jug"}, {"prompt": "a cup"}, reuse=True)
    world.steps()
    tasks = [delivery for delivery in world.waiting() if delivery.function == "generate_image"]
    during: list[int] = []

    def answer(request: ImageRequest, _: int) -> GeneratedImage:
        if request.prompt == "a cup" and not during:
            during.append(1)
            for delivery in tasks:
                world.deliver(delivery)
        return made(request)

    world.provider = ScriptedProvider(answer)
    for delivery in tasks:
        world.deliver(delivery)
    waiting = [item for item in world.items(batch) if item.status is ItemStatus.PENDING]
    assert [(item.attempt, item.attempts, item.in_flight, item.held_micros) for item in waiting] == [(1, [], False, 0)]
    world.run()
    assert calls(world) == 2
    assert sum(item.reused for item in world.items(batch)) == 1
    assert world.batch(batch).cost.spent_micros == 2 * PRICE
    assert locks(world) == 0
    invariants.check(world)


def test_variants_and_other_settings_are_not_equal(folder: Path) -> None:
    world = World(folder)
    world.submit(
        {"prompt": "a cup", "variants": 2},
        {"prompt": "a cup", "aspect_ratio": "16:9"},
        {"prompt": "a cup", "size": "512"},
        {"prompt": "a cup", "seed": 1},
        reuse=True,
    )
    world.run()
    assert calls(world) == 5
    invariants.check(world)


def test_when_the_maker_fails_the_next_one_makes_it(folder: Path) -> None:
    def answer(request: ImageRequest, turn: int) -> GeneratedImage:
        if turn == 1:
            raise ProviderError(ErrorKind.REFUSED, "Not today.")
        return made(request)

    world = World(folder, provider=ScriptedProvider(answer))
    batch = world.submit({"prompt": "a cup"}, {"prompt": "a cup"}, reuse=True)
    world.run()
    assert sorted(item.status for item in world.items(batch)) == [ItemStatus.FAILED, ItemStatus.SUCCEEDED]
    assert calls(world) == 2
    assert locks(world) == 0
    world.engine.controls.retry(world.caller, batch, BatchRetry())
    world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    assert calls(world) == 2
    invariants.check(world)


def test_the_picture_of_a_maker_that_was_lost_is_found_before_another_is_bought(folder: Path) -> None:
    world = FaultyWorld(folder)
    batch = world.submit({"prompt": "a cup"}, {"prompt": "a cup"}, {"prompt": "a cup"}, reuse=True)
    world.faults.before = lambda name: world.faults.crash(2, after=False) if name == "provider.generate" else None
    try:
        world.run()
        raise AssertionError("it was to crash")
    except Crash:
        world.faults.before = lambda _: None
        world.restart()
    world.run()
    assert len(world.scripted.requests) == 1
    assert sorted(item.reused for item in world.items(batch)) == [False, True, True]
    invariants.check(world)


def test_a_maker_that_was_lost_for_good_keeps_nobody_waiting(folder: Path) -> None:
    world = FaultyWorld(folder)
    first = world.submit({"prompt": "a cup"}, reuse=True)
    world.faults.before = lambda name: world.faults.crash(0, after=False) if name == "provider.generate" else None
    try:
        world.run()
        raise AssertionError("it was to crash")
    except Crash:
        world.faults.before = lambda _: None
        world.restart()
    world.engine.controls.cancel(world.caller, first)
    second = world.submit({"prompt": "a cup"}, reuse=True)
    world.run()
    assert world.batch(second).status is BatchStatus.COMPLETED
    assert world.batch(first).status is BatchStatus.CANCELLED
    invariants.check(world)


def test_a_deleted_image_is_not_reused(folder: Path) -> None:
    world = World(folder)
    first = world.submit({"prompt": "a cup"})
    world.run()
    name = world.items(first)[0].asset_id or ""
    world.store.commit([Update(paths.asset(ORG, name), {"deleted_at": START})])
    second = world.submit({"prompt": "a cup"}, reuse=True)
    world.run()
    assert calls(world) == 2
    assert not world.items(second)[0].reused
    invariants.check(world)


def test_without_reuse_everything_is_bought(folder: Path) -> None:
    world = World(folder)
    world.submit({"prompt": "a cup"}, {"prompt": "a cup"})
    world.submit({"prompt": "a cup"})
    world.run()
    assert calls(world) == 3
    assert locks(world) == 0
    invariants.check(world)


def test_organisations_share_no_images(folder: Path) -> None:
    world = World(folder)
    world.submit({"prompt": "a cup"})
    world.run()
    stranger = type(world.caller)(org=OTHER_ORG, id="key_o", member="mem_o", role=world.caller.role)
    world.submit({"prompt": "a cup"}, reuse=True, caller=stranger)
    world.run()
    assert calls(world) == 2
    invariants.check(world, OTHER_ORG)


def test_the_estimate_says_what_reuse_would_save(folder: Path) -> None:
    world = World(folder)
    world.submit({"prompt": "a cup"})
    world.run()
    rows = [{"prompt": "a cup"}, {"prompt": "a jug"}, {"prompt": "a jug"}]
    without = world.engine.submissions.estimate(world.caller, BatchCreate.model_validate({"rows": rows}))
    assert without.estimated_micros == 3 * PRICE
    assert [(told.saves_micros, told.change) for told in without.suggestions] == [(2 * PRICE, {"reuse": True})]
    assert (without.reuse.images, without.reuse.saves_micros) == (2, 2 * PRICE)
    reusing = world.engine.submissions.estimate(world.caller, BatchCreate.model_validate({"rows": rows, "reuse": True}))
    assert reusing.estimated_micros == PRICE
    assert reusing.suggestions == []
    assert (reusing.reuse.images, reusing.reuse.saves_micros) == (2, 2 * PRICE)
    fresh = world.engine.submissions.estimate(
        world.caller, BatchCreate.model_validate({"rows": [{"prompt": "a bowl"}], "reuse": True})
    )
    assert (fresh.estimated_micros, fresh.reuse.images, fresh.reuse.saves_micros) == (PRICE, 0, 0)


def test_a_deleted_image_saves_nothing_in_an_estimate_either(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup"})
    world.run()
    world.store.commit([Update(paths.asset(ORG, world.items(batch)[0].asset_id or ""), {"deleted_at": START})])
    told = world.engine.submissions.estimate(world.caller, BatchCreate.model_validate({"rows": [{"prompt": "a cup"}]}))
    assert (told.reuse.images, told.suggestions) == (0, [])


def test_two_equal_images_of_two_batches_at_once_make_one_call(folder: Path) -> None:
    world = World(folder)
    first = world.submit({"prompt": "a cup"}, reuse=True)
    second = world.submit({"prompt": "a cup"}, reuse=True)
    world.steps()
    tasks = world.images()
    during: list[int] = []

    def answer(request: ImageRequest, _: int) -> GeneratedImage:
        if not during:
            during.append(1)
            for delivery in tasks:
                world.deliver(delivery)
        return made(request)

    world.provider = ScriptedProvider(answer)
    for delivery in tasks:
        world.deliver(delivery)
    world.run()
    assert calls(world) == 1
    (ours,), (theirs,) = world.items(first), world.items(second)
    assert sorted([(ours.reused, ours.cost_micros), (theirs.reused, theirs.cost_micros)]) == [(False, PRICE), (True, 0)]
    assert locks(world) == 0
    invariants.check(world)


def test_a_store_that_does_not_tell_of_equal_images_costs_a_pause_and_no_money(folder: Path) -> None:
    world = FaultyWorld(folder)
    world.submit({"prompt": "a cup", "seed": 3})
    world.run()
    second = world.submit({"prompt": "a cup", "seed": 3}, reuse=True)
    failures: list[str] = []

    def silent(name: str) -> None:
        if not failures and any(item.status is ItemStatus.RUNNING for item in world.items(second)):
            failures.append(name)
            raise Unavailable("The store is away.")

    world.faults.read = silent
    world.run()
    (taken,) = world.items(second)
    assert failures
    assert (taken.status, taken.reused, taken.cost_micros) == (ItemStatus.SUCCEEDED, True, 0)
    assert len(world.scripted.requests) == 1
    assert taken.attempts[0].error is not None
    assert taken.attempts[0].error.kind is ErrorKind.UNAVAILABLE
    assert [entry.kind for entry in world.ledger() if entry.batch == second] == [LedgerKind.REUSED]
    invariants.check(world)
