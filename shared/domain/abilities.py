"""What a model can be asked for: the settings of one image against its capabilities, in words."""

from collections.abc import Iterator
from datetime import date

from shared.domain.image_models import ImageModelSpec
from shared.domain.offers import Offer
from shared.domain.steering import UNSAID, Steering


def check_setting(
    offer: Offer,
    *,
    day: date,
    model: str,
    aspect_ratio: str,
    size: str,
    seed: int | None,
    references: int,
    steering: Steering = UNSAID,
) -> Iterator[tuple[str, str]]:
    """What is wrong with these settings of one image: pairs of a field and what to do about it."""
    refusal = offer.refusal(model, day)
    spec = offer.find(model)
    if refusal is not None or spec is None:
        yield "model", refusal or "Unknown model."
        return
    yield from unsupported(
        spec, aspect_ratio=aspect_ratio, size=size, seed=seed, references=references, steering=steering
    )


def unsupported(
    spec: ImageModelSpec, *, aspect_ratio: str, size: str, seed: int | None, references: int, steering: Steering
) -> Iterator[tuple[str, str]]:
    """What this model cannot do of these settings: pairs of a field and what to do about it."""
    if aspect_ratio not in spec.aspect_ratios:
        yield "aspect_ratio", f"{spec.id} cannot make {aspect_ratio}; it makes {', '.join(spec.aspect_ratios)}."
    if size not in spec.sizes:
        yield "size", f"{spec.id} cannot make the size {size}; it makes {', '.join(spec.sizes)}."
    if references > spec.max_references:
        yield "references", f"{spec.id} takes at most {spec.max_references} references; there are {references}."
    if seed is not None and not spec.seed:
        yield "seed", f"{spec.id} takes no seed; leave it out."
    if seed is not None and seed > spec.max_seed:
        yield "seed", f"{spec.id} takes seeds up to {spec.max_seed}; with its variants this one grows to {seed}."
    if references < spec.min_references:
        yield "references", f"{spec.id} starts from a reference; name one."
    elif steering.strength is not None and not references:
        yield "strength", "Strength says how much of a reference is painted anew; name one, or leave it out."
    yield from spec.steering.wrong(spec.id, steering)
