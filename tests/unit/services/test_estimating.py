"""What a batch would cost and what would make it cheaper."""

from dataclasses import replace
from typing import Any

import pytest

from shared.domain import limits
from shared.domain.abilities import check_setting
from shared.domain.batch_forms import BatchCreate
from shared.domain.catalogue import PREVIEW, find
from shared.domain.estimates import LimitFit, Suggestion
from shared.domain.expansion import Combination
from shared.domain.image_models import ImageModelSpec, Unit
from shared.domain.offers import Offer
from shared.services.estimating import Estimator, Reusable
from shared.services.fitting import fit
from tests.clocks import START
from tests.engine.scripted import model

DAY = START.date()
DEAR = model("dear", price_micros=1_000)
CHEAP = model("cheap", price_micros=300)
CHEAPEST = model("cheapest", price_micros=100)


def image(name: str | None, **fields: Any) -> Combination:
    values: dict[str, Any] = {
        "row": 0,
        "number": 0,
        "variants": 1,
        "prompt": "a cup",
        "model": name,
        "aspect_ratio": None,
        "size": None,
        "seed": None,
        "references": (),
    }
    return Combination(**(values | fields))


def suggested(
    specs: list[ImageModelSpec], *images: Combination, reuse: bool = False, reusable: Reusable | None = None
) -> list[Suggestion]:
    estimator = Estimator(Offer(specs, {"scripted", PREVIEW}), day=DAY, model_concurrency=None)
    create = BatchCreate.model_validate({"rows": [{"prompt": "a cup"}], "reuse": reuse})
    return estimator.estimate(
        create, estimator.priced(images), reusable=reusable or Reusable(), limits=LimitFit(images=1)
    ).suggestions


def models(suggestions: list[Suggestion]) -> list[tuple[int, str]]:
    return [(one.saves_micros, one.change["each_row"]["model"]) for one in suggestions]


@pytest.mark.parametrize("specs", [[DEAR, CHEAP, CHEAPEST], [DEAR, CHEAPEST, CHEAP]])
def test_of_the_models_that_can_make_all_images_the_one_that_saves_the_most_is_named(
    specs: list[ImageModelSpec],
) -> None:
    found = suggested(specs, image("dear"), image("cheap"))
    assert models(found) == [(900 + 200, "cheapest")]


@pytest.mark.parametrize(
    ("lacking", "asked"),
    [
        (replace(CHEAPEST, sizes=("512",)), {}),
        (replace(CHEAPEST, aspect_ratios=("4:5",)), {}),
        (replace(CHEAPEST, max_references=0), {"references": ("ref_a",)}),
        (replace(CHEAPEST, seed=False), {"seed": 7}),
        (replace(CHEAPEST, provider=PREVIEW), {}),
        (replace(CHEAPEST, shutdown_on=DAY), {}),
    ],
)
def test_a_cheaper_model_that_cannot_make_every_image_is_not_named(
    lacking: ImageModelSpec, asked: dict[str, Any]
) -> None:
    assert models(suggested([DEAR, CHEAP, lacking], image("dear", **asked))) == [(700, "cheap")]
    assert suggested([DEAR, lacking], image("dear", **asked)) == []


def priced_by_size(sizes: dict[str, int]) -> ImageModelSpec:
    units: dict[str, dict[Unit, int]] = {size: {"images": count} for size, count in sizes.items()}
    return replace(DEAR, sizes=tuple(sizes), expected_units=units, ceiling_units=units)


def test_the_smallest_size_that_costs_less_is_named() -> None:
    found = suggested([priced_by_size({"1K": 2, "2K": 3, "4K": 5})], image("dear", size="4K", variants=2))
    assert [(one.saves_micros, one.change) for one in found] == [
        (6_000, {"each_row": {"size": "1K"}}),
        (5_000, {"each_row": {"variants": 1}}),
    ]


def test_a_smaller_size_that_costs_the_same_is_not_named() -> None:
    assert suggested([priced_by_size({"512": 5, "1K": 5})], image("dear", size="1K")) == []


def test_shapes_of_one_size_are_priced_apart_where_the_provider_bills_them_so() -> None:
    spec = replace(find("gpt-image-2") or DEAR, provider="scripted")
    estimator = Estimator(Offer([spec], {"scripted"}), day=DAY, model_concurrency=None)
    square, wide, unsaid = estimator.priced([image(spec.id, aspect_ratio=ratio) for ratio in ("1:1", "16:9", None)])
    assert wide.estimated_micros < square.estimated_micros == unsaid.estimated_micros
    assert wide.ceiling_micros < square.ceiling_micros == unsaid.ceiling_micros


def test_a_combination_of_no_known_model_has_no_price() -> None:
    with pytest.raises(LookupError, match="gone"):
        suggested([DEAR], image("gone"))


def test_a_seed_for_a_model_that_takes_none_is_told() -> None:
    offer = Offer([replace(DEAR, seed=False)], {"scripted"})
    told = check_setting(offer, day=DAY, model="dear", aspect_ratio="1:1", size="1K", seed=3, references=0)
    assert list(told) == [("seed", "dear takes no seed; leave it out.")]


def standing(limit: int, *, unit: limits.Unit = limits.Unit.MICROS, spent: int = 0) -> limits.Standing:
    return limits.Standing(
        holder=limits.Holder.ORGANISATION, period=limits.Period.TOTAL, unit=unit, limit=limit, spent=spent, reserved=0
    )


@pytest.mark.parametrize(
    ("standings", "images", "told"),
    [
        ([], 3, None),
        ([standing(3_000)], 3, None),
        ([standing(2_999)], 2, "The organisation's limit, $0.0030"),
        ([standing(5_000, spent=4_500)], 0, "The organisation's limit, $0.0050"),
        ([standing(0)], 0, "The organisation's limit, $0.00"),
        ([standing(-5_000), standing(1, unit=limits.Unit.IMAGES)], 0, "The organisation's limit, $-0.0050"),
        ([standing(9_000), standing(1, unit=limits.Unit.IMAGES)], 1, "The organisation's limit, 1 image"),
    ],
)
def test_an_estimate_says_after_how_many_images_which_limit_is_hit(
    standings: list[limits.Standing], images: int, told: str | None
) -> None:
    estimator = Estimator(Offer([DEAR], {"scripted"}), day=DAY, model_concurrency=None)
    found = fit(standings, estimator.priced([image("dear"), image("dear", variants=2)]))
    assert (found.fits, found.images, found.limit) == (told is None, images, told)


def test_another_model_saves_only_what_is_left_beside_images_that_are_taken_for_nothing() -> None:
    dear = [image("dear", row=row) for row in range(4)]
    one_taken, three_taken = Reusable(images=1, micros=1_000), Reusable(images=3, micros=3_000)
    assert models(suggested([DEAR, CHEAPEST], *dear, reuse=True, reusable=one_taken)) == [(3_600 - 1_000, "cheapest")]
    assert suggested([DEAR, CHEAP], *dear, reuse=True, reusable=three_taken) == []
    assert models(suggested([DEAR, CHEAP], *dear)) == [(2_800, "cheap")]
