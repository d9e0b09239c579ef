"""Bills as they are kept: which model a line names, sums by day and model, ids by content."""

from datetime import date
from decimal import Decimal

import pytest

from shared.domain.bills import Line, bill_id, kept_lines, model_of

DAY = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("provider", "billed", "model"),
    [
        ("openai", "gpt-image-2, image output", "gpt-image-2"),
        ("openai", "gpt-image-2-2026-04-21, input", "gpt-image-2"),
        ("openai", "gpt-image-2.6-flare", "gpt-image-2.6-flare"),
        ("openai", "GPT Image 1.5 | output", "gpt-image-1.5"),
        ("openai", "gpt-image-1-mini, output", "gpt-image-1-mini"),
        ("openai", "gpt-image-1, output", "gpt-image-1"),
        ("openai", "gpt-image-20", None),
        ("openai", "gpt-6, output", None),
        ("openai", "gemini-3-pro-image", None),
        ("gemini", "Gemini 3 Pro Image output tokens", "gemini-3-pro-image"),
        (
            "gemini",
            "Generate content image output token count gemini 3.1 flash lite image",
            "gemini-3.1-flash-lite-image",
        ),
        ("gemini", "Nano Banana 2.1 - output", "gemini-nano-banana-2.1"),
        ("gemini", "", None),
    ],
)
def test_a_line_names_the_model_whose_name_is_the_longest_in_it(provider: str, billed: str, model: str | None) -> None:
    assert model_of(billed, provider) == model


def test_lines_are_added_up_exactly_and_rounded_once() -> None:
    lines = [Line(DAY, "gpt-image-2, image output", Decimal("0.0000004"))] * 10
    (kept,) = kept_lines([*lines, Line(DAY, "gpt-image-2, input", Decimal(1))], "openai")
    assert (kept.day, kept.model, kept.known, kept.cost_micros) == ("2026-11-01", "gpt-image-2", True, 1_000_004)


def test_what_is_no_model_is_kept_under_its_own_name() -> None:
    kept = kept_lines([Line(None, "gpt-6, output", Decimal(1)), Line(DAY, "gpt-image-2", Decimal(2))], "openai")
    assert [(line.day, line.model, line.known) for line in kept] == [
        ("", "gpt-6, output", False),
        ("2026-11-01", "gpt-image-2", True),
    ]


def test_the_same_bill_has_the_same_id_in_whatever_order_and_form_it_comes() -> None:
    lines = [Line(DAY, "gpt-image-2, input", Decimal(1)), Line(DAY, "gpt-image-1.5", Decimal(2))]
    other = [Line(DAY, "gpt-image-1.5", Decimal(2)), Line(DAY, "gpt-image-2", Decimal("1.0"))]
    ids = [bill_id("org_a", "openai", DAY, DAY, kept_lines(some, "openai")) for some in (lines, other)]
    assert ids[0] == ids[1]
    assert ids[0] != bill_id("org_b", "openai", DAY, DAY, kept_lines(lines, "openai"))
    assert ids[0] != bill_id("org_a", "openai", DAY, DAY, kept_lines(lines[:1], "openai"))
