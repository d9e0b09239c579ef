"""A canvas of light: gradients, ridges, glows, shadows and grain, the same on every machine.

Only sums, products, quotients and roots are used on whole pictures: they round alike everywhere, where sines and
powers of whole arrays do not.
"""

from random import Random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from shared.adapters.providers.preview.colours import Colour, Field

BAND_PIXELS = 32_768


class Canvas:
    """A picture in the making: `pixels` is height × width × 3 of sRGB from 0 to 1, `unit` a thousandth of its size."""

    def __init__(self, width: int, height: int, random: Random) -> None:
        self.width = width
        self.height = height
        self.unit = (width * height) ** 0.5 / 1000
        self.short = min(width, height)
        self.random = random
        self.pixels: Field = np.zeros((height, width, 3), np.float32)

    @property
    def reach(self) -> float:
        """How high things rise: the picture's height, tamed where it is a tower."""
        return float(min(self.height, self.width * 1.5))

    @property
    def x(self) -> Field:
        """Column numbers, 1 × width."""
        return np.arange(self.width, dtype=np.float32)[None, :]

    @property
    def y(self) -> Field:
        """Row numbers, height × 1."""
        return np.arange(self.height, dtype=np.float32)[:, None]

    def noise(self, cell_x: float, cell_y: float, *, rows: tuple[int, int] | None = None) -> Field:
        """Smooth noise from 0 to 1 over all columns and some rows, whose bumps are about that many pixels wide and high."""
        top, bottom = rows or (0, self.height)
        return noise(self.random, self.width, bottom - top, cell_x, cell_y)

    def paint(self, top: int, table: Field, index: Field) -> None:
        """Set the rows from `top` to colours of a table, by an index from 0 to 1 per pixel."""
        index = np.broadcast_to(index, (index.shape[0], self.width))
        for first, last in self.bands(top, min(top + index.shape[0], self.height)):
            self.pixels[first:last] = look_up(table, index[first - top : last - top])

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """Light spread from a point; at `radius` a quarter of it is left."""
        rgb = np.array(colour.rgb, np.float32)
        dx = (self.x - x) / radius
        dx = 1 + dx * dx
        for top, bottom in self.bands(0, self.height):
            dy = (self.y[top:bottom] - y) / radius
            falloff = 1 / (dx + dy * dy)
            light = (falloff * falloff * np.float32(strength))[..., None] * rgb
            band = self.pixels[top:bottom]
            band += light - band * light

    def veil(self, left: int, top: int, mask: Field, colour: Colour | Field) -> None:
        """Lay a colour (or a picture of the mask's size) over the canvas where the mask, from 0 to 1, lets it."""
        box = clipped(left, top, mask, self.width, self.height)
        if box is None:
            return
        (x0, y0, x1, y1), (rows, columns) = box
        flat = np.array(colour.rgb, np.float32) if isinstance(colour, Colour) else None
        shift = rows.start - y0
        for first, last in self.bands(y0, y1):
            cut = (slice(first + shift, last + shift), columns)
            part = mask[cut]
            if not part.any():
                continue
            band = self.pixels[first:last, x0:x1]
            paint = flat if flat is not None else colour[cut]  # type: ignore[index]
            band += (paint - band) * part[..., None]

    def bands(self, top: int, bottom: int) -> list[tuple[int, int]]:
        """The rows from `top` to `bottom` in bands small enough for a processor's cache."""
        # Work that stays within a processor's cache takes half the time of work on whole pictures.
        deep = max(8, BAND_PIXELS // self.width)
        return [(start, min(start + deep, bottom)) for start in range(top, bottom, deep)]

    def top_of(self, heights: Field) -> int:
        """The first row that a line (one y a column) touches."""
        return int(min(max(float(heights.min()) - 1, 0), self.height))

    def layer(self, heights: Field, table: Field, index: Field | None = None, *, fade: float = 1.0) -> None:
        """Fill everything below a line (`heights`: one y a column) from a table: its start at the line, its end `fade`
        of the canvas further down."""
        top = self.top_of(heights)
        if top >= self.height:
            return
        depth = self.y[top:] - heights[None, :]
        if index is None:
            # Half of the haze lies level: hung from the crest alone it would streak below every peak.
            level = np.float32(heights.sum(dtype=np.float64) / len(heights))
            index = (depth + (self.y[top:] - level) * 1.5) / (self.height * fade * 2.5)
        solid = int(min(max(float(heights.max()) + 2, top), self.height))
        for first, last in self.bands(top, solid):
            colours = look_up(table, index[first - top : last - top])
            edge = np.clip(depth[first - top : last - top] + np.float32(0.5), 0, 1)[..., None]
            band = self.pixels[first:last]
            band += (colours - band) * edge
        self.paint(solid, table, index[solid - top :])

    def line(
        self, cell: float, amount: float, *, octaves: int = 4, sharp: bool = False, roughness: float = 0.5
    ) -> Field:
        """A wandering line, one value a column around 0: bumps `cell` pixels wide and up to about `amount` high."""
        total = np.zeros(self.width, np.float32)
        for octave in range(octaves):
            part = _line(self.random, self.width, cell / 2**octave)
            if sharp:
                part = 1 - np.abs(2 * part - 1)
                part = part * part
            total += (part - 0.5) * np.float32(amount * roughness**octave)
        return total

    def image(self, grain: float) -> Image.Image:
        """The finished picture with film grain of that strength (0 to 1)."""
        specks = np.frombuffer(self.random.randbytes(self.width * self.height), np.uint8)
        specks = specks.reshape(self.height, self.width, 1)
        shown = np.empty((self.height, self.width, 3), np.uint8)
        for top, bottom in self.bands(0, self.height):
            light = self.pixels[top:bottom] * np.float32(255)
            light += (specks[top:bottom].astype(np.float32) - np.float32(127.5)) * np.float32(grain / 8) + np.float32(
                0.5
            )
            np.clip(light, 0, 255, out=light)
            shown[top:bottom] = light
        return Image.fromarray(shown, "RGB")


def noise(random: Random, width: int, height: int, cell_x: float, cell_y: float) -> Field:
    """Smooth noise from 0 to 1, height × width, whose bumps are about that many pixels wide and high."""
    if height < 1:
        return np.zeros((0, width), np.float32)
    columns, rows = max(2, round(width / cell_x) + 2), max(2, round(height / cell_y) + 2)
    seeds = np.frombuffer(random.randbytes(columns * rows), np.uint8).reshape(rows, columns).astype(np.float32)
    picture = Image.fromarray(seeds, "F").resize((width, height), Image.Resampling.BICUBIC)
    return np.clip(np.asarray(picture, np.float32) / 255, 0, 1)


def look_up(table: Field, index: Field) -> Field:
    """Colours of a table by an index from 0 to 1 (more and less are clipped)."""
    last = len(table) - 1
    places = index * np.float32(last) + np.float32(0.5)
    rows: NDArray[np.intp] = np.clip(places, 0, last, out=places).astype(np.intp)
    taken: Field = table.take(rows, axis=0, mode="clip")
    return taken


def blurred(mask: Field, radius: float) -> Field:
    """A mask with soft edges: three box blurs, which round alike everywhere."""
    picture = Image.fromarray((np.clip(mask, 0, 1) * 255 + 0.5).astype(np.uint8), "L")
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(radius)), np.float32) / 255


def clipped(
    left: int, top: int, mask: Field, width: int, height: int
) -> tuple[tuple[int, int, int, int], tuple[slice, slice]] | None:
    """The part of a canvas that a mask covers, and the part of the mask that lies on it; None when they miss."""
    rows, columns = mask.shape[:2]
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + columns, width), min(top + rows, height)
    if x0 >= x1 or y0 >= y1:
        return None
    return (x0, y0, x1, y1), (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))


def _line(random: Random, width: int, cell: float) -> Field:
    cell = max(cell, 2.0)
    count = int(width / cell) + 3
    knots = np.array([random.random() for _ in range(count)], np.float32)
    at = np.arange(width, dtype=np.float32) / np.float32(cell) + np.float32(random.random())
    whole = at.astype(np.intp)
    part = at - whole
    smooth = part * part * (3 - 2 * part)
    line: Field = knots[whole] + (knots[whole + 1] - knots[whole]) * smooth
    return line
