"""Colour by eye: OKLCH in, sRGB out, and ramps between colours that keep their light."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, radians, sin
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Rgb: TypeAlias = tuple[float, float, float]
Field: TypeAlias = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour in OKLCH: lightness 0 to 1, chroma 0 to about 0.3, hue in degrees."""

    light: float
    chroma: float
    hue: float

    def lit(self, by: float) -> "Colour":
        """Lighter (or darker, when negative) by that much."""
        return Colour(min(max(self.light + by, 0.03), 0.99), self.chroma, self.hue)

    def at(self, light: float) -> "Colour":
        """The same hue at another lightness."""
        return Colour(light, self.chroma, self.hue)

    def vivid(self, times: float) -> "Colour":
        """The same colour with its chroma multiplied."""
        return Colour(self.light, min(self.chroma * times, 0.3), self.hue)

    def turned(self, by: float) -> "Colour":
        """The colour that many degrees further round."""
        return Colour(self.light, self.chroma, (self.hue + by) % 360)

    def mixed(self, other: "Colour", share: float) -> "Colour":
        """This colour with a share (0 to 1) of the other."""
        a, b = self.ab, other.ab
        return from_lab(
            self.light + (other.light - self.light) * share,
            a[0] + (b[0] - a[0]) * share,
            a[1] + (b[1] - a[1]) * share,
        )

    @property
    def ab(self) -> tuple[float, float]:
        """Where the hue lies on OKLab's two axes."""
        return self.chroma * cos(radians(self.hue)), self.chroma * sin(radians(self.hue))

    @property
    def rgb(self) -> Rgb:
        """sRGB from 0 to 1; a colour that no screen has is greyed until one has it."""
        for keep in (1.0, 0.92, 0.84, 0.76, 0.66, 0.55, 0.42, 0.28, 0.14, 0.0):
            a, b = (part * keep for part in self.ab)
            linear = _linear(self.light, a, b)
            if min(linear) >= -0.004 and max(linear) <= 1.004:
                break
        return _encoded(linear[0]), _encoded(linear[1]), _encoded(linear[2])

    @property
    def bytes(self) -> tuple[int, int, int]:
        """sRGB from 0 to 255."""
        red, green, blue = (round(part * 255) for part in self.rgb)
        return red, green, blue


def from_lab(light: float, a: float, b: float) -> Colour:
    """The colour at these OKLab coordinates."""
    return Colour(light, hypot(a, b), degrees(atan2(b, a)) % 360)


def from_bytes(red: float, green: float, blue: float) -> Colour:
    """The colour of an sRGB pixel, parts from 0 to 255."""
    r, g, b = (_decoded(part / 255) for part in (red, green, blue))
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    medium = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return from_lab(
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def ramp(stops: Sequence[tuple[float, Colour]], steps: int = 512) -> Field:
    """A table of `steps` sRGB colours running through the stops (position 0 to 1, colour), mixed in OKLab.

    Values are rounded to 1/4096, so that the last bits of a machine's cube roots cannot show.
    """
    ordered = sorted(stops, key=lambda stop: stop[0])
    shown = [from_bytes(*(part * 255 for part in colour.rgb)) for _, colour in ordered]
    labs = [(colour.light, *colour.ab) for colour in shown]
    at = np.arange(steps) / (steps - 1)
    light, a, b = (np.interp(at, [stop[0] for stop in ordered], [lab[axis] for lab in labs]) for axis in range(3))
    table = np.stack(_linear_all(light, a, b), axis=1)
    indices = np.clip(np.rint(table * (len(_GAMMA) - 1)), 0, len(_GAMMA) - 1).astype(np.intp)
    colours: Field = _GAMMA[indices]
    return colours


def _linear(light: float, a: float, b: float) -> Rgb:
    red, green, blue = _linear_all(np.float64(light), np.float64(a), np.float64(b))
    return float(red), float(green), float(blue)


def _linear_all(light: Any, a: Any, b: Any) -> tuple[Any, Any, Any]:
    long = light + 0.3963377774 * a + 0.2158037573 * b
    medium = light - 0.1055613458 * a - 0.0638541728 * b
    short = light - 0.0894841775 * a - 1.2914855480 * b
    long, medium, short = long * long * long, medium * medium * medium, short * short * short
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _encoded(part: float) -> float:
    part = min(max(part, 0.0), 1.0)
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _decoded(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


_GAMMA = np.array([round(_encoded(step / 8191) * 4096) / 4096 for step in range(8192)], np.float32)
