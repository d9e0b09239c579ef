"""Outlines made round: parts of a thing modelled like clay, lit from one side, with the shadow that they throw."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from shared.adapters.providers.preview.colours import Colour, Field, ramp
from shared.adapters.providers.preview.painting import Canvas, blurred, look_up
from shared.adapters.providers.preview.palettes import Palette
from shared.adapters.providers.preview.subjects import SUBJECTS

FINE = 2
CURVE_STEPS = 14


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a thing stands: the middle of its foot, its height in pixels, and where the light comes from (-1 or 1)."""

    x: float
    foot: float
    size: float
    light: float


@dataclass(frozen=True, slots=True)
class Outline:
    """A part's coverage, from 0 to 1, and where its box lies from the thing's top left corner."""

    left: int
    top: int
    mask: Field


def set_down(canvas: Canvas, subject: str, stand: Stand, palette: Palette, material: str | None) -> None:
    """Model a thing on the canvas, with its shadow on the ground."""
    size = max(int(stand.size), 24)
    pad = max(int(size * 0.12), 4)
    colours = _roles(palette)
    outlines = [(role, _outline(path, size, pad)) for role, path in SUBJECTS[subject]]
    whole = np.zeros((size + 4 * pad, size + 4 * pad), np.float32)
    for _, part in outlines:
        rows, columns = part.mask.shape
        region = whole[part.top + 2 * pad :, part.left + 2 * pad :][:rows, :columns]
        np.maximum(region, part.mask[: region.shape[0], : region.shape[1]], out=region)
    left, top = int(stand.x - size / 2), int(stand.foot - size)
    shadow_on_ground(canvas, whole, left - 2 * pad, stand.foot, size, stand.light, palette)
    for role, part in outlines:
        x, y = left + part.left, top + part.top
        if role == "glow":
            canvas.glow(stand.x, stand.foot - size * 0.6, size * 0.55, colours[role], 0.35)
            canvas.veil(x, y, part.mask, colours[role])
            continue
        model(canvas, x, y, part.mask, colours[role], stand.light, glossy=material == "glossy", soft=size * 0.035)


def model(
    canvas: Canvas, left: int, top: int, mask: Field, colour: Colour, light: float, *, glossy: bool, soft: float
) -> None:
    """Lay a part on the canvas as a rounded body; `soft` is how many pixels its edges take to turn."""
    swell = np.sqrt(blurred(mask, soft) * mask) * np.float32(soft * 2.2)
    swell += blurred(mask, soft * 3.0) * mask * np.float32(soft * 3.4)
    down, across = np.zeros_like(swell), np.zeros_like(swell)
    down[1:-1] = (swell[2:] - swell[:-2]) / 2
    across[:, 1:-1] = (swell[:, 2:] - swell[:, :-2]) / 2
    length = np.sqrt(down * down + across * across + 1)
    facing = (down * 0.62 - across * np.float32(light * 0.55) + 0.62) / length
    facing = blurred(np.clip(facing, 0, 1), max(soft * 0.16, 0.6))
    shade = ramp(
        (
            (0.0, colour.lit(-0.30).turned(-8).vivid(0.9)),
            (0.35, colour.lit(-0.13).turned(-4)),
            (0.64, colour),
            (0.86, colour.lit(0.09)),
            (1.0, colour.lit(0.16).vivid(0.75)),
        ),
        192,
    )
    surface = look_up(shade, facing)
    if glossy:
        gleam = np.clip((facing - 0.86) * 7, 0, 1)
        surface = surface + (1 - surface) * (gleam * gleam * 0.75)[..., None]
    canvas.veil(left, top, mask, surface)


def shadow_on_ground(
    canvas: Canvas, whole: Field, left: int, foot: float, size: float, light: float, palette: Palette
) -> None:
    """The contact shadow under a body and the soft one away from the light."""
    tone = palette.near.at(0.13).vivid(0.8) if not palette.is_dark else Colour(0.05, 0.02, 275)
    reach = max(int(size * 0.24), 2)
    low = max(2, int(size * 0.10))
    columns = whole.max(axis=0)
    cast = np.zeros((low * 4, len(columns) + reach * 4), np.float32)
    tight = np.zeros_like(cast)
    middle = low * 2
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        shift = reach * 2 - int(light * share * size * 0.36)
        rows = cast[middle - int(low * (0.2 + share * 0.7)) : middle + int(low * (0.35 + share * 0.1)) + 1]
        part = rows[:, shift : shift + len(columns)]
        np.maximum(part, columns * np.float32(0.62 * (1 - share * 0.72)), out=part)
    deep = max(1, int(size * 0.010))
    tight[middle - deep : middle + deep + 1, reach * 2 : reach * 2 + len(columns)] = whole[-int(size * 0.5) :][
        : int(size * 0.3)
    ].max(axis=0)
    canvas.veil(left - reach * 2, int(foot) - middle, blurred(cast, size * 0.030), tone)
    canvas.veil(left - reach * 2, int(foot) - middle, blurred(tight, size * 0.012) * 0.75, tone)


def _roles(palette: Palette) -> dict[str, Colour]:
    hero = palette.hero
    light = hero.light
    leaf = Colour(0.52, 0.10, 145).mixed(palette.near, 0.15)
    roles = {
        "hero": hero,
        "deep": hero.lit(-0.13 if light > 0.3 else 0.10),
        "accent": palette.accent.at(0.72 if light < 0.6 else 0.52),
        "pale": hero.at(min(0.94, light + 0.26)).vivid(0.45),
        "white": Colour(0.95, 0.015, 90),
        "dark": hero.at(0.26).vivid(0.4),
        "wood": Colour(0.60, 0.075, 62),
        "leaf": leaf,
        "glow": Colour(0.93, 0.11, 88),
    }
    if palette.is_dark:
        roles.update({name: colour.lit(-0.07) for name, colour in roles.items() if name != "glow"})
    return roles


def _outline(path: str, size: int, pad: int) -> Outline:
    words = path.split()
    width = float(words.pop(0)[1:]) if words[0].startswith("W") else 0.0
    if words[0] == "O":
        x, y, across, down = (float(word) for word in words[1:5])
        points = [(x - across, y - down), (x + across, y + down)]
    else:
        points = _points(words)
    scale = size / 100
    left = int((min(x for x, _ in points) - width) * scale) - pad
    top = int((min(y for _, y in points) - width) * scale) - pad
    columns = int((max(x for x, _ in points) + width) * scale) + pad - left
    rows = int((max(y for _, y in points) + width) * scale) + pad - top
    image = Image.new("L", (columns * FINE, rows * FINE), 0)
    pen = ImageDraw.Draw(image)
    spots = [((x * scale - left) * FINE, (y * scale - top) * FINE) for x, y in points]
    if words[0] == "O":
        pen.ellipse((*spots[0], *spots[1]), fill=255)
    elif width:
        pen.line(spots, fill=255, width=max(1, round(width * scale * FINE)), joint="curve")
        radius = width * scale * FINE / 2
        for x, y in (spots[0], spots[-1]):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    else:
        pen.polygon(spots, fill=255)
    return Outline(left, top, np.asarray(image.reduce(FINE), np.float32) / 255)


def _points(words: list[str]) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    index = 0
    while index < len(words):
        count = {"M": 1, "L": 1, "Q": 2, "C": 3}[words[index]]
        numbers = [float(word) for word in words[index + 1 : index + 1 + 2 * count]]
        knots = list(zip(numbers[::2], numbers[1::2], strict=True))
        points += knots if count == 1 else _curve([points[-1], *knots])
        index += 1 + 2 * count
    return points


def _curve(knots: list[tuple[float, float]]) -> list[tuple[float, float]]:
    found = []
    for step in range(1, CURVE_STEPS + 1):
        share, level = step / CURVE_STEPS, knots
        while len(level) > 1:
            level = [(a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share) for a, b in pairwise(level)]
        found.append(level[0])
    return found
