"""What is asked of Gemini for one image."""

from google.genai import types

from shared.adapters.providers.instructions import words
from shared.domain.image_models import ImageModelSpec
from shared.ports.providers import ImageRequest

BASE_URL = "https://generativelanguage.googleapis.com/"


def contents(request: ImageRequest) -> types.Content:
    """One turn: the references in their order, then the words."""
    parts = [
        types.Part(inline_data=types.Blob(data=reference.data, mime_type=reference.media_type))
        for reference in request.references
    ]
    return types.Content(role="user", parts=[*parts, types.Part(text=words(request))])


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
