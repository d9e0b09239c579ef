"""What OpenAI's image models are asked for in pixels, and the tokens that such a picture bills."""

from math import sqrt

from shared.domain.shapes import GRID, parse_ratio

# The shapes of the models that know no others.
FIXED: dict[str, tuple[int, int]] = {"1:1": (1024, 1024), "2:3": (1024, 1536), "3:2": (1536, 1024)}
# The side of the square that has a size's area; 4K is the most that is made, as many pixels as 3840 x 2160.
EDGES = {"1K": 1024, "2K": 2048, "4K": 2880}
LONGEST_EDGE = 3840
MOST_PIXELS = 3840 * 2160


def free_shape(aspect_ratio: str, size: str) -> tuple[int, int]:
    """Width and height on a grid of 16 for a model that takes any, within its longest edge and most pixels."""
    root = sqrt(parse_ratio(aspect_ratio))
    edge = min(EDGES[size], LONGEST_EDGE / root, LONGEST_EDGE * root)
    width, height = _on_grid(edge * root), _on_grid(edge / root)
    while width * height > MOST_PIXELS:
        width, height = (width - GRID, height) if width >= height else (width, height - GRID)
    return width, height


def tokens(width: int, height: int, factor: int) -> int:
    """Output tokens of one picture of a quality's factor.

    Source: the arithmetic of the calculator in OpenAI's guide, as read by its users
    (community.openai.com/t/1382699): factor x round(factor x short / long) x (2,000,000 + pixels) / 4,000,000, rounded up.
    """
    short, long = sorted((width, height))
    across = (2 * factor * short + long) // (2 * long)
    return -(-factor * across * (2_000_000 + width * height) // 4_000_000)


def _on_grid(length: float) -> int:
    return round(length / GRID) * GRID
