"""OpenAI's image models. Each is offered at one quality, because quality decides the price."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from shared.domain.catalogue.openai_sizes import EDGES, FIXED, free_shape, tokens
from shared.domain.catalogue.price_tables import (
    COMMON_RATIOS,
    DOLLAR,
    INSTRUCTION_TOKENS,
    INSTRUCTION_TOKENS_CEILING,
    frozen,
    images,
    token_price,
    units,
)
from shared.domain.image_models import ImageModelSpec, Price, Unit, with_margin

OPENAI = "openai"

OPENAI_PRICES = "https://developers.openai.com/api/docs/pricing"
_REPORTED = f"{OPENAI_PRICES}; day and prices of 2.6 as users report them, equal to 2.5's: not read on the page itself."
_COUNTED = (
    f"{OPENAI_PRICES}; tokens by size as OpenAI's own calculator counts them; text that comes out has no price there."
)

# How carefully a picture is painted, as the side of its token grid.
_FACTORS = {"medium": 24, "high": 48}
_FACTORS_OF_2 = {"medium": 48}
# Each reference is cut into at most so many patches of 32 pixels; the older models count tiles of 512.
_PATCHES = 1536
_TILES = 65 + 8 * 129
# A reference adds words to the text that is billed, up to 45 tokens each where one was measured.
_WORDS_CEILING = INSTRUCTION_TOKENS_CEILING + 16 * 45
# What the three fixed shapes bill at medium quality.
_FIXED_TOKENS = {"1:1": 1056, "2:3": 1584, "3:2": 1568}


def _ceiling(shapes: Mapping[tuple[str, str], int], *, thinking: int) -> Mapping[str, Mapping[Unit, int]]:
    """The most that any shape of a size bills."""
    most: dict[str, int] = {}
    for (size, _), count in shapes.items():
        most[size] = max(most.get(size, 0), with_margin(count))
    return units(most, thinking=thinking, instructions=_WORDS_CEILING)


def _free(
    model_id: str, title: str, *, quality: str, factor: int, since: date, source: str, seconds: float
) -> ImageModelSpec:
    """A model that paints any shape up to 3840 x 2160."""
    shapes = {(size, ratio): tokens(*free_shape(ratio, size), factor) for size in EDGES for ratio in COMMON_RATIOS}
    return ImageModelSpec(
        id=model_id,
        provider=OPENAI,
        title=title,
        quality=quality,
        aspect_ratios=COMMON_RATIOS,
        sizes=tuple(EDGES),
        edges=MappingProxyType(EDGES),
        max_references=16,
        seed=False,
        prices=(token_price(since, text_in=5, image_in=8, text_out=30, image_out=30),),
        expected_units=units(
            {size: shapes[size, "1:1"] for size in EDGES}, thinking=0, instructions=INSTRUCTION_TOKENS
        ),
        ceiling_units=_ceiling(shapes, thinking=0),
        shape_tokens=MappingProxyType(shapes),
        reference_tokens=_PATCHES,
        deadline_seconds=240,
        typical_seconds=seconds,
        concurrency=8,
        rate_per_second=2,
        price_source=source,
    )


def _fixed(
    model_id: str,
    title: str,
    price: Price,
    *,
    thinking: int = 0,
    shutdown_on: date | None = None,
    replacement: str | None = None,
) -> ImageModelSpec:
    """An older model of three shapes, at medium quality."""
    shapes = {("1K", ratio): count for ratio, count in _FIXED_TOKENS.items()}
    return ImageModelSpec(
        id=model_id,
        provider=OPENAI,
        title=title,
        quality="medium",
        aspect_ratios=tuple(FIXED),
        sizes=("1K",),
        max_references=16,
        seed=False,
        prices=(price,),
        expected_units=units({"1K": shapes["1K", "1:1"]}, thinking=0, instructions=INSTRUCTION_TOKENS),
        ceiling_units=_ceiling(shapes, thinking=thinking),
        shape_tokens=MappingProxyType(shapes),
        reference_tokens=_TILES,
        deadline_seconds=240,
        typical_seconds=20,
        concurrency=8,
        rate_per_second=1,
        shutdown_on=shutdown_on,
        replacement=replacement,
        price_source=OPENAI_PRICES,
    )


RUNNING: tuple[ImageModelSpec, ...] = (
    _free(
        "gpt-image-2.6-flare",
        "GPT Image 2.6 Flare, medium quality",
        quality="medium",
        factor=_FACTORS["medium"],
        since=date(2026, 11, 1),
        source=_REPORTED,
        seconds=12,
    ),
    _free(
        "gpt-image-2.6-sunburst",
        "GPT Image 2.6 Sunburst, high quality",
        quality="high",
        factor=_FACTORS["high"],
        since=date(2026, 11, 1),
        source=_REPORTED,
        seconds=25,
    ),
    _free(
        "gpt-image-2.5-flare",
        "GPT Image 2.5 Flare, medium quality",
        quality="medium",
        factor=_FACTORS["medium"],
        since=date(2026, 9, 8),
        source=_COUNTED,
        seconds=12,
    ),
    _free(
        "gpt-image-2.5-sunburst",
        "GPT Image 2.5 Sunburst, high quality",
        quality="high",
        factor=_FACTORS["high"],
        since=date(2026, 9, 8),
        source=_COUNTED,
        seconds=25,
    ),
    _free(
        "gpt-image-2",
        "GPT Image 2, medium quality",
        quality="medium",
        factor=_FACTORS_OF_2["medium"],
        since=date(2026, 4, 21),
        source=_COUNTED,
        seconds=25,
    ),
    _fixed(
        "gpt-image-1.5",
        "GPT Image 1.5, medium quality",
        token_price(date(2025, 12, 16), text_in=5, image_in=8, text_out=10, image_out=32),
        thinking=1024,
    ),
    _fixed(
        "gpt-image-1-mini",
        "GPT Image 1 mini, medium quality",
        token_price(date(2025, 10, 6), text_in=2, image_in=2.5, text_out=8, image_out=8),
    ),
)

ENDED: tuple[ImageModelSpec, ...] = (
    _fixed(
        "gpt-image-1",
        "GPT Image 1, medium quality",
        token_price(date(2025, 4, 23), text_in=5, image_in=10, text_out=40, image_out=40),
        shutdown_on=date(2026, 10, 23),
        replacement="gpt-image-2.6-flare",
    ),
    ImageModelSpec(
        id="dall-e-3",
        provider=OPENAI,
        title="DALL-E 3",
        quality="standard",
        aspect_ratios=("1:1",),
        sizes=("1K",),
        max_references=0,
        reference_modes=(),
        seed=False,
        prices=(Price(from_day=date(2023, 11, 6), micros_per_million=frozen({"images": 40_000 * DOLLAR})),),
        expected_units=images(("1K",)),
        ceiling_units=images(("1K",)),
        typical_seconds=15,
        concurrency=8,
        rate_per_second=1,
        shutdown_on=date(2026, 5, 12),
        replacement="gpt-image-2.6-flare",
        price_source=OPENAI_PRICES,
    ),
)
