"""What is far away: sky, sun or moon, clouds, stars, haze, a planet."""

import numpy as np

from shared.adapters.providers.preview.colours import Colour, Field, ramp
from shared.adapters.providers.preview.painting import Canvas, blurred, look_up, noise
from shared.adapters.providers.preview.palettes import Palette


def paint_sky(canvas: Canvas, palette: Palette, horizon: float, sun_x: float, sun_y: float) -> None:
    """The sky over the whole canvas: its gradient, stars, clouds and the sun or moon."""
    reach, random = canvas.reach, canvas.random
    table = ramp(((0, palette.zenith), (0.55, palette.sky), (0.92, palette.horizon), (1, palette.horizon.lit(0.03))))
    drift = canvas.noise(canvas.short * 0.9, canvas.short * 0.28)
    away = np.abs(canvas.x - sun_x) / (canvas.width + reach)
    canvas.paint(0, table, canvas.y / horizon + (drift - 0.5) * 0.13 - away * 0.16)
    if palette.is_dark:
        _stars(canvas, int(horizon))
    _clouds(canvas, palette, horizon)
    canvas.glow(sun_x, sun_y, reach * 0.30, palette.light, 0.40 if palette.is_dark else 0.62)
    radius = reach * random.uniform(0.045, 0.085)
    disc(canvas, sun_x, sun_y, radius, palette.light)


def _stars(canvas: Canvas, horizon: int) -> None:
    random = canvas.random
    for _ in range(int(canvas.width * horizon / canvas.unit**2 / 2600)):
        x, y = random.uniform(0, canvas.width), random.random() ** 1.5 * horizon
        size = canvas.unit * random.choice((0.7, 0.8, 0.9, 1.1, 1.7))
        disc(canvas, x, y, size, Colour(0.96, 0.02, 90), strength=random.uniform(0.35, 0.95))


def _clouds(canvas: Canvas, palette: Palette, horizon: float) -> None:
    rows = (0, max(int(horizon), 2))
    long = canvas.short * canvas.random.uniform(0.5, 0.9)
    billow = (
        canvas.noise(long, long * 0.11, rows=rows) * 0.66 + canvas.noise(long * 0.3, long * 0.045, rows=rows) * 0.34
    )
    low = canvas.random.uniform(0.50, 0.60)
    mask = np.clip((billow - low) * 3.2, 0, 1)
    mask = mask * mask * (0.25 + 0.6 * canvas.y[: rows[1]] / horizon)
    canvas.veil(0, 0, mask * (0.30 if palette.is_dark else 0.75), palette.light.mixed(palette.horizon, 0.4))


def disc(canvas: Canvas, x: float, y: float, radius: float, colour: Colour, strength: float = 1.0) -> None:
    """A flat round spot."""
    left, top, size = int(x - radius - 2), int(y - radius - 2), int(radius * 2 + 5)
    grid = np.arange(size, dtype=np.float32)
    dx, dy = grid[None, :] + (left - x), grid[:, None] + (top - y)
    canvas.veil(left, top, np.clip(radius - np.sqrt(dx * dx + dy * dy) + 0.5, 0, 1) * strength, colour)


def depths(palette: Palette, count: int) -> list[Colour]:
    """Colours of layers from the farthest to the nearest: haze first, then the land's own."""
    haze = palette.horizon.mixed(palette.sky, 0.35)
    return [
        haze.mixed(palette.far, min(1.0, 0.35 + share * 1.3)).mixed(palette.near, max(0.0, share - 0.15) ** 1.2)
        for share in (number / max(count - 1, 1) for number in range(count))
    ]


def hazy(colour: Colour, palette: Palette, amount: float) -> Field:
    """A layer's colours from its crest down into the mist at its foot."""
    mist = palette.horizon.mixed(palette.light, 0.25)
    return ramp(((0, colour), (0.25, colour.mixed(mist, amount * 0.3)), (1, colour.mixed(mist, amount))), 128)


def paint_planet(canvas: Canvas, palette: Palette) -> None:
    """A ringed planet over the whole of a night sky."""
    reach, random = min(canvas.width, canvas.height), canvas.random
    _stars(canvas, canvas.height)
    cloud = canvas.noise(reach * 0.5, reach * 0.35) * 0.6 + canvas.noise(reach * 0.16, reach * 0.12) * 0.4
    canvas.veil(0, 0, np.clip((cloud - 0.48) * 2.4, 0, 1) * 0.5, palette.far.vivid(1.4))
    radius = reach * random.uniform(0.24, 0.33)
    x, y = canvas.width * random.uniform(0.4, 0.66), canvas.height * random.uniform(0.36, 0.46)
    size = int(radius * 2 + 6)
    grid = (np.arange(size, dtype=np.float32) - size / 2) / radius
    dx, dy = grid[None, :], grid[:, None]
    inside = np.clip((1 - np.sqrt(dx * dx + dy * dy)) * radius + 0.5, 0, 1)
    round_z = np.sqrt(np.clip(1 - dx * dx - dy * dy, 0, 1))
    bands = noise(random, size, size, radius * 1.4, radius * 0.13)
    light = np.clip(-0.62 * dx - 0.5 * dy + 0.62 * round_z, 0, 1)
    hero = palette.hero
    table = ramp(((0, hero.at(0.13)), (0.35, hero.at(0.36)), (0.75, hero.at(0.70)), (1, hero.at(0.90).vivid(0.6))), 256)
    canvas.glow(x, y, radius * 1.5, hero, 0.30)
    canvas.veil(
        int(x - size / 2), int(y - size / 2), inside, look_up(table, light * 0.85 + (bands - 0.5) * 0.35 * light)
    )
    ring = blurred(_ring(size * 2, radius), canvas.unit * 0.6)
    behind = np.ones_like(ring)
    half = size
    over = slice(half - size // 2, half - size // 2 + size)
    behind[over, over] = 1 - inside * (np.arange(size)[:, None] < size / 2 - dx * radius * 0.22)
    canvas.veil(int(x - half), int(y - half), ring * behind * 0.75, palette.light.mixed(hero, 0.35))


def _ring(size: int, radius: float) -> Field:
    grid = (np.arange(size, dtype=np.float32) - size / 2) / radius
    dx, dy = grid[None, :], grid[:, None] + grid[None, :] * 0.22
    far = np.sqrt(dx * dx * 0.42 + dy * dy * 9)
    band: Field = np.clip((far - 0.86) * 16, 0, 1) * np.clip((1.16 - far) * 10, 0, 1)
    grooves: Field = 0.55 + 0.45 * (np.mod(far * 22, 1) > 0.35)
    ringed: Field = band * grooves
    return ringed
