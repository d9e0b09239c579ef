"""What the tests of the providers share."""

from collections.abc import Iterator

import pytest

from tests.providers.gemini_models import ClockAt, Wire, speaking_to
from tests.providers.gemini_server import GeminiServer


@pytest.fixture(scope="module")
def wired() -> Iterator[Wire]:
    clock = ClockAt()
    with GeminiServer() as server, speaking_to(server.url, clock) as model:
        yield Wire(server, model, clock)
