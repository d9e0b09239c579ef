"""Recipes: what decides an image, and nothing else."""

from typing import Any

import pytest

from shared.domain.items import ItemReference
from shared.domain.modes import ReferenceMode
from shared.domain.recipes import hash_of, recipe_hash, recipe_of
from shared.domain.steering import Steering
from tests.unit.domain.examples import item


def reference(name: str, sha256: str) -> ItemReference:
    return ItemReference(id=name, object=f"o/{name}", media_type="image/png", sha256=sha256)


RECIPE: dict[str, Any] = {
    "model": "m",
    "prompt": "A walker",
    "references": [reference("ref_a", "aa"), reference("ref_b", "bb")],
    "reference_mode": ReferenceMode.STYLE_ONLY,
    "aspect_ratio": "4:5",
    "size": "1K",
    "seed": None,
    "variant": 1,
}


@pytest.mark.parametrize(
    "change",
    [
        {"model": "n"},
        {"prompt": "A walker "},
        {"references": RECIPE["references"][::-1]},
        {"references": []},
        {"references": [reference("ref_a", "aa"), reference("ref_b", "cc")]},
        {"reference_mode": ReferenceMode.STYLE_AND_COMPOSITION},
        {"aspect_ratio": "5:4"},
        {"size": "2K"},
        {"seed": 0},
        {"variant": 2},
        {"steering": Steering(strength=0.0)},
        {"steering": Steering(steps=30)},
        {"steering": Steering(guidance=7.0)},
    ],
    ids=str,
)
def test_all_that_decides_an_image_is_in_its_hash(change: dict[str, Any]) -> None:
    assert recipe_hash(**(RECIPE | change)) != recipe_hash(**RECIPE)


def test_what_does_not_decide_it_is_not() -> None:
    renamed = [reference("ref_x", "aa"), reference("ref_y", "bb")]
    assert recipe_hash(**(RECIPE | {"references": renamed})) == recipe_hash(**RECIPE)
    seeded = RECIPE | {"seed": 7}
    assert recipe_hash(**(seeded | {"variant": 2})) == recipe_hash(**seeded)


def test_hashes_that_were_written_stay_what_they_are() -> None:
    # Reuse looks images up by hashes of earlier versions.
    plain = item(prompt="Ein Stuhl für Zoë", model="preview", aspect_ratio="4:5", seed=3, variant=2)
    assert hash_of(plain) == "28ff93d7b323d980835d17b58c26855db59796767113be04818d606ae2b043e5"


def test_an_items_recipe_is_kept_in_full() -> None:
    made = item(references=RECIPE["references"], seed=3, reference_mode=ReferenceMode.STYLE_AND_COMPOSITION)
    recipe = recipe_of(made)
    assert recipe["references"] == ["ref_a", "ref_b"]
    assert (recipe["seed"], recipe["prompt"], recipe["reference_mode"]) == (3, "A walker", "style_and_composition")
    assert hash_of(made) == recipe_hash(
        **(RECIPE | {"aspect_ratio": "1:1", "seed": 3, "reference_mode": ReferenceMode.STYLE_AND_COMPOSITION})
    )


def test_a_recipe_names_the_steering_that_was_said_and_no_other() -> None:
    steered = item(strength=0.0, steps=30)
    assert {"strength": 0.0, "steps": 30}.items() <= recipe_of(steered).items()
    assert "guidance" not in recipe_of(steered)
    assert hash_of(steered) != hash_of(item())
