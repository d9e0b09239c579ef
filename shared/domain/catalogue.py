"""The image models that Fanfold knows, as data: the best first, what has ended last."""

from collections.abc import Collection, Mapping
from datetime import date
from types import MappingProxyType

from shared.domain.image_models import ImageModelSpec, Price, Unit

DOLLAR = 1_000_000
PREVIEW = "preview"
GEMINI = "gemini"

COMMON_RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
ALL_RATIOS = (*COMMON_RATIOS, "1:4", "4:1", "1:8", "8:1")
IMAGEN_RATIOS = ("1:1", "3:4", "4:3", "9:16", "16:9")

# Fanfold's own words about reference modes travel with every prompt.
INSTRUCTION_TOKENS = 160
INSTRUCTION_TOKENS_CEILING = 400

GOOGLE_PRICES = "https://ai.google.dev/gemini-api/docs/pricing"


def _frozen(units: Mapping[Unit, int]) -> Mapping[Unit, int]:
    return MappingProxyType(dict(units))


def _token_price(from_day: date, *, text_in: float, image_in: float, text_out: float, image_out: float) -> Price:
    """A price from dollars per million tokens."""
    dollars: dict[Unit, float] = {
        "input_text_tokens": text_in,
        "input_image_tokens": image_in,
        "output_text_tokens": text_out,
        "output_image_tokens": image_out,
    }
    return Price(
        from_day=from_day,
        micros_per_million=_frozen({unit: round(dollar * DOLLAR) for unit, dollar in dollars.items()}),
    )


def _units(image_tokens: Mapping[str, int], *, thinking: int, instructions: int) -> Mapping[str, Mapping[Unit, int]]:
    """Units of one image, per size; thinking is billed as text that comes out."""
    return MappingProxyType(
        {
            size: _frozen(
                {
                    "input_text_tokens": instructions,
                    "output_text_tokens": thinking,
                    "output_image_tokens": tokens,
                }
            )
            for size, tokens in image_tokens.items()
        }
    )


def _images(sizes: Collection[str]) -> Mapping[str, Mapping[Unit, int]]:
    return MappingProxyType({size: _frozen({"images": 1}) for size in sizes})


def _imagen(model_id: str, title: str, dollars: float) -> ImageModelSpec:
    sizes = ("1K",) if "fast" in model_id else ("1K", "2K")
    return ImageModelSpec(
        id=model_id,
        provider=GEMINI,
        title=title,
        aspect_ratios=IMAGEN_RATIOS,
        sizes=sizes,
        max_references=0,
        reference_modes=(),
        seed=True,
        prices=(
            Price(
                from_day=date(2025, 8, 14), micros_per_million=_frozen({"images": round(dollars * DOLLAR) * 1_000_000})
            ),
        ),
        expected_units=_images(sizes),
        ceiling_units=_images(sizes),
        typical_seconds=8,
        concurrency=8,
        rate_per_second=1,
        shutdown_on=date(2026, 8, 17),
        replacement="gemini-nano-banana-2.1",
        price_source=GOOGLE_PRICES,
    )


_NANO_BANANA = {"1K": 1120, "2K": 1680, "4K": 3780}
_FLASH_LITE = {"1K": 1120}
_PRO = {"1K": 1120, "2K": 1120, "4K": 2000}
_FLASH = {"512": 747, "1K": 1120, "2K": 1680, "4K": 2520}
_FLASH_2_5 = {"1K": 1290}
_PREVIEW_SIZES = ("512", "1K", "2K")

MODELS: tuple[ImageModelSpec, ...] = (
    ImageModelSpec(
        id="gemini-nano-banana-2.1",
        provider=GEMINI,
        title="Nano Banana 2.1",
        aspect_ratios=ALL_RATIOS,
        sizes=tuple(_NANO_BANANA),
        max_references=14,
        seed=True,
        prices=(_token_price(date(2026, 10, 6), text_in=1.50, image_in=1.50, text_out=7.50, image_out=30),),
        expected_units=_units(_NANO_BANANA, thinking=0, instructions=INSTRUCTION_TOKENS),
        ceiling_units=_units(_NANO_BANANA, thinking=2048, instructions=INSTRUCTION_TOKENS_CEILING),
        reference_tokens=1120,
        deadline_seconds=120,
        typical_seconds=8,
        concurrency=16,
        rate_per_second=4,
        price_source=GOOGLE_PRICES,
    ),
    ImageModelSpec(
        id="gemini-3.1-flash-lite-image",
        provider=GEMINI,
        title="Gemini 3.1 Flash-Lite Image",
        aspect_ratios=ALL_RATIOS,
        sizes=tuple(_FLASH_LITE),
        max_references=14,
        seed=True,
        prices=(_token_price(date(2026, 7, 1), text_in=0.25, image_in=0.25, text_out=1.50, image_out=30),),
        expected_units=_units(_FLASH_LITE, thinking=0, instructions=INSTRUCTION_TOKENS),
        ceiling_units=_units(_FLASH_LITE, thinking=2048, instructions=INSTRUCTION_TOKENS_CEILING),
        reference_tokens=1120,
        deadline_seconds=90,
        typical_seconds=4,
        concurrency=16,
        rate_per_second=4,
        price_source=GOOGLE_PRICES,
    ),
    ImageModelSpec(
        id="gemini-3-pro-image",
        provider=GEMINI,
        title="Gemini 3 Pro Image",
        aspect_ratios=COMMON_RATIOS,
        sizes=tuple(_PRO),
        max_references=14,
        seed=True,
        prices=(_token_price(date(2025, 11, 20), text_in=2, image_in=2, text_out=12, image_out=120),),
        expected_units=_units(_PRO, thinking=300, instructions=INSTRUCTION_TOKENS),
        ceiling_units=_units(_PRO, thinking=4096, instructions=INSTRUCTION_TOKENS_CEILING),
        reference_tokens=1120,
        deadline_seconds=240,
        typical_seconds=25,
        concurrency=8,
        rate_per_second=1,
        price_source=GOOGLE_PRICES,
    ),
    ImageModelSpec(
        id="preview",
        provider=PREVIEW,
        title="Preview (drawn here, free)",
        aspect_ratios=ALL_RATIOS,
        sizes=_PREVIEW_SIZES,
        max_references=6,
        seed=True,
        prices=(Price(from_day=date(2026, 1, 1), micros_per_million=_frozen({"images": 0})),),
        expected_units=_images(_PREVIEW_SIZES),
        ceiling_units=_images(_PREVIEW_SIZES),
        deadline_seconds=30,
        typical_seconds=2.5,
        concurrency=8,
        rate_per_second=64,
        price_source="Drawn by Fanfold itself; nothing is bought.",
    ),
    ImageModelSpec(
        id="gemini-3.1-flash-image",
        provider=GEMINI,
        title="Gemini 3.1 Flash Image",
        aspect_ratios=ALL_RATIOS,
        sizes=tuple(_FLASH),
        max_references=14,
        seed=True,
        prices=(_token_price(date(2026, 2, 26), text_in=0.50, image_in=0.50, text_out=3, image_out=60),),
        expected_units=_units(_FLASH, thinking=0, instructions=INSTRUCTION_TOKENS),
        ceiling_units=_units(_FLASH, thinking=2048, instructions=INSTRUCTION_TOKENS_CEILING),
        reference_tokens=1120,
        deadline_seconds=120,
        typical_seconds=12,
        concurrency=16,
        rate_per_second=4,
        shutdown_on=date(2026, 10, 29),
        replacement="gemini-nano-banana-2.1",
        price_source=GOOGLE_PRICES,
    ),
    ImageModelSpec(
        id="gemini-2.5-flash-image",
        provider=GEMINI,
        title="Gemini 2.5 Flash Image",
        aspect_ratios=COMMON_RATIOS,
        sizes=tuple(_FLASH_2_5),
        max_references=3,
        seed=True,
        prices=(_token_price(date(2025, 8, 26), text_in=0.30, image_in=0.30, text_out=2.50, image_out=30),),
        expected_units=_units(_FLASH_2_5, thinking=0, instructions=INSTRUCTION_TOKENS),
        ceiling_units=_units(_FLASH_2_5, thinking=0, instructions=INSTRUCTION_TOKENS_CEILING),
        reference_tokens=1290,
        typical_seconds=8,
        concurrency=16,
        rate_per_second=4,
        shutdown_on=date(2026, 10, 2),
        replacement="gemini-3.1-flash-lite-image",
        price_source=GOOGLE_PRICES,
    ),
    _imagen("imagen-4.0-generate-001", "Imagen 4", 0.04),
    _imagen("imagen-4.0-ultra-generate-001", "Imagen 4 Ultra", 0.06),
    _imagen("imagen-4.0-fast-generate-001", "Imagen 4 Fast", 0.02),
)

_BY_ID = {spec.id: spec for spec in MODELS}


def find(model_id: str) -> ImageModelSpec | None:
    """The model of that id, shut down or not."""
    return _BY_ID.get(model_id)
