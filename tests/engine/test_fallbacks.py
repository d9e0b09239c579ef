"""Images that go on with another model, when theirs is down, over its quota or has failed too often."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.domain.batch_forms import BatchRetry
from shared.domain.errors import ErrorKind, FieldError, Invalid, ProviderError
from shared.domain.library import Asset
from shared.domain.modes import BatchStatus, ItemStatus
from shared.ports.documents import Query
from shared.repositories import paths
from tests.engine import invariants
from tests.engine.scripted import model
from tests.engine.test_pressure import Failing, down, failing_world
from tests.engine.worlds import ORG, World

NAMES = ("one", "two", "three")


def of(kind: ErrorKind, **facts: Any) -> ProviderError:
    return ProviderError(kind, f"It was {kind.value}.", **facts)


def assets(world: World) -> list[Asset]:
    return [Asset.read(document.data) for document in world.store.query(Query(paths.assets(ORG)))]


@pytest.fixture
def scene(folder: Path) -> tuple[World, Failing]:
    return failing_world(folder, *NAMES)


Scene = tuple[World, Failing]


@pytest.mark.parametrize("kind", [ErrorKind.UNAVAILABLE, ErrorKind.TIMEOUT, ErrorKind.UNKNOWN, ErrorKind.NO_IMAGE])
def test_a_model_that_used_up_its_tries_is_followed_by_the_next(scene: Scene, kind: ErrorKind) -> None:
    world, provider = scene
    provider.broken["one"] = lambda: of(kind)
    batch = world.submit({"prompt": "a cup", "model": "one", "fallback": ["two", "three"]})
    world.run()
    (item,) = world.items(batch)
    assert (item.status, item.model, item.fallback, item.fallen_from) == (
        ItemStatus.SUCCEEDED,
        "two",
        ["three"],
        ["one"],
    )
    assert [attempt.model for attempt in item.attempts][-1] == "two"
    assert {attempt.model for attempt in item.attempts[:-1]} == {"one"}
    (asset,) = assets(world)
    assert (asset.model, asset.fallen_from, asset.cost_micros) == ("two", ["one"], 2_000)
    assert asset.recipe["model"] == "two"
    assert asset.recipe_hash == item.recipe
    assert [(entry.model, entry.cost_micros) for entry in world.ledger()] == [("two", 2_000)]
    assert world.batch(batch).models == ["one", "three", "two"]
    invariants.check(world)


@pytest.mark.parametrize("kind", [ErrorKind.UNAUTHORISED, ErrorKind.QUOTA])
def test_a_provider_s_own_fault_is_left_at_once(scene: Scene, kind: ErrorKind) -> None:
    world, provider = scene
    provider.broken["one"] = lambda: of(kind)
    batch = world.submit({"prompt": "a cup", "model": "one", "fallback": ["two"]})
    world.run(seconds=30)
    (item,) = world.items(batch)
    assert (item.status, item.model, len(item.attempts)) == (ItemStatus.SUCCEEDED, "two", 2)
    assert world.clock.monotonic() < 30
    invariants.check(world)


@pytest.mark.parametrize("kind", [ErrorKind.REFUSED, ErrorKind.INVALID])
def test_what_is_wrong_with_the_request_is_not_tried_on_others(scene: Scene, kind: ErrorKind) -> None:
    world, provider = scene
    provider.broken["one"] = lambda: of(kind)
    batch = world.submit({"prompt": "a cup", "model": "one", "fallback": ["two"]})
    world.run()
    assert world.items(batch)[0].status is ItemStatus.FAILED
    assert provider.count("two") == 0


def test_what_waits_for_a_model_that_is_down_goes_on_with_another(scene: Scene) -> None:
    world, provider = scene
    provider.broken["one"] = down
    fallen = [{"prompt": f"a cup {number}", "fallback": ["two"]} for number in range(30)]
    kept = [{"prompt": f"a jug {number}"} for number in range(3)]
    batch = world.submit(*kept, *fallen, defaults={"model": "one"})
    world.run(seconds=60)
    items = world.items(batch)
    assert {item.model for item in items if item.prompt.startswith("a cup")} == {"two"}
    assert all(item.status is ItemStatus.SUCCEEDED for item in items if item.prompt.startswith("a cup"))
    # Most never asked the first one at all, and say so nevertheless.
    assert sum(not any(attempt.model == "one" for attempt in item.attempts) for item in items) > 15
    assert all(item.fallen_from == ["one"] for item in items if item.model == "two")
    assert not any(item.status is ItemStatus.FAILED for item in items)
    provider.broken.clear()
    world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    invariants.check(world)


def test_a_chain_is_gone_through_to_its_end_and_begun_again_by_hand(scene: Scene) -> None:
    world, provider = scene
    provider.broken = {name: lambda: of(ErrorKind.TIMEOUT) for name in NAMES}
    batch = world.submit({"prompt": "a cup", "model": "one", "fallback": ["two", "three"]})
    world.run()
    (item,) = world.items(batch)
    assert (item.status, item.model, item.fallback, item.fallen_from) == (
        ItemStatus.FAILED,
        "three",
        [],
        ["one", "two"],
    )
    assert [provider.count(name) for name in NAMES] == [4, 4, 4]
    assert item.error is not None
    assert item.error.hint.endswith("Before it, one and two had failed too; a retry begins with one again.")
    provider.broken = {"one": provider.broken["one"]}
    world.clock.advance(3_600)
    world.engine.controls.retry(world.caller, batch, BatchRetry())
    world.run()
    (item,) = world.items(batch)
    assert (item.status, item.model, item.fallback, item.fallen_from) == (
        ItemStatus.SUCCEEDED,
        "two",
        ["three"],
        ["one"],
    )
    invariants.check(world)


def test_reuse_finds_what_the_model_made_that_took_over(scene: Scene) -> None:
    world, provider = scene
    row = {"prompt": "a cup", "model": "one", "fallback": ["two"], "seed": 7}
    provider.broken["one"] = lambda: of(ErrorKind.UNAUTHORISED)
    world.submit(row, reuse=True)
    world.run()
    again = world.submit({**row, "model": "two", "fallback": []}, reuse=True)
    world.run()
    (item,) = world.items(again)
    assert (item.reused, item.cost_micros) == (True, 0)
    assert provider.count("two") == 1
    invariants.check(world)


def test_a_dearer_model_takes_over_only_within_the_budget(scene: Scene) -> None:
    world, provider = scene
    provider.broken["one"] = lambda: of(ErrorKind.UNAUTHORISED)
    rows = [{"prompt": f"a cup {number}", "model": "one", "fallback": ["two"]} for number in range(5)]
    batch = world.submit(*rows, budget_micros=5_000)
    world.run(seconds=60)
    assert world.batch(batch).status is BatchStatus.PAUSED
    assert world.batch(batch).progress.succeeded == 2
    assert sum(entry.cost_micros for entry in world.ledger()) == world.batch(batch).cost.spent_micros == 4_000


def test_each_image_of_an_expansion_passes_its_own_model_over(scene: Scene) -> None:
    world, provider = scene
    provider.broken["one"] = lambda: of(ErrorKind.UNAUTHORISED)
    batch = world.submit(
        {"prompt": "a cup", "expand": {"model": ["one", "two"]}}, defaults={"fallback": ["two", "three"]}
    )
    world.run()
    assert [(item.model, item.fallback, item.fallen_from) for item in world.items(batch)] == [
        ("two", ["three"], ["one"]),
        ("two", ["three"], []),
    ]


def wrong(world: World, row: dict[str, Any], **fields: Any) -> tuple[FieldError, ...]:
    with pytest.raises(Invalid) as caught:
        world.submit({"prompt": "a cup", **row}, **fields)
    return caught.value.errors


def test_every_model_that_may_take_over_must_be_able_to(folder: Path) -> None:
    day = (model().prices[0].from_day, "one")
    world = World(folder, specs=[model("one"), model("two"), model("ended", shutdown_on=day[0])])
    (unknown,) = wrong(world, {"fallback": ["two", "nope"]})
    assert unknown.pointer == "/rows/0/fallback/1"
    assert unknown.detail.startswith("There is no model nope.")
    (ended,) = wrong(world, {}, defaults={"fallback": ["ended"]})
    assert ended.pointer == "/defaults/fallback/0"
    twice = wrong(world, {"fallback": ["two", "two"]})
    assert twice == (FieldError("/rows/0/fallback/1", "two is named twice; name each model once."),)


def test_an_image_that_nobody_can_take_over_waits_for_its_own(scene: Scene) -> None:
    world, provider = scene
    reopens_at = world.clock.now() + timedelta(hours=1)
    for name in ("one", "two"):
        provider.broken[name] = lambda: of(ErrorKind.QUOTA, reopens_at=reopens_at)
    batch = world.submit({"prompt": "a jug", "model": "two"}, {"prompt": "a cup", "model": "one", "fallback": ["two"]})
    world.run(seconds=1_800)
    assert world.batch(batch).progress.pending == 2
    provider.broken.clear()
    world.run(seconds=7_200)
    assert world.batch(batch).status is BatchStatus.COMPLETED
    invariants.check(world)
