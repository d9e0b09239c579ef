"""What the tests of the providers share."""

from collections.abc import Iterator

import pytest

from tests.providers.gemini_models import ClockAt, Wire, speaking_to
from tests.providers.gemini_server import GeminiServer
from tests.providers.openai_models import OpenAIWire
from tests.providers.openai_models import speaking_to as speaking_to_openai
from tests.providers.openai_server import OpenAIServer


@pytest.fixture(scope="module")
def wired() -> Iterator[Wire]:
    clock = ClockAt()
    with GeminiServer() as server, speaking_to(server.url, clock) as model:
        yield Wire(server, model, clock)


@pytest.fixture(scope="module")
def openai_wired() -> Iterator[OpenAIWire]:
    clock = ClockAt()
    with OpenAIServer() as server, speaking_to_openai(server.url, clock) as model:
        yield OpenAIWire(server, model, clock)
