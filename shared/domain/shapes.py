"""Aspect ratios and sizes in pixels."""

from math import sqrt

SIZE_EDGE = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}
GRID = 16
RATIO_TOLERANCE = 0.04


def parse_ratio(aspect_ratio: str) -> float:
    """Width over height of `w:h`; raises ValueError for anything else."""
    width, colon, height = aspect_ratio.partition(":")
    if not (colon and width.isascii() and width.isdigit() and height.isascii() and height.isdigit()):
        raise ValueError(aspect_ratio)
    if int(height) == 0 or int(width) == 0:
        raise ValueError(aspect_ratio)
    return int(width) / int(height)


def pixels(aspect_ratio: str, size: str) -> tuple[int, int]:
    """Width and height, on a grid of 16 pixels, whose area is about that of the size's square."""
    ratio = parse_ratio(aspect_ratio)
    edge = SIZE_EDGE[size]
    width = round(edge * sqrt(ratio) / GRID) * GRID
    height = round(edge / sqrt(ratio) / GRID) * GRID
    return max(width, GRID), max(height, GRID)


def has_size(width: int, height: int, edge: int) -> bool:
    """Whether a picture is as large as asked: its area is at least two thirds of the size's square of `edge` pixels."""
    return 3 * width * height >= 2 * edge * edge


def has_shape(width: int, height: int, aspect_ratio: str) -> bool:
    """Whether a picture has the ratio that was asked for, within what providers' pixel grids allow."""
    wanted = parse_ratio(aspect_ratio)
    return abs(width / height - wanted) <= RATIO_TOLERANCE * wanted
