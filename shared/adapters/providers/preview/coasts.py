"""Water: the sea with the sun on it, and a beach before it."""

import numpy as np

from shared.adapters.providers.preview.colours import Colour, Field, ramp
from shared.adapters.providers.preview.painting import Canvas, noise
from shared.adapters.providers.preview.palettes import Palette
from shared.adapters.providers.preview.skies import hazy

FOOT = 0.735


def paint_coast(canvas: Canvas, palette: Palette, horizon: float, sun_x: float, place: str, hero: str | None) -> None:
    """The sea from the horizon down; a beach before it when the place is one, wide when a hero stands there."""
    reach, random = canvas.reach, canvas.random
    if random.random() < 0.75:
        far = horizon - np.clip(canvas.line(reach * 0.9, reach * 0.20, octaves=6, sharp=True) + reach * 0.01, 0, None)
        canvas.layer(far, hazy(palette.far.mixed(palette.horizon, 0.45), palette, 0.6), fade=0.2)
    top = int(horizon)
    depth = (canvas.y[top:] - horizon) / max(canvas.height - horizon, 1)
    table = ramp(
        (
            (0, palette.horizon.mixed(palette.water, 0.35)),
            (0.18, palette.water.mixed(palette.sky, 0.3)),
            (0.6, palette.water),
            (1, palette.water.lit(-0.14)),
        ),
        256,
    )
    waves = _waves(canvas, top, reach)
    canvas.paint(top, table, depth + (waves - 0.5) * (0.16 + 0.30 * depth))
    near_sun = np.abs(canvas.x - sun_x) / (reach * (0.035 + 0.30 * depth))
    glitter = np.clip(1.15 - near_sun, 0, 1) * np.clip((waves - 0.42) * 5.0, 0, 1)
    canvas.veil(0, top, glitter * (0.9 - 0.45 * depth), palette.light)
    if place == "beach":
        _sand(canvas, palette, horizon, reach, near=hero is not None)


def _waves(canvas: Canvas, top: int, reach: float) -> Field:
    """Ripples that grow towards the viewer: rows of fine noise, stretched with nearness."""
    rows = canvas.height - top
    source = noise(canvas.random, canvas.width, max(rows, 2), reach * 0.16, reach * 0.010)
    fine = noise(canvas.random, canvas.width, max(rows, 2), reach * 0.045, reach * 0.005)
    near = np.arange(rows, dtype=np.float32) / max(rows, 1)
    # Equal steps on the water cover more rows the nearer they are.
    rows_read = np.clip(np.sqrt(near) * rows, 0, rows - 1).astype(np.intp)
    taken: Field = (source * 0.6 + fine * 0.4)[rows_read]
    return taken


def _sand(canvas: Canvas, palette: Palette, horizon: float, reach: float, *, near: bool) -> None:
    random = canvas.random
    tilt = random.choice((-1, 1)) * random.uniform(0.06, 0.16)
    base = (
        canvas.height * (FOOT - 0.10)
        if near
        else canvas.height - (canvas.height - horizon) * random.uniform(0.42, 0.52)
    )
    slant = (canvas.x[0] / canvas.width - 0.5) * tilt * reach
    shore = base + slant + canvas.line(reach * 0.5, reach * 0.055, octaves=4)
    wet = palette.near.mixed(palette.water, 0.40).lit(-0.06)
    foam = Colour(0.975, 0.012, 90).mixed(palette.light, 0.3)
    for offset, strength in ((-0.020, 0.55), (-0.006, 0.95)):
        line = shore + reach * offset + canvas.line(reach * 0.07, reach * 0.012, octaves=3)
        thick = reach * 0.008 * (0.6 + canvas.line(reach * 0.1, 0.8, octaves=2) ** 2 * 4)
        top = int(max(line.min() - 2, 0))
        bottom = int(min((line + thick).max() + 3, canvas.height))
        if top < bottom:
            depth = canvas.y[top:bottom] - line[None, :]
            canvas.veil(0, top, np.clip(depth, 0, 1) * np.clip(thick[None, :] - depth, 0, 1) * strength, foam)
    table = ramp(
        ((0, wet), (0.07, wet.mixed(palette.near, 0.5)), (0.16, palette.near), (1, palette.near.lit(-0.10))), 256
    )
    top = canvas.top_of(shore)
    grains = noise(random, canvas.width, canvas.height - top, reach * 0.20, reach * 0.014)
    depth = (canvas.y[top:] - shore[None, :]) / (reach * 0.42)
    canvas.layer(shore, table, depth + (grains - 0.5) * 0.16 * np.clip(depth * 4, 0, 1))
