"""A town: rows of houses in their haze, with lit windows."""

import numpy as np

from shared.adapters.providers.preview.colours import Colour, Field
from shared.adapters.providers.preview.painting import Canvas
from shared.adapters.providers.preview.palettes import Palette
from shared.adapters.providers.preview.skies import depths, hazy


def paint_city(canvas: Canvas, palette: Palette, horizon: float) -> None:
    """Three rows of houses and more behind them, their windows lit."""
    reach, random = canvas.reach, canvas.random
    base = horizon + reach * 0.10
    colours = depths(palette, 4)
    lamp = Colour(0.90, 0.11, random.choice((75, 85, 60)))
    for number, colour in enumerate(colours):
        share = number / 3
        foot = base + reach * 0.16 * number
        wide = reach * (0.055 + 0.06 * share)
        tall = reach * (0.44 - 0.13 * share)
        x = -wide * random.random()
        edge = np.full(canvas.width, foot, np.float32)
        houses: list[tuple[int, int, float]] = []
        while x < canvas.width:
            broad = wide * random.uniform(0.6, 1.5)
            top = foot - tall * random.uniform(0.25, 1.0) ** 1.3
            left, right = int(max(x, 0)), int(min(x + broad, canvas.width))
            if left < right:
                edge[left:right] = top
                houses.append((left, right, top))
                if random.random() < 0.22:
                    mast = int((left + right) / 2)
                    edge[mast : mast + max(1, int(canvas.unit * 2))] -= tall * random.uniform(0.08, 0.2)
            x += broad + (wide * 0.15 if random.random() < 0.3 else 0)
        canvas.layer(edge, hazy(colour, palette, 0.75 - 0.55 * share), fade=0.45)
        if number:
            _windows(canvas, houses, foot, lamp if palette.is_dark else palette.light.mixed(colour, 0.45), share)
    canvas.glow(canvas.width / 2, base + reach * 0.25, reach * 0.5, palette.horizon, 0.16)


def _windows(canvas: Canvas, houses: list[tuple[int, int, float]], foot: float, lamp: Colour, share: float) -> None:
    random = canvas.random
    cell = max(3, round(canvas.unit * (7 + 7 * share)))
    for left, right, top in houses:
        columns, rows = (right - left) // cell - 1, int((foot + canvas.short * 0.1 - top) / cell) - 1
        if columns < 1 or rows < 1:
            continue
        lit = np.frombuffer(random.randbytes(columns * rows), np.uint8).reshape(rows, columns)
        share_lit = random.uniform(0.10, 0.45)
        glow = np.where(lit < 255 * share_lit, 0.35 + lit.astype(np.float32) / 255, 0).astype(np.float32)
        mask = np.kron(glow, _pane(cell))
        start = left + (right - left - mask.shape[1]) // 2
        canvas.veil(start, int(top) + cell, mask * (0.5 + 0.45 * share), lamp)


def _pane(cell: int) -> Field:
    pane = np.zeros((cell, cell), np.float32)
    pane[round(cell * 0.22) : round(cell * 0.85), round(cell * 0.25) : round(cell * 0.75)] = 1
    return pane
