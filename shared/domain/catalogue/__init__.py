"""The image models that Fanfold knows, as data: the best first, what has ended last."""

from shared.domain.catalogue import flux_models, gemini_models, openai_models, preview_models
from shared.domain.catalogue.preview_models import PREVIEW
from shared.domain.catalogue.price_tables import ALL_RATIOS, DOLLAR, INSTRUCTION_TOKENS_CEILING
from shared.domain.image_models import ImageModelSpec

__all__ = ["ALL_RATIOS", "DOLLAR", "INSTRUCTION_TOKENS_CEILING", "MODELS", "PREVIEW", "find"]

MODELS: tuple[ImageModelSpec, ...] = (
    *gemini_models.RUNNING,
    *openai_models.RUNNING,
    *flux_models.RUNNING,
    *preview_models.RUNNING,
    *flux_models.OWN,
    *gemini_models.ENDED,
    *openai_models.ENDED,
)

_BY_ID = {spec.id: spec for spec in MODELS}


def find(model_id: str) -> ImageModelSpec | None:
    """The model of that id, shut down or not."""
    return _BY_ID.get(model_id)
