"""What an image model can do and what it costs, as data, and the arithmetic over it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias, TypedDict

from shared.domain.modes import ReferenceMode
from shared.domain.shapes import SIZE_EDGE
from shared.domain.steering import UNSTEERED, SteeringSpans

Unit: TypeAlias = Literal[
    "input_text_tokens",
    "input_image_tokens",
    "output_text_tokens",
    "output_image_tokens",
    "images",
    "input_megapixels",
    "output_megapixels",
    "millicredits",
]

LEASE_MARGIN_SECONDS = 60
DISPATCH_MARGIN_SECONDS = 60
# Providers do not promise the arithmetic of shapes: so much is held of what it says.
SHAPE_CEILING_PERCENT = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Micros of US dollars per million units, from a day on."""

    from_day: date
    micros_per_million: Mapping[Unit, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPace:
    """How the jobs of a provider are asked for that run on its side: a bound in seconds for each call, and when to look."""

    call_seconds: int = 60
    first_poll_seconds: float
    poll_seconds: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageModelSpec:
    """One model: capabilities, dated prices, end of life.

    `expected_units` and `ceiling_units` give, per size, what one image usually and at most bills besides its references
    and prompt; `edges` tells, per size, the side in pixels of the square that has its area; `reference_tokens` is what one reference picture bills at most;
    `reference_megapixels` is what it bills where pixels are sold, with the most that it can be beside it. `deadline_seconds` bounds one call, or the whole
    of a job where the provider works on its side and is asked for it later (`job`).
    `shape_tokens` are the tokens that come out, by size and aspect ratio, where a provider bills the very shape.
    `quality` is the one that is asked for, in the provider's word, where it decides the price.
    `rate_per_second` is the most that all instances together ask of it, `concurrency` how many calls one of them makes at
    once, and what the images in flight of all batches are measured by.
    """

    id: str
    provider: str
    title: str
    aspect_ratios: tuple[str, ...]
    sizes: tuple[str, ...]
    max_references: int
    reference_modes: tuple[ReferenceMode, ...] = (ReferenceMode.STYLE_ONLY, ReferenceMode.STYLE_AND_COMPOSITION)
    seed: bool
    max_seed: int = 2**31 - 1
    min_references: int = 0
    steering: SteeringSpans = UNSTEERED
    prices: tuple[Price, ...]
    expected_units: Mapping[str, Mapping[Unit, int]]
    ceiling_units: Mapping[str, Mapping[Unit, int]]
    shape_tokens: Mapping[tuple[str, str], int] = field(default_factory=dict, repr=False)
    reference_tokens: int = 0
    reference_megapixels: int = 0
    reference_megapixels_ceiling: int = 0
    deadline_seconds: int = 120
    job: JobPace | None = None
    typical_seconds: float
    concurrency: int
    rate_per_second: float
    shutdown_on: date | None = None
    replacement: str | None = None
    quality: str = ""
    price_source: str = field(default="", repr=False)
    edges: Mapping[str, int] = field(default_factory=lambda: SIZE_EDGE, repr=False)

    @property
    def call_seconds(self) -> int:
        """The bound of one call to the provider."""
        return self.job.call_seconds if self.job else self.deadline_seconds

    @property
    def lease_seconds(self) -> int:
        """How long one delivery owns its item: the bound of its call and what storing takes."""
        return self.call_seconds + LEASE_MARGIN_SECONDS

    @property
    def attempt_seconds(self) -> int:
        """How long one attempt may take in all: its only delivery, or a job and the looks at it."""
        return self.lease_seconds + (self.deadline_seconds if self.job else 0)

    @property
    def dispatch_deadline_seconds(self) -> int:
        """How long one delivery may take: longer than the lease, so that a late worker is taken back, not doubled."""
        return self.lease_seconds + DISPATCH_MARGIN_SECONDS

    def is_shut_down(self, day: date) -> bool:
        """Whether the model has ended by that day."""
        return self.shutdown_on is not None and day >= self.shutdown_on

    def price_on(self, day: date) -> Price:
        """The price in force on that day (the earliest one before any)."""
        past = [price for price in self.prices if price.from_day <= day]
        return (
            max(past, key=lambda price: price.from_day) if past else min(self.prices, key=lambda price: price.from_day)
        )


def cost_micros(units: Mapping[str, int], price: Price) -> int:
    """What these units cost: the sum of units × price per million, rounded up once.

    A unit that the table has no price for raises KeyError: nothing is free by accident.
    """
    prices: dict[str, int] = {unit: micros for unit, micros in price.micros_per_million.items()}  # noqa: C416 - widens the type of the keys
    total = sum([count * prices[unit] for unit, count in units.items() if count])
    # Whole numbers throughout: a float would lose the last micros of large sums.
    return -(-total // 1_000_000)


class Asked(TypedDict):
    """What an image's cost follows from, beside its model."""

    size: str
    aspect_ratio: str
    references: int
    prompt: str
    day: date


def estimate_micros(
    spec: ImageModelSpec, *, size: str, references: int, prompt: str, day: date, aspect_ratio: str = ""
) -> int:
    """What one image will probably cost: a square one, or one of the size's usual cost, without an aspect ratio."""
    units = _units(spec.expected_units[size], spec, references, prompt)
    tokens = spec.shape_tokens.get((size, aspect_ratio))
    if tokens is not None:
        units["output_image_tokens"] = tokens
    if references and spec.reference_megapixels:
        units["input_megapixels"] = references * spec.reference_megapixels
    return cost_micros(units, spec.price_on(day))


def ceiling_micros(
    spec: ImageModelSpec, *, size: str, references: int, prompt: str, day: date, aspect_ratio: str = ""
) -> int:
    """The most that one call can cost: of any shape, without an aspect ratio."""
    units = _units(spec.ceiling_units[size], spec, references, prompt)
    tokens = spec.shape_tokens.get((size, aspect_ratio))
    if tokens is not None:
        units["output_image_tokens"] = with_margin(tokens)
    if references and spec.reference_megapixels_ceiling:
        units["input_megapixels"] = references * spec.reference_megapixels_ceiling
    return cost_micros(units, spec.price_on(day))


def with_margin(tokens: int) -> int:
    """The most that a shape's tokens may turn out to be."""
    return -(-tokens * SHAPE_CEILING_PERCENT // 100)


def _units(base: Mapping[Unit, int], spec: ImageModelSpec, references: int, prompt: str) -> dict[str, int]:
    units: dict[str, int] = {unit: count for unit, count in base.items()}  # noqa: C416 - widens the type of the keys
    if "input_text_tokens" in base:
        # A token is at least one byte of UTF-8, so the byte length bounds the prompt whatever its script.
        units["input_text_tokens"] = base["input_text_tokens"] + len(prompt.encode())
    if references and spec.reference_tokens:
        units["input_image_tokens"] = base.get("input_image_tokens", 0) + references * spec.reference_tokens
    return units
