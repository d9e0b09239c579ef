"""From a row to its images."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.expansion import combinations, expand, images_of
from shared.domain.rows import Row

axes = st.fixed_dictionaries(
    {},
    optional={
        "aspect_ratio": st.lists(st.sampled_from(["1:1", "4:5", "16:9"]), max_size=3),
        "model": st.lists(st.sampled_from(["m", "n"]), max_size=3),
        "seed": st.lists(st.integers(0, 99), max_size=3),
        "references": st.lists(st.lists(st.sampled_from(["ref_a", "ref_b"]), max_size=2), max_size=3),
        "variables": st.lists(st.fixed_dictionaries({"product": st.sampled_from(["cane", "walker"])}), max_size=3),
    },
)
variants = st.none() | st.integers(1, 4)


def row(**fields: Any) -> Row:
    return Row.model_validate({"prompt": "A {{product}}", "variables": {"product": "chair"}, **fields})


@given(axes, variants, st.none() | st.integers(0, 99))
def test_a_product_has_every_combination_once_and_its_variants(
    expansion: dict[str, Any], count: int | None, seed: int | None
) -> None:
    given_row = row(expand=expansion, variants=count, seed=seed)
    images = list(expand(given_row, 7))
    assert len(images) == images_of(given_row) == combinations(given_row) * (count or 1)
    names = {(image.row, image.combination, image.variant) for image in images}
    assert len(names) == len(images)
    assert [(image.combination, image.variant) for image in images] == sorted(
        (image.combination, image.variant) for image in images
    )
    lists = {name: values for name, values in expansion.items() if values}
    total = 1
    for values in lists.values():
        total *= len(values)
    assert combinations(given_row) == total
    for image in images:
        assert image.row == 7
        first = next(other for other in images if other.combination == image.combination)
        assert image.seed == (None if first.seed is None else first.seed + image.variant - 1)


@given(st.integers(1, 5), variants)
def test_a_zip_takes_its_lists_side_by_side(length: int, count: int | None) -> None:
    expansion = {
        "mode": "zip",
        "seed": list(range(length)),
        "variables": [{"product": f"thing {number}"} for number in range(length)],
    }
    images = list(expand(row(expand=expansion, variants=count), 0))
    assert len(images) == images_of(row(expand=expansion, variants=count)) == length * (count or 1)
    assert all(image.prompt == f"A thing {image.combination}" for image in images)
    assert all(image.seed == image.combination + image.variant - 1 for image in images)


def test_zipped_lists_of_different_lengths_are_told_apart() -> None:
    uneven = row(expand={"mode": "zip", "seed": [1, 2], "model": ["m"]})
    with pytest.raises(ValueError, match="model has 1, seed has 2"):
        combinations(uneven)
    with pytest.raises(ValueError, match="one length"):
        images_of(uneven)


def test_without_an_expansion_a_row_is_one_combination() -> None:
    (image,) = expand(row(model="m", size="2K", references=["ref_a"]), 3)
    assert (image.prompt, image.model, image.size, image.references, image.seed) == (
        "A chair", "m", "2K", ("ref_a",), None,
    )  # fmt: skip
    assert combinations(row(expand={})) == combinations(row(expand={"mode": "zip"})) == 1


def test_the_expansion_speaks_louder_than_the_row() -> None:
    images = list(expand(row(model="m", seed=1, references=["ref_a"], expand={"model": ["n"], "references": [[]]}), 0))
    assert [(image.model, image.seed, image.references) for image in images] == [("n", 1, ())]


def test_a_place_that_nothing_fills_is_named() -> None:
    with pytest.raises(KeyError, match="colour"):
        list(expand(row(prompt="A {{colour}} {{product}}"), 0))
