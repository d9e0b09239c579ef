"""The models that rows may name, with what they can do and cost."""

from datetime import date, timedelta
from typing import Literal

from pydantic import Field

from shared.domain.callers import Caller
from shared.domain.errors import ConfigurationWrong
from shared.domain.image_models import ImageModelSpec, estimate_micros
from shared.domain.modes import ReferenceMode, Role
from shared.domain.offers import Offer
from shared.domain.requests import Strict
from shared.domain.steering import Span
from shared.ports.clock import Clock

WARNED_BEFORE = timedelta(days=60)


class Range(Strict):
    """What a number may be, from `least` to `most`."""

    least: float
    most: float


class ModelCapabilities(Strict):
    """What a model can make."""

    aspect_ratios: tuple[str, ...]
    sizes: tuple[str, ...]
    min_references: int
    max_references: int
    reference_modes: tuple[ReferenceMode, ...]
    seed: bool
    max_seed: int | None
    strength: Range | None
    steps: Range | None
    guidance: Range | None
    quality: str | None = Field(description="The quality that it is asked for, where the provider sells several.")


class ModelPrice(Strict):
    """What one image without references probably costs, by its size, in micros of US dollars."""

    estimated_micros: dict[str, int]
    source: str = Field(description="Where the prices are from, and what about them is not sure.")


class ModelView(Strict):
    """One model; `warning` says in words when it ends soon or has ended, and what to use instead."""

    id: str
    provider: str
    title: str
    status: Literal["available", "shut_down"]
    is_default: bool
    capabilities: ModelCapabilities
    price: ModelPrice
    shutdown_on: date | None
    replacement: str | None
    warning: str | None


class ModelService:
    """Shows the models on offer."""

    def __init__(self, offer: Offer, *, clock: Clock) -> None:
        self._offer = offer
        self._clock = clock

    def list(self, caller: Caller) -> list[ModelView]:
        """Every model of a configured provider, the best first, those that have ended too."""
        caller.require(Role.VIEWER)
        day = self._clock.now().date()
        try:
            default = self._offer.default(day).id
        except ConfigurationWrong:
            # Nothing is offered on this day: the list says so by itself.
            default = ""
        return [_view(spec, day, is_default=spec.id == default) for spec in self._offer.all()]


def _view(spec: ImageModelSpec, day: date, *, is_default: bool) -> ModelView:
    return ModelView(
        id=spec.id,
        provider=spec.provider,
        title=spec.title,
        status="shut_down" if spec.is_shut_down(day) else "available",
        is_default=is_default,
        capabilities=ModelCapabilities(
            aspect_ratios=spec.aspect_ratios,
            sizes=spec.sizes,
            min_references=spec.min_references,
            max_references=spec.max_references,
            reference_modes=spec.reference_modes,
            seed=spec.seed,
            max_seed=spec.max_seed if spec.seed else None,
            strength=_range(spec.steering.strength),
            steps=_range(spec.steering.steps),
            guidance=_range(spec.steering.guidance),
            quality=spec.quality or None,
        ),
        price=ModelPrice(
            estimated_micros={
                size: estimate_micros(spec, size=size, references=0, prompt="", day=day) for size in spec.sizes
            },
            source=spec.price_source,
        ),
        shutdown_on=spec.shutdown_on,
        replacement=spec.replacement,
        warning=_warning(spec, day),
    )


def _range(span: Span | None) -> Range | None:
    return Range(least=span.least, most=span.most) if span else None


def _warning(spec: ImageModelSpec, day: date) -> str | None:
    if spec.shutdown_on is None or spec.shutdown_on - day > WARNED_BEFORE:
        return None
    instead = f" Use {spec.replacement} instead." if spec.replacement else ""
    if spec.is_shut_down(day):
        return f"{spec.title} was shut down on {spec.shutdown_on}.{instead}"
    return f"{spec.title} will be shut down on {spec.shutdown_on}.{instead}"
