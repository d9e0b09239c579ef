"""The pace of each provider's models."""

from shared.domain.image_models import ImageModelSpec
from shared.domain.pacers import Paced


class PacerService:
    """Says how fast a model may be asked."""

    def __init__(self, *, model_concurrency: int | None) -> None:
        self._model_concurrency = model_concurrency

    def of(self, spec: ImageModelSpec) -> Paced:
        """The pace of this model now; a configured concurrency stands before the model's own."""
        return Paced(rate_per_second=spec.rate_per_second, concurrency=self._model_concurrency or spec.concurrency)
