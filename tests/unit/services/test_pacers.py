"""How fast a model may be asked."""

import pytest

from shared.services.pacers import PacerService
from tests.engine.scripted import model


@pytest.mark.parametrize(("configured", "expected"), [(None, 8), (3, 3)])
def test_a_configured_concurrency_stands_before_the_models_own(configured: int | None, expected: int) -> None:
    paced = PacerService(model_concurrency=configured).of(model(concurrency=8, rate_per_second=20.0))
    assert (paced.rate_per_second, paced.concurrency) == (20.0, expected)
    assert paced.closed_until is None
    assert not paced.reason
