"""What is asked of Flux for one image."""

import base64
from typing import Any

from shared.adapters.providers.instructions import words
from shared.domain.image_models import ImageModelSpec
from shared.domain.shapes import pixels
from shared.ports.providers import ImageRequest

# The words are the customer's: nothing on the way rewrites them. Each family has its own name for that.
_AS_WRITTEN: dict[str, dict[str, Any]] = {
    "flux-2-pro": {"disable_pup": True},
    "flux-2-max": {"disable_pup": True},
    "flux-2-flex": {"prompt_upsampling": False},
}


def wishes(request: ImageRequest, spec: ImageModelSpec, seed: int) -> dict[str, Any]:
    """The JSON of a submit.

    Source of the names: https://api.bfl.ai/openapi.json; `strength` is what servers of image-to-image add to them.
    """
    width, height = pixels(request.aspect_ratio, request.size)
    # Who starts from one picture needs no words about which of them guides how.
    prompt = request.prompt if spec.min_references else words(request)
    pictures = {
        "input_image" if number == 1 else f"input_image_{number}": base64.b64encode(reference.data).decode("ascii")
        for number, reference in enumerate(request.references, 1)
    }
    return {
        "prompt": prompt,
        **pictures,
        "width": width,
        "height": height,
        "seed": seed,
        "output_format": "png",
        **_AS_WRITTEN.get(request.model, {}),
        **request.steering.said(),
    }
