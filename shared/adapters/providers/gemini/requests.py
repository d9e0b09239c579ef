"""What is asked of Gemini for one image."""

from google.genai import types

from shared.domain.image_models import ImageModelSpec
from shared.domain.modes import ReferenceMode
from shared.ports.providers import ImageRequest

BASE_URL = "https://generativelanguage.googleapis.com/"

_GUIDANCE = {
    ReferenceMode.STYLE_ONLY: (
        "style only: take palette, texture, materials and light; "
        "do not take layout, framing or viewpoint, and show none of the objects or people in it."
    ),
    ReferenceMode.STYLE_AND_COMPOSITION: (
        "style and composition: take palette, texture, materials and light, and also the layout: "
        "framing, viewpoint, where things stand and how large they are."
    ),
}


def contents(request: ImageRequest) -> types.Content:
    """One turn: the references in their order, then the words."""
    parts = [
        types.Part(inline_data=types.Blob(data=reference.data, mime_type=reference.media_type))
        for reference in request.references
    ]
    return types.Content(role="user", parts=[*parts, types.Part(text=words(request))])


def words(request: ImageRequest) -> str:
    """The prompt, after a line for each mode that says which references guide how; the prompt alone without any."""
    modes = [reference.mode for reference in request.references]
    lines = [
        f"{_named([number for number, found in enumerate(modes, 1) if found is mode])}, {guidance}"
        for mode, guidance in _GUIDANCE.items()
        if mode in modes
    ]
    if not lines:
        return request.prompt
    head = "The attached reference images, numbered in their order, guide a new image."
    return "\n".join([head, *lines, "", "The image to make:", request.prompt])


def config(request: ImageRequest, spec: ImageModelSpec | None) -> types.GenerateContentConfig:
    """One candidate, an image and nothing else, no repeats and no continuation by the SDK."""
    takes_seed = spec is None or spec.seed
    # Models with a single size refuse to be told it.
    has_sizes = spec is None or len(spec.sizes) > 1
    return types.GenerateContentConfig(
        candidate_count=1,
        response_modalities=["IMAGE"],
        image_config=types.ImageConfig(
            aspect_ratio=request.aspect_ratio, image_size=request.size if has_sizes else None
        ),
        seed=request.seed if takes_seed else None,
        automatic_continuation=False,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        http_options=types.HttpOptions(timeout=max(1, round(request.deadline_seconds * 1000))),
    )


def _named(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"Reference image {numbers[0]}"
    first = ", ".join(str(number) for number in numbers[:-1])
    return f"Reference images {first} and {numbers[-1]}"
