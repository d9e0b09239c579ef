"""Strength, steps and guidance from the row to the provider, and where they are refused."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from shared.domain.batch_forms import BatchCreate, BatchRetry, RetryChanges
from shared.domain.errors import ErrorKind, Invalid
from shared.domain.library import Asset
from shared.domain.steering import GUIDANCE, STEPS, STRENGTH, Steering, SteeringSpans
from shared.repositories import paths
from tests.engine import invariants
from tests.engine.scripted import ScriptedProvider, failing, model, of
from tests.engine.worlds import ORG, World

SPANS = SteeringSpans(strength=STRENGTH, steps=STEPS, guidance=GUIDANCE)
STEERED = replace(model("steered"), steering=SPANS, max_seed=999_999)
PLAIN = model("plain")
IMG2IMG = replace(STEERED, id="img2img", min_references=1)


def refused(world: World, row: dict[str, Any], **defaults: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as raised:
        world.engine.submissions.estimate(
            world.caller, BatchCreate.model_validate({"rows": [{"prompt": "a cup", **row}], "defaults": defaults})
        )
    return [(error.pointer, error.detail) for error in raised.value.errors]


def test_what_a_row_says_reaches_the_provider_and_the_recipe(folder: Path) -> None:
    world = World(folder, specs=(STEERED,))
    batch = world.submit({"prompt": "a cup", "guidance": 7.5}, defaults={"steps": 30}, reuse=True)
    world.run()
    (item,) = world.items(batch)
    assert cast("ScriptedProvider", world.provider).requests[0].steering == Steering(None, 30, 7.5)
    assert (item.strength, item.steps, item.guidance) == (None, 30, 7.5)
    document = world.store.get(paths.asset(ORG, item.asset_id or ""))
    assert document is not None
    assert {"steps": 30, "guidance": 7.5}.items() <= Asset.read(document.data).recipe.items()
    same = world.submit({"prompt": "a cup", "guidance": 7.5, "steps": 30}, reuse=True)
    other = world.submit({"prompt": "a cup", "guidance": 8, "steps": 30}, reuse=True)
    world.run()
    assert (world.items(same)[0].reused, world.items(other)[0].reused) == (True, False)
    invariants.check(world)


def test_a_model_without_the_parameter_refuses_it_by_name(folder: Path) -> None:
    world = World(folder, specs=(PLAIN, STEERED))
    assert refused(world, {"model": "plain", "steps": 30}) == [("/rows/0/steps", "plain takes no steps; leave it out.")]
    told = "steered takes guidance from 7 to 15; 3 is outside."
    assert refused(world, {"model": "steered"}, guidance=3) == [("/defaults/guidance", told)]


def test_strength_needs_a_reference_and_some_models_do_at_any_rate(folder: Path) -> None:
    world = World(folder, specs=(STEERED, IMG2IMG))
    told = "Strength says how much of a reference is painted anew; name one, or leave it out."
    assert refused(world, {"model": "steered", "strength": 0}) == [("/rows/0/strength", told)]
    wrong = refused(world, {"model": "img2img", "strength": 0.5})
    assert wrong == [("/rows/0/references", "img2img starts from a reference; name one.")]


def test_a_seed_beyond_the_models_range_is_refused_and_zero_is_taken(folder: Path) -> None:
    world = World(folder, specs=(STEERED,))
    told = "steered takes seeds up to 999999; with its variants this one grows to 1000000."
    assert refused(world, {"seed": 999_999, "variants": 2}) == [("/rows/0/seed", told)]
    batch = world.submit({"prompt": "a cup", "seed": 0, "variants": 2}, {"prompt": "a jug", "seed": 999_999})
    world.run()
    assert [item.seed for item in world.items(batch)] == [0, 1, 999_999]


@pytest.mark.parametrize(
    ("changes", "pointer"), [({"steps": 19}, "/changes/steps"), ({"model": "plain"}, "/changes/model")]
)
def test_a_retry_carries_and_checks_them(folder: Path, changes: dict[str, Any], pointer: str) -> None:
    provider = failing(of(ErrorKind.REFUSED), None)
    world = World(folder, provider=provider, specs=(STEERED, PLAIN))
    batch = world.submit({"prompt": "bad", "guidance": 7.5}, key="once")
    world.run()
    with pytest.raises(Invalid) as raised:
        world.engine.controls.retry(world.caller, batch, BatchRetry(changes=RetryChanges.model_validate(changes)))
    assert [error.pointer for error in raised.value.errors] == [pointer]
    world.engine.controls.retry(world.caller, batch, BatchRetry(changes=RetryChanges(steps=40)))
    world.run()
    (item,) = world.items(batch)
    assert (item.steps, item.guidance) == (40, 7.5)
    assert provider.requests[-1].steering == Steering(None, 40, 7.5)
    invariants.check(world)
