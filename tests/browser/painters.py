"""Providers that paint at once what the web app's walks ask for, and do what a prompt's words say."""

import io
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from shared.domain.catalogue import MODELS
from shared.domain.errors import ErrorKind, ProviderError, RefusalStage
from shared.domain.image_models import ImageModelSpec
from shared.domain.shapes import pixels
from shared.ports.clock import Clock
from shared.ports.providers import GeneratedImage, ImageModel, ImageRequest

# Words of a prompt: what is refused, and what is painted only while the gate is open.
REFUSED: Final = "forbidden"
PATIENT: Final = "unhurried"
PAINTED: Final = ("gemini", "preview")
_POLL_SECONDS = 0.05


class Painter:
    """ImageModel that bills what the catalogue expects; `gate` is a file that holds patient prompts as long as it exists."""

    def __init__(self, gate: Path, *, clock: Clock, by: ImageModel | None = None) -> None:
        self._gate = gate
        self._clock = clock
        self._by = by

    def generate(self, request: ImageRequest) -> GeneratedImage:
        """See ImageModel; raises ProviderError (REFUSED) for a prompt with the word for it."""
        if REFUSED in request.prompt:
            raise ProviderError(
                ErrorKind.REFUSED, "The prompt was blocked by the safety filter.", stage=RefusalStage.PROMPT
            )
        while PATIENT in request.prompt and self._gate.exists():
            self._clock.sleep(_POLL_SECONDS)
        spec = next(spec for spec in MODELS if spec.id == request.model)
        usage = {str(unit): count for unit, count in spec.expected_units[request.size].items()}
        if self._by is not None:
            return replace(self._by.generate(request), usage=usage)
        return GeneratedImage(data=_gradient(request), media_type="image/png", usage=usage, seed=request.seed)


def quick_models() -> tuple[ImageModelSpec, ...]:
    """The catalogue's models of these providers at their prices, which answer as quickly as they are asked."""
    return tuple(replace(spec, rate_per_second=64.0) for spec in MODELS if spec.provider in PAINTED)


def _gradient(request: ImageRequest) -> bytes:
    """A PNG of the wanted shape in two colours of the prompt's own."""
    colours = sha256(f"{request.prompt} {request.variant}".encode()).digest()
    first, second = (tuple(colours[at : at + 3]) for at in (0, 3))
    grey = Image.linear_gradient("L").resize(pixels(request.aspect_ratio, request.size))
    out = io.BytesIO()
    ImageOps.colorize(grey, first, second).save(out, "PNG", compress_level=1)
    return out.getvalue()
