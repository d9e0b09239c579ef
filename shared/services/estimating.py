"""What a batch would cost and take, and what would make it cheaper."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from shared.domain.batches import BatchCreate
from shared.domain.estimates import Estimate, ModelShare, Suggestion
from shared.domain.expansion import PlannedImage
from shared.domain.image_models import ImageModelSpec, ceiling_micros, estimate_micros
from shared.domain.offers import Offer
from shared.services.planning import DEFAULT_RATIO, DEFAULT_SIZE

_OVERHEAD_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Priced:
    """An image with its model and its prices in micros."""

    image: PlannedImage
    spec: ImageModelSpec
    estimated_micros: int
    ceiling_micros: int


class Estimator:
    """Pure arithmetic over images that were checked."""

    def __init__(self, offer: Offer, *, day: date, model_concurrency: int | None) -> None:
        self._offer = offer
        self._day = day
        self._model_concurrency = model_concurrency

    def priced(self, images: Iterable[PlannedImage]) -> list[Priced]:
        """Each image with its prices."""
        return [self._price(image) for image in images]

    def estimate(self, create: BatchCreate, priced: Sequence[Priced], *, reusable: Sequence[Priced]) -> Estimate:
        """The answer to a dry run; `reusable` are the images whose equals exist or are asked for twice."""
        counted: Counter[str] = Counter(one.spec.id for one in priced)
        micros: Counter[str] = Counter()
        for one in priced:
            micros[one.spec.id] += one.estimated_micros
        saved = sum(one.estimated_micros for one in reusable) if create.reuse else 0
        suggestions = [
            *self._reuse(create, reusable),
            *self._cheaper(priced),
            *self._smaller(priced),
            *_fewer(priced),
        ]
        return Estimate(
            images=len(priced),
            estimated_micros=sum(micros.values()) - saved,
            estimated_seconds=self._seconds(priced),
            by_model=[
                ModelShare(model=model, images=count, estimated_micros=micros[model])
                for model, count in counted.most_common()
            ],
            suggestions=sorted(suggestions, key=lambda one: -one.saves_micros),
        )

    def _price(self, image: PlannedImage) -> Priced:
        spec = self._offer.find(image.model or "")
        if spec is None:
            raise LookupError(image.model)
        return Priced(image, spec, self._estimated(spec, image), self._ceiling(spec, image))

    def _estimated(self, spec: ImageModelSpec, image: PlannedImage, *, size: str | None = None) -> int:
        return estimate_micros(spec, **_asked(image, size), day=self._day)

    def _ceiling(self, spec: ImageModelSpec, image: PlannedImage) -> int:
        return ceiling_micros(spec, **_asked(image, None), day=self._day)

    def _seconds(self, priced: Sequence[Priced]) -> int:
        """The slowest model decides: its images one after another in as many rows as it takes at once."""
        counted = Counter(one.spec.id for one in priced)
        longest = 0.0
        for model, count in counted.items():
            spec = next(one.spec for one in priced if one.spec.id == model)
            at_once = self._model_concurrency or spec.concurrency
            by_calls = ceil(count / at_once) * spec.typical_seconds
            longest = max(longest, by_calls, count / spec.rate_per_second)
        return ceil(longest) + _OVERHEAD_SECONDS

    def _cheaper(self, priced: Sequence[Priced]) -> list[Suggestion]:
        """The one cheaper model that could make every image and saves the most."""
        best: tuple[int, ImageModelSpec] | None = None
        for spec in self._offer.usable(self._day):
            if spec.provider == "preview" or not all(_can_make(spec, one.image) for one in priced):
                continue
            saves = sum(max(one.estimated_micros - self._estimated(spec, one.image), 0) for one in priced)
            if saves > 0 and (best is None or saves > best[0]):
                best = (saves, spec)
        if best is None:
            return []
        saves, spec = best
        text = f"Use {spec.title} for all images: it can make every one of them and costs less."
        return [Suggestion(saves_micros=saves, text=text, change={"defaults": {"model": spec.id}})]

    def _smaller(self, priced: Sequence[Priced]) -> list[Suggestion]:
        """The smallest size that every model of the batch can make, where it costs less."""
        for size in ("512", "1K", "2K"):
            if not all(size in one.spec.sizes for one in priced):
                continue
            saves = sum(
                max(one.estimated_micros - self._estimated(one.spec, one.image, size=size), 0) for one in priced
            )
            if saves > 0:
                text = f"Make the images in the size {size}: enough to choose from; make the chosen ones larger later."
                return [Suggestion(saves_micros=saves, text=text, change={"defaults": {"size": size}})]
        return []

    def _reuse(self, create: BatchCreate, reusable: Sequence[Priced]) -> list[Suggestion]:
        saves = sum(one.estimated_micros for one in reusable)
        if create.reuse or not saves:
            return []
        text = f"Reuse equal results: {len(reusable):,} of these images exist already or are asked for twice."
        return [Suggestion(saves_micros=saves, text=text, change={"reuse": True})]


def _fewer(priced: Sequence[Priced]) -> list[Suggestion]:
    """One variant a row first, where rows ask for several."""
    saves = sum(one.estimated_micros for one in priced if one.image.variant > 1)
    if not saves:
        return []
    text = "Make one variant of each row first, and more of those that you like."
    return [Suggestion(saves_micros=saves, text=text, change={"defaults": {"variants": 1}})]


def _can_make(spec: ImageModelSpec, image: PlannedImage) -> bool:
    return (
        (image.aspect_ratio or DEFAULT_RATIO) in spec.aspect_ratios
        and (image.size or DEFAULT_SIZE) in spec.sizes
        and len(image.references) <= spec.max_references
        and (image.seed is None or spec.seed)
    )


def _asked(image: PlannedImage, size: str | None) -> dict[str, Any]:
    return {
        "size": size or image.size or DEFAULT_SIZE,
        "references": len(image.references),
        "prompt": image.prompt,
    }
