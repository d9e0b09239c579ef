"""What the catalogue's tables are made of: dollars, ratios, and units by size."""

from collections.abc import Collection, Mapping
from datetime import date
from types import MappingProxyType

from shared.domain.image_models import Price, Unit

DOLLAR = 1_000_000

COMMON_RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
ALL_RATIOS = (*COMMON_RATIOS, "1:4", "4:1", "1:8", "8:1")

# Fanfold's own words about reference modes travel with every prompt.
INSTRUCTION_TOKENS = 160
INSTRUCTION_TOKENS_CEILING = 400


def frozen(counts: Mapping[Unit, int]) -> Mapping[Unit, int]:
    """The table, unchangeable."""
    return MappingProxyType(dict(counts))


def token_price(from_day: date, *, text_in: float, image_in: float, text_out: float, image_out: float) -> Price:
    """A price from dollars per million tokens."""
    dollars: dict[Unit, float] = {
        "input_text_tokens": text_in,
        "input_image_tokens": image_in,
        "output_text_tokens": text_out,
        "output_image_tokens": image_out,
    }
    return Price(
        from_day=from_day,
        micros_per_million=frozen({unit: round(dollar * DOLLAR) for unit, dollar in dollars.items()}),
    )


def units(image_tokens: Mapping[str, int], *, thinking: int, instructions: int) -> Mapping[str, Mapping[Unit, int]]:
    """Units of one image, per size; thinking is billed as text that comes out."""
    return MappingProxyType(
        {
            size: frozen(
                {
                    "input_text_tokens": instructions,
                    "output_text_tokens": thinking,
                    "output_image_tokens": tokens,
                }
            )
            for size, tokens in image_tokens.items()
        }
    )


def images(sizes: Collection[str]) -> Mapping[str, Mapping[Unit, int]]:
    """One image, whatever the size."""
    return MappingProxyType({size: frozen({"images": 1}) for size in sizes})
