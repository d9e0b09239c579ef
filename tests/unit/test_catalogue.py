"""The catalogue of models: documented prices, complete tables, an end that leads somewhere."""

from datetime import date
from typing import Any, get_args

import pytest

from shared.domain.catalogue import ALL_RATIOS, MODELS, find
from shared.domain.image_models import ImageModelSpec, Unit, ceiling_micros, cost_micros, estimate_micros
from shared.domain.offers import Offer
from shared.domain.shapes import SIZE_EDGE, parse_ratio

TODAY = date(2026, 11, 21)

DOCUMENTED_DOLLARS = {
    ("gemini-nano-banana-2.1", "1K"): "0.0336",
    ("gemini-nano-banana-2.1", "2K"): "0.0504",
    ("gemini-nano-banana-2.1", "4K"): "0.1134",
    ("gemini-3.1-flash-lite-image", "1K"): "0.0336",
    ("gemini-3-pro-image", "1K"): "0.134",
    ("gemini-3-pro-image", "2K"): "0.134",
    ("gemini-3-pro-image", "4K"): "0.240",
    ("gemini-3.1-flash-image", "512"): "0.045",
    ("gemini-3.1-flash-image", "1K"): "0.067",
    ("gemini-3.1-flash-image", "2K"): "0.101",
    ("gemini-3.1-flash-image", "4K"): "0.151",
    ("gemini-2.5-flash-image", "1K"): "0.039",
    ("imagen-4.0-generate-001", "1K"): "0.040",
    ("imagen-4.0-generate-001", "2K"): "0.040",
    ("imagen-4.0-ultra-generate-001", "1K"): "0.060",
    ("imagen-4.0-ultra-generate-001", "2K"): "0.060",
    ("imagen-4.0-fast-generate-001", "1K"): "0.020",
    **{
        (f"gpt-image-{version}", size): dollars
        for versions, prices in (
            (("2.6-flare", "2.5-flare"), ("0.013", "0.027", "0.044")),
            (("2.6-sunburst", "2.5-sunburst", "2"), ("0.053", "0.107", "0.178")),
        )
        for version in versions
        for size, dollars in zip(("1K", "2K", "4K"), prices, strict=True)
    },
    ("gpt-image-1.5", "1K"): "0.034",
    ("gpt-image-1-mini", "1K"): "0.008",
    ("gpt-image-1", "1K"): "0.042",
    ("dall-e-3", "1K"): "0.040",
    **{
        (model, size): dollars
        for model, dollars in (
            ("flux-2-pro", "0.030"),
            ("flux-2-klein-4b", "0.014"),
            ("flux-2-flex", "0.050"),
            ("flux-2-max", "0.070"),
            ("flux-img2img", "0.000"),
        )
        for size in ("512", "1K")
    },
    ("preview", "512"): "0.000",
    ("preview", "1K"): "0.000",
    ("preview", "2K"): "0.000",
}

each_model = pytest.mark.parametrize("spec", MODELS, ids=lambda spec: spec.id)


def test_every_model_and_size_has_a_documented_price_to_be_held_to() -> None:
    assert {(spec.id, size) for spec in MODELS for size in spec.sizes} == set(DOCUMENTED_DOLLARS)


@pytest.mark.parametrize(("model", "size"), DOCUMENTED_DOLLARS)
def test_the_image_alone_costs_what_the_price_page_says(model: str, size: str) -> None:
    spec = find(model)
    assert spec is not None
    drawn: dict[str, int] = {
        unit: n for unit, n in spec.expected_units[size].items() if unit in ("output_image_tokens", "images")
    }
    documented = DOCUMENTED_DOLLARS[model, size]
    places = len(documented.partition(".")[2])
    assert f"{cost_micros(drawn, spec.price_on(TODAY)) / 1_000_000:.{places}f}" == documented


@each_model
def test_every_size_is_in_both_unit_tables_and_in_pixels(spec: ImageModelSpec) -> None:
    assert set(spec.sizes) == set(spec.expected_units) == set(spec.ceiling_units)
    assert set(spec.sizes) <= set(SIZE_EDGE)
    assert set(spec.aspect_ratios) <= set(ALL_RATIOS)
    assert len(set(spec.aspect_ratios)) == len(spec.aspect_ratios)
    assert all(parse_ratio(ratio) > 0 for ratio in spec.aspect_ratios)


@each_model
def test_every_unit_that_may_be_billed_has_a_price(spec: ImageModelSpec) -> None:
    for price in spec.prices:
        assert set(price.micros_per_million) <= set(get_args(Unit))
        for table in (spec.expected_units, spec.ceiling_units):
            assert all(set(units) <= set(price.micros_per_million) for units in table.values())
        if spec.reference_tokens:
            assert "input_image_tokens" in price.micros_per_million
        if spec.reference_megapixels:
            assert "input_megapixels" in price.micros_per_million


@pytest.mark.parametrize(
    ("model", "references", "dollars"),
    [
        ("flux-2-pro", 1, "0.045"),
        ("flux-2-klein-4b", 1, "0.015"),
        ("flux-2-flex", 1, "0.100"),
        ("flux-2-max", 2, "0.130"),
    ],
)
def test_references_cost_by_the_megapixel_where_pixels_are_sold(model: str, references: int, dollars: str) -> None:
    spec = find(model)
    assert spec is not None
    cost = estimate_micros(spec, size="1K", references=references, prompt="a cup", day=TODAY)
    assert f"{cost / 1_000_000:.3f}" == dollars
    assert ceiling_micros(spec, size="1K", references=references, prompt="a cup", day=TODAY) > cost


@each_model
def test_a_job_is_looked_at_within_its_time_and_each_delivery_within_its_functions(spec: ImageModelSpec) -> None:
    assert spec.dispatch_deadline_seconds <= 600
    if spec.job is not None:
        assert spec.job.first_poll_seconds + spec.job.poll_seconds < spec.deadline_seconds


# What each provider's adapter can book; a unit without a price would cost the ceiling.
BILLED = {
    "gemini": {"input_text_tokens", "input_image_tokens", "output_text_tokens", "output_image_tokens"},
    "openai": {"input_text_tokens", "input_image_tokens", "output_text_tokens", "output_image_tokens"},
    "flux": {"images", "output_megapixels", "input_megapixels", "millicredits"},
    "flux_server": {"images"},
    "preview": {"images"},
}
# They were sold by the image and are bought no more.
BY_THE_IMAGE = ("imagen-", "dall-e-")


@each_model
def test_every_unit_that_its_provider_can_bill_has_a_price_on_every_day(spec: ImageModelSpec) -> None:
    billed = {"images"} if spec.id.startswith(BY_THE_IMAGE) else BILLED[spec.provider]
    for price in spec.prices:
        assert billed == set(price.micros_per_million)
        # Only what Fanfold draws itself, and what a server of one's own does, costs nothing.
        assert all(price.micros_per_million.values()) == (spec.provider not in ("preview", "flux_server"))


@each_model
def test_the_ceiling_is_never_below_the_estimate(spec: ImageModelSpec) -> None:
    for size in spec.sizes:
        for references in (0, spec.max_references):
            what = {"size": size, "references": references, "prompt": "A walker ☀" * 300, "day": TODAY}
            assert ceiling_micros(spec, **what) >= estimate_micros(spec, **what)  # type: ignore[arg-type]


@each_model
def test_every_shape_costs_at_least_its_estimate_and_at_most_the_ceiling_of_its_size(spec: ImageModelSpec) -> None:
    for size in spec.sizes:
        what: dict[str, Any] = {"size": size, "references": spec.max_references, "prompt": "A walker ☀", "day": TODAY}
        for ratio in spec.aspect_ratios:
            likely = estimate_micros(spec, **what, aspect_ratio=ratio)
            most = ceiling_micros(spec, **what, aspect_ratio=ratio)
            assert likely <= most <= ceiling_micros(spec, **what)
            assert spec.shape_tokens or likely == estimate_micros(spec, **what)


def test_a_wide_picture_by_openai_is_estimated_at_what_its_own_shape_bills() -> None:
    spec = find("gpt-image-2.6-sunburst")
    assert spec is not None
    costs = [
        estimate_micros(spec, size="1K", references=0, prompt="", day=TODAY, aspect_ratio=ratio)
        for ratio in ("1:1", "16:9")
    ]
    # 160 tokens of instructions at $5, then 1,756 or 987 tokens of 1024 x 1024 or 1360 x 768 at $30 a million.
    assert costs == [160 * 5 + 1_756 * 30, 160 * 5 + 987 * 30]


@each_model
def test_what_has_an_end_has_a_replacement_that_still_runs(spec: ImageModelSpec) -> None:
    assert (spec.shutdown_on is None) == (spec.replacement is None)
    if spec.replacement is not None:
        replacement = find(spec.replacement)
        assert replacement is not None
        assert replacement.provider == spec.provider
        assert replacement.shutdown_on is None


def test_ids_are_unique_and_unknown_ids_find_nothing() -> None:
    assert len({spec.id for spec in MODELS}) == len(MODELS)
    assert all(find(spec.id) is spec for spec in MODELS)
    assert find("imagen-3") is None


@pytest.mark.parametrize(
    ("model", "last_day"),
    [
        ("gemini-2.5-flash-image", date(2026, 10, 1)),
        ("gemini-3.1-flash-image", date(2026, 10, 28)),
        ("imagen-4.0-generate-001", date(2026, 8, 16)),
        ("gpt-image-1", date(2026, 10, 22)),
        ("dall-e-3", date(2026, 5, 11)),
    ],
)
def test_a_model_ends_on_its_announced_day(model: str, last_day: date) -> None:
    spec = find(model)
    assert spec is not None
    assert not spec.is_shut_down(last_day)
    assert spec.is_shut_down(date.fromordinal(last_day.toordinal() + 1))


def test_rows_that_name_no_model_get_the_best_running_one_of_the_configured_providers() -> None:
    assert Offer(MODELS, ["preview"]).default(TODAY).id == "preview"
    assert Offer(MODELS, ["preview", "flux_server"]).default(TODAY).id == "preview"
    assert Offer(MODELS, ["preview", "flux"]).default(TODAY).id == "flux-2-pro"
    assert Offer(MODELS, ["preview", "gemini"]).default(TODAY).id == "gemini-nano-banana-2.1"
    assert Offer(MODELS, ["preview", "openai"]).default(TODAY).id == "gpt-image-2.6-flare"
    assert Offer(MODELS, ["preview", "openai", "gemini"]).default(TODAY).id == "gemini-nano-banana-2.1"


def test_all_fourteen_ratios_are_offered_by_the_preview() -> None:
    preview = find("preview")
    assert preview is not None
    assert len(preview.aspect_ratios) == 14
    assert preview.sizes == ("512", "1K", "2K")
    assert preview.max_references == 6
    assert preview.seed
