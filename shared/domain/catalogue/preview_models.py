"""What Fanfold draws itself."""

from datetime import date

from shared.domain.catalogue.price_tables import ALL_RATIOS, frozen, images
from shared.domain.image_models import ImageModelSpec, Price

PREVIEW = "preview"

_PREVIEW_SIZES = ("512", "1K", "2K")

RUNNING: tuple[ImageModelSpec, ...] = (
    ImageModelSpec(
        id="preview",
        provider=PREVIEW,
        title="Preview (drawn here, free)",
        aspect_ratios=ALL_RATIOS,
        sizes=_PREVIEW_SIZES,
        max_references=6,
        seed=True,
        prices=(Price(from_day=date(2026, 1, 1), micros_per_million=frozen({"images": 0})),),
        expected_units=images(_PREVIEW_SIZES),
        ceiling_units=images(_PREVIEW_SIZES),
        deadline_seconds=30,
        typical_seconds=2.5,
        concurrency=8,
        rate_per_second=64,
        price_source="Drawn by Fanfold itself; nothing is bought.",
    ),
)
