"""Flux: Black Forest Labs' own service, which sells pixels, and image-to-image on a server of one's own."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from shared.domain.catalogue.price_tables import COMMON_RATIOS, DOLLAR, frozen, images
from shared.domain.image_models import ImageModelSpec, JobPace, Price, Unit
from shared.domain.steering import GUIDANCE, STEPS, STRENGTH, UNSTEERED, Span, SteeringSpans

FLUX = "flux"
FLUX_SERVER = "flux_server"
FLUX_PRICES = "https://bfl.ai/pricing"
# The whole account may have 24 jobs at once; the models share them out.
MAX_SEED = 999_999
_SIZES = ("512", "1K")
# Its answers tell what a job costs in credits, 100 to the dollar; the pixels are for what is not submitted yet.
_MICROS_A_MILLICREDIT = 10


def _price(first: float, further: float) -> Price:
    """From dollars for the first megapixel of a picture, and for each one more, whether painted or shown as a reference."""
    return Price(
        from_day=date(2025, 11, 25),
        micros_per_million=frozen(
            {
                "images": round(first * DOLLAR) * 1_000_000,
                "output_megapixels": round(further * DOLLAR) * 1_000_000,
                "input_megapixels": round(further * DOLLAR) * 1_000_000,
                "millicredits": _MICROS_A_MILLICREDIT * 1_000_000,
            }
        ),
    )


def _ceilings() -> Mapping[str, Mapping[Unit, int]]:
    """Pictures on a grid may be a few pixels larger than their square, which may count as one megapixel more."""
    return MappingProxyType({"512": frozen({"images": 1}), "1K": frozen({"images": 1, "output_megapixels": 1})})


def _flux2(
    name: str,
    title: str,
    *,
    first: float,
    further: float,
    typical_seconds: float,
    deadline_seconds: int,
    concurrency: int,
    max_references: int = 8,
    steering: SteeringSpans = UNSTEERED,
) -> ImageModelSpec:
    return ImageModelSpec(
        id=name,
        provider=FLUX,
        title=title,
        aspect_ratios=COMMON_RATIOS,
        sizes=_SIZES,
        max_references=max_references,
        seed=True,
        max_seed=MAX_SEED,
        steering=steering,
        prices=(_price(first, further),),
        expected_units=images(_SIZES),
        ceiling_units=_ceilings(),
        reference_megapixels=1,
        reference_megapixels_ceiling=4,
        deadline_seconds=deadline_seconds,
        job=JobPace(first_poll_seconds=typical_seconds * 0.75, poll_seconds=max(typical_seconds / 4, 0.5)),
        typical_seconds=typical_seconds,
        concurrency=concurrency,
        rate_per_second=2,
        price_source=FLUX_PRICES,
    )


RUNNING: tuple[ImageModelSpec, ...] = (
    _flux2(
        "flux-2-pro",
        "FLUX.2 [pro]",
        first=0.03,
        further=0.015,
        typical_seconds=10,
        deadline_seconds=180,
        concurrency=12,
    ),
    _flux2(
        "flux-2-klein-4b",
        "FLUX.2 [klein] 4B",
        first=0.014,
        further=0.001,
        typical_seconds=2,
        deadline_seconds=90,
        concurrency=4,
        max_references=4,
    ),
    _flux2(
        "flux-2-flex",
        "FLUX.2 [flex]",
        first=0.05,
        further=0.05,
        typical_seconds=20,
        deadline_seconds=300,
        concurrency=4,
        steering=SteeringSpans(steps=Span(1, 50), guidance=Span(1.5, 10)),
    ),
    _flux2(
        "flux-2-max",
        "FLUX.2 [max]",
        first=0.07,
        further=0.03,
        typical_seconds=16,
        deadline_seconds=300,
        concurrency=4,
    ),
)

OWN: tuple[ImageModelSpec, ...] = (
    ImageModelSpec(
        id="flux-img2img",
        provider=FLUX_SERVER,
        title="FLUX image-to-image (a server of your own)",
        aspect_ratios=COMMON_RATIOS,
        sizes=_SIZES,
        min_references=1,
        max_references=1,
        seed=True,
        max_seed=MAX_SEED,
        steering=SteeringSpans(strength=STRENGTH, steps=STEPS, guidance=GUIDANCE),
        prices=(Price(from_day=date(2026, 1, 1), micros_per_million=frozen({"images": 0})),),
        expected_units=images(_SIZES),
        ceiling_units=images(_SIZES),
        deadline_seconds=600,
        job=JobPace(first_poll_seconds=5, poll_seconds=3),
        typical_seconds=20,
        concurrency=2,
        rate_per_second=1,
        price_source="Painted by a server of your own; nothing is bought.",
    ),
)
