"""The recipe of an image: all that decides what it looks like."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from shared.domain.items import Item, ItemReference
from shared.domain.modes import ReferenceMode
from shared.domain.steering import UNSAID, Steering


def recipe_hash(
    *,
    model: str,
    prompt: str,
    references: Sequence[ItemReference],
    reference_mode: ReferenceMode,
    aspect_ratio: str,
    size: str,
    seed: int | None,
    variant: int,
    steering: Steering = UNSAID,
) -> str:
    """The SHA-256, in hex, of a recipe; without a seed the variant's number tells images of one row apart.

    What is not said of the steering is no part of it: hashes of before there was any are what they were.
    """
    recipe = {
        "model": model,
        "prompt": prompt,
        "references": [[reference.sha256, reference_mode.value] for reference in references],
        "aspect_ratio": aspect_ratio,
        "size": size,
        "seed": seed,
        "variant": variant if seed is None else None,
        **steering.said(),
    }
    canonical = json.dumps(recipe, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def recipe_of(item: Item) -> dict[str, Any]:
    """The recipe of an item in full, to be kept with its asset and restored from it."""
    return {
        "kind": item.kind,
        "prompt": item.prompt,
        "model": item.model,
        "provider": item.provider,
        "references": [reference.id for reference in item.references],
        "reference_mode": item.reference_mode.value,
        "aspect_ratio": item.aspect_ratio,
        "size": item.size,
        "seed": item.seed,
        "variant": item.variant,
        **item.steering.said(),
    }


def hash_of(item: Item) -> str:
    """The recipe hash of an item as it is now."""
    return recipe_hash(
        model=item.model,
        prompt=item.prompt,
        references=item.references,
        reference_mode=item.reference_mode,
        aspect_ratio=item.aspect_ratio,
        size=item.size,
        seed=item.seed,
        variant=item.variant,
        steering=item.steering,
    )
