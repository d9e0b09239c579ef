"""Gemini models pointed at a local server, and requests for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from shared.adapters.providers.gemini import GeminiImageModel
from shared.adapters.system import SystemClock
from shared.domain.modes import ReferenceMode
from shared.ports.clock import Clock
from shared.ports.providers import ImageRequest, ReferenceImage

KEY = "AIzaSyNotAKeyButShapedLikeOne0123456789"
MODEL = "gemini-nano-banana-2.1"


class ClockAt(SystemClock):
    """The machine's clock, on a day that the test chooses."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 21, 10, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


def request(**changes: Any) -> ImageRequest:
    plain: dict[str, Any] = {
        "model": MODEL,
        "prompt": "a red pot",
        "aspect_ratio": "1:1",
        "size": "1K",
        "deadline_seconds": 30.0,
    }
    return ImageRequest(**{**plain, **changes})


def reference(data: bytes, mode: ReferenceMode = ReferenceMode.STYLE_ONLY) -> ReferenceImage:
    return ReferenceImage(data=data, media_type="image/png", mode=mode)


@contextmanager
def speaking_to(url: str, clock: Clock | None = None) -> Iterator[GeminiImageModel]:
    model = GeminiImageModel(SecretStr(KEY), base_url=url, clock=clock or SystemClock())
    try:
        yield model
    finally:
        model.close()
