"""What a batch would cost and take, and what would make it cheaper."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from shared.domain.abilities import unsupported
from shared.domain.batch_forms import BatchCreate
from shared.domain.catalogue import PREVIEW
from shared.domain.estimates import Estimate, LimitFit, ModelShare, ReuseShare, Suggestion
from shared.domain.expansion import Combination
from shared.domain.image_models import Asked, ImageModelSpec, ceiling_micros, estimate_micros
from shared.domain.offers import Offer
from shared.services.planning import DEFAULT_RATIO, DEFAULT_SIZE

_OVERHEAD_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Priced:
    """A combination with its model and the prices of one image of it, in micros."""

    combination: Combination
    spec: ImageModelSpec
    estimated_micros: int
    ceiling_micros: int

    @property
    def images(self) -> int:
        """How many images of it are made."""
        return self.combination.variants

    @property
    def total_micros(self) -> int:
        """What they cost together, probably."""
        return self.estimated_micros * self.images


@dataclass(frozen=True, slots=True)
class Reusable:
    """Images whose equals exist or are asked for twice, and what they would cost."""

    images: int = 0
    micros: int = 0


class Estimator:
    """Pure arithmetic over combinations that were checked."""

    def __init__(self, offer: Offer, *, day: date, model_concurrency: int | None) -> None:
        self._offer = offer
        self._day = day
        self._model_concurrency = model_concurrency
        self._prices: dict[tuple[str, str, str, int, int], tuple[int, int]] = {}

    def priced(self, combinations: Iterable[Combination]) -> list[Priced]:
        """Each combination with its prices."""
        return [self._price(combination) for combination in combinations]

    def estimate(
        self, create: BatchCreate, priced: Sequence[Priced], *, reusable: Reusable, limits: LimitFit
    ) -> Estimate:
        """The answer to a dry run."""
        counted: Counter[str] = Counter()
        micros: Counter[str] = Counter()
        for one in priced:
            counted[one.spec.id] += one.images
            micros[one.spec.id] += one.total_micros
        saved = reusable.micros if create.reuse else 0
        suggestions = [
            *_reuse(create, reusable),
            *_beyond_reuse([*self._cheaper(priced), *self._smaller(priced), *_fewer(priced)], saved),
        ]
        return Estimate(
            images=counted.total(),
            estimated_micros=micros.total() - saved,
            estimated_seconds=self._seconds(priced),
            by_model=[
                ModelShare(model=model, images=count, estimated_micros=micros[model])
                for model, count in counted.most_common()
            ],
            reuse=ReuseShare(images=reusable.images, saves_micros=reusable.micros),
            suggestions=sorted(suggestions, key=lambda one: -one.saves_micros),
            limits=limits,
        )

    def _price(self, combination: Combination) -> Priced:
        spec = self._offer.find(combination.model or "")
        if spec is None:
            raise LookupError(combination.model)
        estimated, ceiling = self._prices_of(spec, combination, combination.size or DEFAULT_SIZE)
        return Priced(combination, spec, estimated, ceiling)

    def _prices_of(self, spec: ImageModelSpec, combination: Combination, size: str) -> tuple[int, int]:
        """Estimate and ceiling of one image; worked out once for all prompts of one length."""
        prompt, references = combination.prompt, len(combination.references)
        ratio = combination.aspect_ratio or DEFAULT_RATIO
        key = (spec.id, size, ratio, references, len(prompt.encode()))
        if key not in self._prices:
            asked = Asked(size=size, aspect_ratio=ratio, references=references, prompt=prompt, day=self._day)
            self._prices[key] = (estimate_micros(spec, **asked), ceiling_micros(spec, **asked))
        return self._prices[key]

    def _saved(self, one: Priced, spec: ImageModelSpec, size: str) -> int:
        """What one combination would cost less with this model and size; 0 when it would not."""
        return max(one.estimated_micros - self._prices_of(spec, one.combination, size)[0], 0) * one.images

    def _seconds(self, priced: Sequence[Priced]) -> int:
        """The slowest model decides: its images one after another in as many rows as it takes at once."""
        counted: Counter[str] = Counter()
        for one in priced:
            counted[one.spec.id] += one.images
        longest = 0.0
        for spec in {one.spec.id: one.spec for one in priced}.values():
            count = counted[spec.id]
            by_calls = ceil(count / (self._model_concurrency or spec.concurrency)) * spec.typical_seconds
            longest = max(longest, by_calls, count / spec.rate_per_second)
        return ceil(longest) + _OVERHEAD_SECONDS

    def _cheaper(self, priced: Sequence[Priced]) -> list[Suggestion]:
        """The one cheaper model that could make every image and saves the most; a preview is no substitute, nor is another picture painted over."""
        best: tuple[int, ImageModelSpec] | None = None
        for spec in self._offer.usable(self._day):
            if (
                spec.provider == PREVIEW
                or spec.min_references
                or not all(_can_make(spec, one.combination) for one in priced)
            ):
                continue
            saves = sum(self._saved(one, spec, one.combination.size or DEFAULT_SIZE) for one in priced)
            if saves > 0 and (best is None or saves > best[0]):
                best = (saves, spec)
        if best is None:
            return []
        saves, spec = best
        text = f"Use {spec.title} for all images: it can make every one of them and costs less."
        return [Suggestion(saves_micros=saves, text=text, change={"each_row": {"model": spec.id}})]

    def _smaller(self, priced: Sequence[Priced]) -> list[Suggestion]:
        """The smallest size that every model of the batch can make, where it costs less."""
        for size in ("512", "1K", "2K"):
            if not all(size in one.spec.sizes for one in priced):
                continue
            saves = sum(self._saved(one, one.spec, size) for one in priced)
            if saves > 0:
                text = f"Make the images in the size {size}: enough to choose from; make the chosen ones larger later."
                return [Suggestion(saves_micros=saves, text=text, change={"each_row": {"size": size}})]
        return []


def _beyond_reuse(suggestions: Sequence[Suggestion], saved_micros: int) -> list[Suggestion]:
    """Those that still save when the images change and the equal ones that would have been taken no longer fit, and how much then."""
    return [
        one.model_copy(update={"saves_micros": one.saves_micros - saved_micros})
        for one in suggestions
        if one.saves_micros > saved_micros
    ]


def _reuse(create: BatchCreate, reusable: Reusable) -> list[Suggestion]:
    if create.reuse or not reusable.micros:
        return []
    text = f"Reuse equal results: {reusable.images:,} of these images exist already or are asked for twice."
    return [Suggestion(saves_micros=reusable.micros, text=text, change={"reuse": True})]


def _fewer(priced: Sequence[Priced]) -> list[Suggestion]:
    """One variant a row first, where rows ask for several."""
    saves = sum(one.total_micros - one.estimated_micros for one in priced)
    if not saves:
        return []
    text = "Make one variant of each row first, and more of those that you like."
    return [Suggestion(saves_micros=saves, text=text, change={"each_row": {"variants": 1}})]


def _can_make(spec: ImageModelSpec, combination: Combination) -> bool:
    settings = unsupported(
        spec,
        aspect_ratio=combination.aspect_ratio or DEFAULT_RATIO,
        size=combination.size or DEFAULT_SIZE,
        seed=combination.last_seed,
        references=len(combination.references),
        steering=combination.steering,
    )
    return next(settings, None) is None
