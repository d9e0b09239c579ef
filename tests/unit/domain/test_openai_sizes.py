"""OpenAI's pictures in pixels and tokens: within what the models take, and as its own calculator counts."""

import pytest

from shared.domain.catalogue import openai_models
from shared.domain.catalogue.openai_sizes import FIXED, LONGEST_EDGE, MOST_PIXELS, free_shape, tokens
from shared.domain.catalogue.price_tables import COMMON_RATIOS
from shared.domain.shapes import has_shape, has_size

FREE = [spec for spec in openai_models.RUNNING if len(spec.sizes) > 1]


@pytest.mark.parametrize("aspect_ratio", COMMON_RATIOS)
@pytest.mark.parametrize("size", FREE[0].sizes)
def test_every_shape_that_is_offered_is_one_that_the_models_take_and_the_checks_accept(
    aspect_ratio: str, size: str
) -> None:
    width, height = free_shape(aspect_ratio, size)
    assert width % 16 == height % 16 == 0
    assert max(width, height) <= LONGEST_EDGE
    assert 655_360 <= width * height <= MOST_PIXELS
    assert 1 / 3 <= width / height <= 3
    assert has_shape(width, height, aspect_ratio)
    assert has_size(width, height, FREE[0].edges[size])


@pytest.mark.parametrize("aspect_ratio", FIXED)
def test_the_fixed_shapes_pass_the_checks_too(aspect_ratio: str) -> None:
    width, height = FIXED[aspect_ratio]
    assert has_shape(width, height, aspect_ratio)
    assert has_size(width, height, 1024)


@pytest.mark.parametrize(
    ("width", "height", "factor", "counted"),
    [
        (1024, 1024, 16, 196),
        (1024, 1024, 24, 439),
        (1024, 1024, 48, 1_756),
        (1024, 1024, 64, 3_122),
        (1024, 1024, 96, 7_024),
        (1536, 1024, 96, 5_488),
        (1024, 1536, 96, 5_488),
        (1792, 1024, 96, 5_063),
        (3584, 2048, 96, 12_329),
    ],
)
def test_tokens_are_those_that_openai_publishes(width: int, height: int, factor: int, counted: int) -> None:
    assert tokens(width, height, factor) == counted
