"""What OpenAI answers: the image and what it billed, read with suspicion."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

import httpx2

from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.image_models import ImageModelSpec, Unit
from shared.ports.providers import GeneratedImage, ImageRequest


def read(answer: httpx2.Response, request: ImageRequest, spec: ImageModelSpec) -> GeneratedImage:
    """The image, with the units it billed; raises ProviderError when there is none, ValueError for what is no JSON."""
    document = json.loads(answer.content)
    if not isinstance(document, Mapping):
        raise ProviderError(ErrorKind.UNKNOWN, "OpenAI's answer has no known form.", outcome_known=False)
    units = _units(_mapping(document.get("usage")), has_references=bool(request.references))
    encoded = _encoded(document.get("data"))
    if not encoded:
        # Without a bill nobody can say whether the image was made and lost.
        raise ProviderError(
            ErrorKind.NO_IMAGE if units else ErrorKind.UNKNOWN,
            "OpenAI answered without an image.",
            usage=units,
            outcome_known=bool(units),
        )
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise ProviderError(
            ErrorKind.UNKNOWN,
            "OpenAI's image cannot be decoded: its base64 is broken.",
            usage=units,
            outcome_known=bool(units),
        ) from None
    ending = document.get("output_format")
    return GeneratedImage(
        data=data,
        media_type=f"image/{ending if ending in ('png', 'jpeg', 'webp') else 'png'}",
        usage=units or _expected(request, spec),
        model_version=request.model,
        request_id=str(answer.headers.get("x-request-id", ""))[:200],
    )


def _encoded(data: object) -> str:
    found = [_mapping(entry).get("b64_json") for entry in data] if isinstance(data, list) else []
    return next((text for text in found if isinstance(text, str) and text), "")


def _units(usage: Mapping[str, Any], *, has_references: bool) -> dict[str, int]:
    """Units by the names of the price table; tokens that no detail explains are booked as the dearer sort."""
    came_in, went_out = _mapping(usage.get("input_tokens_details")), _mapping(usage.get("output_tokens_details"))
    text_in, image_in = _count(came_in, "text_tokens"), _count(came_in, "image_tokens")
    text_out, image_out = _count(went_out, "text_tokens"), _count(went_out, "image_tokens")
    loose_in = max(0, _count(usage, "input_tokens") - text_in - image_in)
    loose_out = max(0, _count(usage, "output_tokens") - text_out - image_out)
    explained = text_in + image_in + loose_in + text_out + image_out + loose_out
    unexplained = max(0, _count(usage, "total_tokens") - explained)
    units: dict[Unit, int] = {
        "input_text_tokens": text_in + (0 if has_references else loose_in),
        "input_image_tokens": image_in + (loose_in if has_references else 0),
        "output_text_tokens": text_out,
        "output_image_tokens": image_out + loose_out + unexplained,
    }
    return {unit: count for unit, count in units.items() if count}


def _expected(request: ImageRequest, spec: ImageModelSpec) -> dict[str, int]:
    """What such an image usually bills, for an answer that says nothing: no image is free by omission."""
    units: dict[str, int] = {unit: count for unit, count in spec.expected_units[request.size].items() if count}
    shape = spec.shape_tokens.get((request.size, request.aspect_ratio))
    if shape is not None:
        units["output_image_tokens"] = shape
    if request.references:
        units["input_image_tokens"] = len(request.references) * spec.reference_tokens
    units["input_text_tokens"] = units.get("input_text_tokens", 0) + len(request.prompt.encode())
    return units


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _count(counts: Mapping[str, Any], name: str) -> int:
    value = counts.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
