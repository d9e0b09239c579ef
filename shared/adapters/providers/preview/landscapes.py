"""Open air: layered land in its haze, dunes, fields, woods, and the ground that a hero stands on."""

from dataclasses import dataclass

import numpy as np

from shared.adapters.providers.preview.cities import paint_city
from shared.adapters.providers.preview.coasts import FOOT, paint_coast
from shared.adapters.providers.preview.colours import Colour, Field, ramp
from shared.adapters.providers.preview.painting import Canvas, noise
from shared.adapters.providers.preview.palettes import Palette
from shared.adapters.providers.preview.skies import depths, hazy, paint_planet, paint_sky


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a hero may stand: how far down its foot is (a row); and which way the light is."""

    y: float
    light_x: float


def paint_landscape(canvas: Canvas, palette: Palette, place: str, season: str | None, hero: str | None) -> Ground:
    """Paint the place over the whole canvas, with ground in front where a hero will stand on it."""
    random = canvas.random
    horizon = canvas.height * random.uniform(0.50, 0.58)
    sun_x = canvas.width * random.choice((random.uniform(0.18, 0.38), random.uniform(0.62, 0.84)))
    sun_y = horizon - canvas.reach * random.uniform(0.10, 0.30)
    paint_sky(canvas, palette, horizon, sun_x, sun_y)
    match place:
        case "beach" | "sea":
            paint_coast(canvas, palette, horizon, sun_x, place, hero)
        case "desert":
            _dunes(canvas, palette, horizon, sun_x)
        case "city":
            paint_city(canvas, palette, horizon)
        case "forest":
            _forest(canvas, palette, horizon, sun_x, sun_y)
        case "field":
            _fields(canvas, palette, horizon, season)
        case "space":
            paint_planet(canvas, palette)
        case _:
            _mountains(canvas, palette, horizon, sun_x, snow=season == "winter")
    foot = canvas.height * FOOT
    if hero and not (place in ("beach", "desert") or (place, hero) == ("sea", "boat")):
        _knoll(canvas, palette, foot, place, season)
    return Ground(foot, sun_x)


def _knoll(canvas: Canvas, palette: Palette, foot: float, place: str, season: str | None) -> None:
    """A rise in the foreground, lighter than the land behind it, for a hero to stand on."""
    reach = canvas.reach
    stone = Colour(0.58, 0.02, 70).mixed(palette.near, 0.35)
    tone = stone if place in ("city", "sea") else palette.near.lit(0.12).mixed(palette.horizon, 0.10)
    if season == "winter":
        tone = Colour(0.90, 0.02, 245).mixed(palette.sky, 0.25)
    if palette.is_dark:
        tone = tone.lit(-0.10)
    bow = (canvas.x[0] / canvas.width - 0.5) * 2
    crest = foot - reach * 0.035 + bow * bow * reach * 0.05 - canvas.line(reach * 0.30, reach * 0.018, octaves=5)
    if place not in ("city", "sea"):
        crest -= np.abs(canvas.line(reach * 0.006, reach * 0.014, octaves=2)) * (season != "winter")
    top = canvas.top_of(crest)
    patches = noise(canvas.random, canvas.width, canvas.height - top, reach * 0.22, reach * 0.03)
    depth = (canvas.y[top:] - crest[None, :]) / (reach * 0.34)
    table = ramp(((0, tone.mixed(palette.light, 0.30)), (0.18, tone), (1, tone.lit(-0.16))), 192)
    canvas.layer(crest, table, depth + (patches - 0.5) * 0.30)


def _mountains(canvas: Canvas, palette: Palette, horizon: float, sun_x: float, *, snow: bool) -> None:
    reach, random = canvas.reach, canvas.random
    colours = depths(palette, 6)
    for number, colour in enumerate(colours):
        share = number / 5
        base = horizon + reach * (-0.06 + 0.085 * number)
        rise = reach * (0.30 - 0.21 * share) * random.uniform(0.85, 1.15)
        heights = base - canvas.line(reach * (0.62 - 0.30 * share), rise, octaves=7, sharp=number < 4, roughness=0.46)
        if number in (1, 2):
            index = _facets(canvas, heights, sun_x, reach)
            cold = Colour(0.95, 0.015, 240) if snow else palette.light
            table = ramp(
                ((0, colour.lit(-0.08)), (0.5, colour), (0.8, colour.mixed(cold, 0.30)), (1, colour.mixed(cold, 0.62))),
                128,
            )
            _faceted(canvas, heights, table, index, palette, reach)
            continue
        if number == 5:
            heights = heights - _pines(canvas, reach * 0.085)
        elif number == 4:
            heights = heights - _pines(canvas, reach * 0.042)
        canvas.layer(heights, hazy(colour, palette, 0.75 - 0.6 * share), fade=0.30)


def _facets(canvas: Canvas, heights: Field, sun_x: float, reach: float) -> Field:
    """Light on a range: flanks that face the sun are bright, and ribs run down from the crest."""
    step = max(2, int(reach * 0.012))
    padded = np.pad(heights, step, mode="edge")
    slope = (padded[2 * step :] - padded[: -2 * step]) / (2 * step)
    slope = np.where(canvas.x[0] < sun_x, -slope, slope)
    top = canvas.top_of(heights)
    depth = np.clip(canvas.y[top:] - heights[None, :], 0, None)
    lean = np.clip(canvas.x + depth * 0.42, 0, canvas.width - 1).astype(np.intp)
    ribs = noise(canvas.random, canvas.width, canvas.height - top, reach * 0.03, reach * 0.11)
    return 0.48 + slope[lean] * 0.42 + (ribs - 0.5) * 0.34 - depth / reach * 0.5


def _faceted(canvas: Canvas, heights: Field, table: Field, index: Field, palette: Palette, reach: float) -> None:
    canvas.layer(heights, table, index)
    top = canvas.top_of(heights)
    depth = np.clip((canvas.y[top:] - heights[None, :]) / (reach * 0.42), 0, 1)
    canvas.veil(0, top, depth * depth * 0.85, palette.horizon.mixed(palette.light, 0.2))


def _pines(canvas: Canvas, tall: float) -> Field:
    """A wood's outline: the height of pines above the ground, one value a column."""
    outline, random = np.zeros(canvas.width, np.float32), canvas.random
    density = canvas.line(canvas.short * 0.4, 1.0, octaves=2) + 0.55
    x = -tall
    while x < canvas.width + tall:
        here = float(density[int(min(max(x, 0), canvas.width - 1))])
        height = tall * random.uniform(0.45, 1.0) * (1 if here > random.uniform(0.2, 0.6) else 0.2)
        half = height * random.uniform(0.16, 0.23)
        left, right = int(max(x - half, 0)), int(min(x + half + 1, canvas.width))
        if left < right:
            near = 1 - np.abs(np.arange(left, right, dtype=np.float32) - x) / half
            jagged = near * height - (np.mod(near * height, tall * 0.11)) * 0.55
            outline[left:right] = np.maximum(outline[left:right], np.clip(jagged, 0, None))
        x += half * random.uniform(0.7, 2.4)
    return outline


def _dunes(canvas: Canvas, palette: Palette, horizon: float, sun_x: float) -> None:
    reach, random = canvas.reach, canvas.random
    colours = depths(palette, 5)
    for number, colour in enumerate(colours):
        share = number / 4
        base = horizon + reach * (0.0 + 0.105 * number)
        crest = base - canvas.line(reach * (0.75 + 0.45 * share), reach * 0.15, octaves=2, roughness=0.25)
        shadow = colour.lit(-0.13).mixed(palette.zenith, 0.22)
        bright = colour.mixed(palette.light, 0.42)
        table = ramp(((0, shadow), (0.42, colour.lit(-0.02)), (0.62, colour.lit(0.04)), (1, bright)), 128)
        step = max(2, int(reach * 0.02))
        padded = np.pad(crest, step, mode="edge")
        slope = (padded[2 * step :] - padded[: -2 * step]) / (2 * step)
        slope = np.where(canvas.x[0] < sun_x, -slope, slope)
        top = canvas.top_of(crest)
        depth = np.clip(canvas.y[top:] - crest[None, :], 0, None) / reach
        # The knife edge of a dune wanders down its face, light on one side and shade on the other.
        lean = np.clip(canvas.x + depth * reach * random.choice((-0.9, 0.9)), 0, canvas.width - 1).astype(np.intp)
        wind = noise(random, canvas.width, canvas.height - top, reach * 0.30, reach * 0.008)
        canvas.layer(crest, table, 0.60 + slope[lean] * 1.5 - depth * 0.9 + (wind - 0.5) * 0.12 * share)


def _fields(canvas: Canvas, palette: Palette, horizon: float, season: str | None) -> None:
    reach, random = canvas.reach, canvas.random
    far = horizon - canvas.line(reach * 0.7, reach * 0.16, octaves=6, sharp=True) - reach * 0.01
    canvas.layer(far, hazy(palette.far.mixed(palette.horizon, 0.35), palette, 0.8), fade=0.25)
    for number in range(1, 5):
        share = number / 4
        colour = palette.near.mixed(palette.horizon, 0.52 - 0.5 * share).vivid(1.15).lit(0.05 - 0.06 * share)
        base = horizon + reach * (0.11 * number - 0.09)
        crest = base - canvas.line(reach * (0.8 + 0.3 * share), reach * 0.10, octaves=2, roughness=0.3)
        edge = crest - (_crowns(canvas, reach * (0.055 - 0.018 * share)) if number < 3 else 0)
        top = canvas.top_of(edge)
        depth = np.clip(canvas.y[top:] - crest[None, :], -reach, None) / reach
        rows = _rows(canvas, depth, random.uniform(-0.6, 0.6), reach) if number > 1 else 0
        bloom = (
            colour.turned(random.choice((-26, 34))).lit(0.12).vivid(1.25)
            if season in ("spring", "summer")
            else colour.lit(0.09)
        )
        table = ramp(
            ((0, colour.mixed(palette.light, 0.22)), (0.35, colour), (0.75, colour.lit(-0.07)), (1, bloom)), 128
        )
        canvas.layer(edge, table, np.clip(0.10 + depth * 1.9, 0.0, 0.72) + rows)


def _rows(canvas: Canvas, depth: Field, lean: float, reach: float) -> Field:
    """Furrows that run to a point beyond the hill, as an offset of the colour index."""
    away = 0.10 + np.clip(depth, 0, None)
    across = (canvas.x / reach - 0.5 * canvas.width / reach - lean) / away
    wave = np.mod(across * 2.6, 1)
    bank: Field = (np.abs(wave - 0.5) * 2) * np.clip(depth * 9, 0, 1)
    return bank * 0.26


def _crowns(canvas: Canvas, tall: float) -> Field:
    """Round trees in hedges and groups: their height above the ground, one value a column."""
    outline, random = np.zeros(canvas.width, np.float32), canvas.random
    x = -tall
    while x < canvas.width + tall:
        for _ in range(random.choice((1, 2, 3, 6))):
            radius = tall * random.uniform(0.35, 0.7)
            left, right = int(max(x - radius, 0)), int(min(x + radius + 1, canvas.width))
            if left < right:
                off = (np.arange(left, right, dtype=np.float32) - x) / radius
                crown = np.sqrt(np.clip(1 - off * off, 0, 1)) * (radius + tall * 0.35)
                outline[left:right] = np.maximum(outline[left:right], crown)
            x += radius * random.uniform(0.8, 1.3)
        x += tall * random.choice((0.6, 2.5, 5, 9))
    return outline


def _forest(canvas: Canvas, palette: Palette, horizon: float, sun_x: float, sun_y: float) -> None:
    reach, random = canvas.reach, canvas.random
    colours = depths(palette, 6)
    for number, colour in enumerate(colours):
        share = number / 5
        base = horizon + reach * (0.075 * number - 0.02)
        ground = base - canvas.line(reach * 0.6, reach * 0.05, octaves=3)
        edge = ground - _pines(canvas, reach * (0.14 + 0.22 * share))
        canvas.layer(edge, hazy(colour, palette, 0.85 - 0.70 * share), fade=0.42)
    _shafts(canvas, palette, sun_x, sun_y)
    floor = canvas.height - reach * random.uniform(0.08, 0.13) - canvas.line(reach * 0.3, reach * 0.05, octaves=6)
    canvas.layer(floor, hazy(palette.near.lit(-0.06), palette, 0.1), fade=0.3)


def _shafts(canvas: Canvas, palette: Palette, sun_x: float, sun_y: float) -> None:
    """Light that falls between trunks: a fan of soft rays from the sun."""
    dy = np.clip(canvas.y - sun_y, 1, None)
    angle = (canvas.x - sun_x) / dy
    beams = noise(canvas.random, 512, 2, 22, 2)[0]
    rays = beams[np.clip((angle * 0.22 + 0.5) * 511, 0, 511).astype(np.intp)]
    fade = np.clip(1.1 - dy / canvas.height, 0, 1)
    canvas.veil(0, 0, np.clip((rays - 0.5) * 2.2, 0, 1) * fade * 0.34 * (canvas.y > sun_y), palette.light)
