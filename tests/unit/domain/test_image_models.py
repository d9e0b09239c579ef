"""The arithmetic of models: prices, costs, times."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.catalogue import MODELS
from shared.domain.image_models import Price, Unit, ceiling_micros, cost_micros, estimate_micros
from tests.engine.scripted import model

DAY = date(2026, 11, 1)
counts = st.integers(min_value=0, max_value=10**12)
prices = st.integers(min_value=0, max_value=10**12)


def price(micros: int, unit: Unit = "images", day: date = DAY) -> Price:
    return Price(from_day=day, micros_per_million={unit: micros})


@given(counts, prices, counts, prices)
def test_a_cost_is_rounded_up_once_and_exactly(images: int, each: int, tokens: int, per_token: int) -> None:
    both = Price(from_day=DAY, micros_per_million={"images": each, "output_text_tokens": per_token})
    cost = cost_micros({"images": images, "output_text_tokens": tokens}, both)
    exact = images * each + tokens * per_token
    assert cost * 1_000_000 - exact in range(1_000_000)


def test_nothing_is_free_by_accident() -> None:
    with pytest.raises(KeyError):
        cost_micros({"input_text_tokens": 1}, price(5))
    assert cost_micros({"input_text_tokens": 0, "images": 2}, price(5_000_000)) == 10


def test_the_price_of_the_day_is_taken() -> None:
    dated = replace(
        model(), prices=(price(1, day=date(2026, 6, 1)), price(2, day=date(2026, 1, 1)), price(3, day=date(2026, 3, 1)))
    )
    days = [date(2025, 1, 1), date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 31), date(2026, 6, 1)]
    assert [dated.price_on(day).micros_per_million["images"] for day in days] == [2, 2, 3, 3, 1]


@pytest.mark.parametrize("spec", MODELS, ids=lambda spec: spec.id)
def test_an_estimate_never_exceeds_its_ceiling_and_both_grow_with_what_is_asked(spec: object) -> None:
    assert spec in MODELS
    chosen = next(one for one in MODELS if one is spec)
    for size in chosen.sizes:
        asked = {"size": size, "day": DAY}
        few = estimate_micros(chosen, references=0, prompt="", **asked)  # type: ignore[arg-type]
        many = estimate_micros(chosen, references=3, prompt="é" * 4_000, **asked)  # type: ignore[arg-type]
        assert few <= many <= ceiling_micros(chosen, references=3, prompt="é" * 4_000, **asked)  # type: ignore[arg-type]


def test_a_prompt_counts_by_its_bytes_and_references_by_their_tokens() -> None:
    spec = replace(
        model(),
        expected_units={"1K": {"input_text_tokens": 10}},
        reference_tokens=1_000,
        prices=(
            Price(from_day=DAY, micros_per_million={"input_text_tokens": 1_000_000, "input_image_tokens": 2_000_000}),
        ),
    )
    assert estimate_micros(spec, size="1K", references=0, prompt="é", day=DAY) == 12
    assert estimate_micros(spec, size="1K", references=2, prompt="", day=DAY) == 10 + 4_000


def test_times_are_in_their_order() -> None:
    for spec in MODELS:
        assert spec.call_seconds + 30 < spec.lease_seconds < spec.dispatch_deadline_seconds


def test_a_model_ends_on_its_day() -> None:
    spec = model(shutdown_on=DAY)
    assert spec.is_shut_down(DAY)
    assert not spec.is_shut_down(date(2026, 10, 31))
    assert not model().is_shut_down(date.max)
