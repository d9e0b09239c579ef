"""OpenAI models pointed at a local server, and requests for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from pydantic import SecretStr

from shared.adapters.providers.openai import OpenAIImageModel
from shared.adapters.system import SystemClock
from shared.domain.errors import ProviderError
from shared.ports.clock import Clock
from shared.ports.providers import ImageRequest
from tests.providers import gemini_models
from tests.providers.gemini_models import ClockAt
from tests.providers.openai_server import OpenAIServer
from tests.providers.replies import Reply

KEY = "sk-proj-NotAKeyButShapedLikeOne_0123456789abcdefghij"
MODEL = "gpt-image-2.6-flare"


def request(**changes: Any) -> ImageRequest:
    return gemini_models.request(**{"model": MODEL, **changes})


@contextmanager
def speaking_to(url: str, clock: Clock | None = None) -> Iterator[OpenAIImageModel]:
    model = OpenAIImageModel(SecretStr(KEY), base_url=f"{url}/v1", clock=clock or SystemClock())
    try:
        yield model
    finally:
        model.close()


@dataclass
class OpenAIWire:
    """A server that runs for all these tests, and a model that is pointed at it."""

    server: OpenAIServer
    model: OpenAIImageModel
    clock: ClockAt


def failed(wired: OpenAIWire, reply: Reply, *, now: str = "2026-11-21T10:00:00+00:00", **changes: Any) -> ProviderError:
    """What one generation raises; the server is called exactly once for it and the key never shown."""
    wired.clock.moment = datetime.fromisoformat(now)
    wired.server.script = lambda _: reply
    calls = wired.server.calls
    with pytest.raises(ProviderError) as raised:
        wired.model.generate(request(**changes))
    assert wired.server.calls == calls + 1
    assert KEY not in f"{raised.value.detail} {raised.value!r}"
    return raised.value
