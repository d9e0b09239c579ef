"""Google's image models."""

from datetime import date

from shared.domain.catalogue.price_tables import (
    ALL_RATIOS,
    COMMON_RATIOS,
    DOLLAR,
    INSTRUCTION_TOKENS,
    INSTRUCTION_TOKENS_CEILING,
    frozen,
    images,
    token_price,
    units,
)
from shared.domain.image_models import ImageModelSpec, Price

GEMINI = "gemini"
IMAGEN_RATIOS = ("1:1", "3:4", "4:3", "9:16", "16:9")

GOOGLE_PRICES = "https://ai.google.dev/gemini-api/docs/pricing"


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
                from_day=date(2025, 8, 14), micros_per_million=frozen({"images": round(dollars * DOLLAR) * 1_000_000})
            ),
        ),
        expected_units=images(sizes),
        ceiling_units=images(sizes),
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

RUNNING: tuple[ImageModelSpec, ...] = (
    ImageModelSpec(
        id="gemini-nano-banana-2.1",
        provider=GEMINI,
        title="Nano Banana 2.1",
        aspect_ratios=ALL_RATIOS,
        sizes=tuple(_NANO_BANANA),
        max_references=14,
        seed=True,
        prices=(token_price(date(2026, 10, 6), text_in=1.50, image_in=1.50, text_out=7.50, image_out=30),),
        expected_units=units(_NANO_BANANA, thinking=0, instructions=INSTRUCTION_TOKENS),
        ceiling_units=units(_NANO_BANANA, thinking=2048, instructions=INSTRUCTION_TOKENS_CEILING),
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
        prices=(token_price(date(2026, 7, 1), text_in=0.25, image_in=0.25, text_out=1.50, image_out=30),),
        expected_units=units(_FLASH_LITE, thinking=0, instructions=INSTRUCTION_TOKENS),
        ceiling_units=units(_FLASH_LITE, thinking=2048, instructions=INSTRUCTION_TOKENS_CEILING),
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
        prices=(token_price(date(2025, 11, 20), text_in=2, image_in=2, text_out=12, image_out=120),),
        expected_units=units(_PRO, thinking=300, instructions=INSTRUCTION_TOKENS),
        ceiling_units=units(_PRO, thinking=4096, instructions=INSTRUCTION_TOKENS_CEILING),
        reference_tokens=1120,
        deadline_seconds=240,
        typical_seconds=25,
        concurrency=8,
        rate_per_second=1,
        price_source=GOOGLE_PRICES,
    ),
)

ENDED: tuple[ImageModelSpec, ...] = (
    ImageModelSpec(
        id="gemini-3.1-flash-image",
        provider=GEMINI,
        title="Gemini 3.1 Flash Image",
        aspect_ratios=ALL_RATIOS,
        sizes=tuple(_FLASH),
        max_references=14,
        seed=True,
        prices=(token_price(date(2026, 2, 26), text_in=0.50, image_in=0.50, text_out=3, image_out=60),),
        expected_units=units(_FLASH, thinking=0, instructions=INSTRUCTION_TOKENS),
        ceiling_units=units(_FLASH, thinking=2048, instructions=INSTRUCTION_TOKENS_CEILING),
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
        prices=(token_price(date(2025, 8, 26), text_in=0.30, image_in=0.30, text_out=2.50, image_out=30),),
        expected_units=units(_FLASH_2_5, thinking=0, instructions=INSTRUCTION_TOKENS),
        ceiling_units=units(_FLASH_2_5, thinking=0, instructions=INSTRUCTION_TOKENS_CEILING),
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
