"""Aspect ratios and sizes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.catalogue import ALL_RATIOS
from shared.domain.shapes import GRID, RATIO_TOLERANCE, SIZE_EDGE, has_shape, has_size, parse_ratio, pixels

sides = st.integers(min_value=1, max_value=999)


@given(sides, sides)
def test_a_ratio_is_width_over_height(width: int, height: int) -> None:
    assert parse_ratio(f"{width}:{height}") == width / height


@pytest.mark.parametrize(
    "text", ["", ":", "1", "1:", ":1", "1:0", "0:1", "-1:2", "1.5:1", "1:1:1", "1: 1", "a:b", "१:१", "²:1"]
)
def test_what_is_no_ratio_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        parse_ratio(text)


@pytest.mark.parametrize("size", SIZE_EDGE)
@pytest.mark.parametrize("ratio", ALL_RATIOS)
def test_pixels_have_the_shape_and_the_area_that_were_asked_for(ratio: str, size: str) -> None:
    width, height = pixels(ratio, size)
    assert width % GRID == height % GRID == 0
    assert abs(width * height - SIZE_EDGE[size] ** 2) <= 0.05 * SIZE_EDGE[size] ** 2
    assert has_shape(width, height, ratio)


def test_an_extreme_ratio_still_has_two_sides() -> None:
    assert pixels("1:9999", "512")[0] == GRID
    assert pixels("9999:1", "512")[1] == GRID


@given(sides, sides, st.integers(min_value=1, max_value=50))
def test_a_shape_does_not_depend_on_the_scale(width: int, height: int, scale: int) -> None:
    assert has_shape(width * scale, height * scale, f"{width}:{height}")


def test_a_shape_may_be_off_by_what_grids_allow_and_no_more() -> None:
    assert has_shape(int(1_000 * (1 + RATIO_TOLERANCE)) - 1, 1_000, "1:1")
    assert not has_shape(1_050, 1_000, "1:1")
    assert not has_shape(950, 1_000, "1:1")
    assert not has_shape(1_000, 800, "4:5")


@pytest.mark.parametrize("size", SIZE_EDGE)
def test_every_shape_of_a_size_is_large_enough_for_it_and_half_of_it_is_not(size: str) -> None:
    for ratio in ("1:1", "9:16", "21:9", "1:8"):
        width, height = pixels(ratio, size)
        assert has_size(width, height, SIZE_EDGE[size])
        assert not has_size(width, height // 2, SIZE_EDGE[size])
