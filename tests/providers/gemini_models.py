"""Gemini models pointed at a local server, and requests for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from shared.adapters.providers.gemini import GeminiImageModel
from shared.adapters.system import SystemClock
from shared.domain.errors import ProviderError
from shared.domain.modes import ReferenceMode
from shared.ports.clock import Clock
from shared.ports.providers import ImageRequest, ReferenceImage
from tests.providers.gemini_server import GeminiServer
from tests.providers.replies import Reply

KEY = "AIzaSyNotAKeyButShapedLikeOne0123456789"
MODEL = "gemini-nano-banana-2.1"


class ClockAt(SystemClock):
    """The machine's clock, on a day that the test chooses and as many seconds ahead as it likes."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 21, 10, tzinfo=UTC)
        self.ahead_seconds = 0.0

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead_seconds


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


@dataclass
class Wire:
    """A server that runs for all these tests, and a model that is pointed at it."""

    server: GeminiServer
    model: GeminiImageModel
    clock: ClockAt


def failed(wired: Wire, reply: Reply, *, now: str = "2026-11-21T10:00:00+00:00", **changes: object) -> ProviderError:
    """What one generation raises; the server is called exactly once for it and the key never shown."""
    wired.clock.moment = datetime.fromisoformat(now)
    wired.server.script = lambda _: reply
    calls = wired.server.calls
    with pytest.raises(ProviderError) as raised:
        wired.model.generate(request(**changes))
    assert wired.server.calls == calls + 1
    assert KEY not in f"{raised.value.detail} {raised.value!r}"
    return raised.value
