"""No place at all: waves of cut paper, a grid of quarter circles, or discs of light."""

import numpy as np

from shared.adapters.providers.preview.colours import Colour, Field, ramp
from shared.adapters.providers.preview.painting import Canvas, blurred, look_up
from shared.adapters.providers.preview.palettes import Palette


def paint_abstract(canvas: Canvas, palette: Palette) -> None:
    """Paint one of the three over the whole canvas."""
    canvas.random.choice((_waves, _waves, _tiles, _discs))(canvas, palette)


def _scheme(palette: Palette) -> list[Colour]:
    wall = palette.wall
    return [wall, palette.hero, palette.accent, palette.hero.mixed(wall, 0.55), palette.zenith.at(0.36), palette.light]


def _waves(canvas: Canvas, palette: Palette) -> None:
    random, size = canvas.random, canvas.short
    dark = palette.hero.at(0.24).turned(-40)
    pale = palette.wall.at(0.93) if not palette.is_dark else palette.hero.at(0.62)
    scheme = [
        pale,
        palette.accent.mixed(pale, 0.45),
        palette.hero.lit(0.10),
        palette.hero.turned(-18).lit(-0.06),
        dark.lit(0.10),
        dark,
    ]
    canvas.paint(
        0,
        ramp(((0, scheme[0].lit(0.04)), (1, scheme[1]))),
        canvas.y / canvas.height + (canvas.noise(size * 0.6, size * 0.6) - 0.5) * 0.3,
    )
    canvas.glow(canvas.width * random.uniform(0.3, 0.75), canvas.height * 0.2, size * 0.5, palette.light, 0.4)
    count = 9
    for number in range(count):
        share = number / (count - 1)
        base = canvas.height * (0.24 + 0.74 * share)
        slope = (canvas.x[0] / canvas.width - 0.5) * size * random.uniform(-0.22, 0.22)
        crest = base + slope - canvas.line(size * random.uniform(0.55, 0.95), size * 0.30, octaves=2, roughness=0.16)
        place = share * (len(scheme) - 1)
        low = min(int(place), len(scheme) - 2)
        colour = scheme[low].mixed(scheme[low + 1], place - low)
        top = canvas.top_of(crest - size * 0.09)
        rise = np.clip(1 - (crest[None, :] - canvas.y[top:]) / (size * 0.085), 0, 1)
        canvas.veil(0, top, rise * rise * 0.30, dark.at(0.12))
        canvas.layer(crest, ramp(((0, colour.lit(0.07)), (0.25, colour), (1, colour.lit(-0.08))), 128), fade=0.5)


def _tiles(canvas: Canvas, palette: Palette) -> None:
    random = canvas.random
    cell = max(canvas.short // random.choice((3, 4)), 16)
    scheme = _scheme(palette)
    canvas.pixels[:] = np.array(palette.wall.rgb, np.float32)
    grid = np.arange(cell, dtype=np.float32) + np.float32(0.5)
    for top in range(-(canvas.height % cell) // 2, canvas.height, cell):
        for left in range(-(canvas.width % cell) // 2, canvas.width, cell):
            ground, figure, spot = random.sample(scheme, 3)
            corner_x, corner_y = random.choice((0, cell)), random.choice((0, cell))
            dx, dy = np.abs(grid[None, :] - corner_x), np.abs(grid[:, None] - corner_y)
            far = np.sqrt(dx * dx + dy * dy)
            canvas.veil(left, top, np.ones((cell, cell), np.float32), ground)
            match random.randrange(5):
                case 0 | 1:
                    canvas.veil(left, top, np.clip(cell - far + 0.5, 0, 1), _lit(figure, far / cell))
                    canvas.veil(left, top, np.clip(cell * 0.5 - far + 0.5, 0, 1), _lit(spot, far / cell * 2))
                case 2:
                    middle = np.sqrt((grid[None, :] - cell / 2) ** 2 + (grid[:, None] - cell / 2) ** 2)
                    canvas.veil(left, top, np.clip(cell * 0.36 - middle + 0.5, 0, 1), _lit(figure, middle / cell * 2))
                case 3:
                    canvas.veil(left, top, np.clip(dx - dy + 0.5, 0, 1), _lit(figure, far / cell * 0.7))
                case _:
                    stripes = np.clip((np.abs(np.mod(far, cell / 4) - cell / 8) - cell / 16) + 0.5, 0, 1)
                    canvas.veil(left, top, stripes * np.clip(cell - far + 0.5, 0, 1), _lit(figure, far / cell))


def _lit(colour: Colour, index: Field) -> Field:
    return look_up(ramp(((0, colour.lit(0.06)), (1, colour.lit(-0.06))), 64), index)


def _discs(canvas: Canvas, palette: Palette) -> None:
    random, size = canvas.random, canvas.short
    scheme = _scheme(palette)
    ground = palette.wall
    canvas.paint(
        0,
        ramp(((0, ground.lit(0.05)), (1, ground.mixed(palette.hero, 0.4)))),
        canvas.y / canvas.height + (canvas.x / canvas.width - 0.5) * 0.4,
    )
    count = 7
    for number in range(count):
        radius = size * random.uniform(0.10, 0.34) * (1.1 - number / count * 0.7)
        x, y = canvas.width * random.uniform(0.12, 0.88), canvas.height * random.uniform(0.12, 0.75)
        edge = int(radius * 2) + 4
        grid = np.arange(edge, dtype=np.float32) - edge / 2
        far = np.sqrt(grid[None, :] * grid[None, :] + grid[:, None] * grid[:, None])
        mask = np.clip(radius - far, 0, 1)
        colour = scheme[(number + 1) % len(scheme)]
        pad = int(radius * 0.35)
        shade = blurred(np.pad(mask, pad), radius * 0.12) * 0.32
        left, top = int(x - edge / 2), int(y - edge / 2)
        canvas.veil(left - pad + int(radius * 0.06), top - pad + int(radius * 0.12), shade, palette.zenith.at(0.15))
        table = ramp(((0, colour.lit(0.12)), (0.6, colour), (1, colour.turned(24).lit(-0.10))), 128)
        canvas.veil(left, top, mask, look_up(table, 0.5 + (grid[:, None] - grid[None, :] * 0.6) / edge))
