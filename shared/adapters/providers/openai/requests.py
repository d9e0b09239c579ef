"""What is asked of OpenAI for one image."""

from typing import TypedDict

import httpx2
from openai import OpenAI

from shared.adapters.providers.instructions import words
from shared.domain.catalogue.openai_sizes import FIXED, free_shape
from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.image_models import ImageModelSpec
from shared.ports.providers import ImageRequest, ReferenceImage

BASE_URL = "https://api.openai.com/v1"

_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


class Wishes(TypedDict):
    """What both of OpenAI's ways to an image are told."""

    model: str
    prompt: str
    size: str
    n: int


def send(client: OpenAI, request: ImageRequest, spec: ImageModelSpec) -> httpx2.Response:
    """One call, one image: an edit of the references if there are any, else a generation; the answer as it came.

    Raises ProviderError for what OpenAI cannot be asked, and whatever the SDK raises.
    """
    wishes = Wishes(model=request.model, prompt=words(request), size=dimensions(request, spec), n=1)
    images = client.images.with_raw_response
    # The SDK names a few qualities and takes any; ours come from the catalogue.
    how = {"quality": spec.quality, "output_format": "png"}
    if not request.references:
        answer = images.generate(**wishes, extra_body=how, timeout=request.deadline_seconds)
    else:
        files = [_file(number, reference) for number, reference in enumerate(request.references, 1)]
        answer = images.edit(image=files, **wishes, extra_body=how, timeout=request.deadline_seconds)
    return answer.http_response


def dimensions(request: ImageRequest, spec: ImageModelSpec) -> str:
    """The shape in pixels, as `1024x1536`."""
    fixed = set(spec.aspect_ratios) <= set(FIXED)
    width, height = FIXED[request.aspect_ratio] if fixed else free_shape(request.aspect_ratio, request.size)
    return f"{width}x{height}"


def _file(number: int, reference: ReferenceImage) -> tuple[str, bytes, str]:
    ending = _ENDINGS.get(reference.media_type)
    if ending is None:
        raise ProviderError(
            ErrorKind.INVALID,
            f"OpenAI takes references as PNG, JPEG or WebP; reference {number} is {reference.media_type[:60]}.",
        )
    return f"reference-{number}.{ending}", reference.data, reference.media_type
