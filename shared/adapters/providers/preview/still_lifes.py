"""Indoors: a studio set of plinths and arches, and a room with window light on its wall and a table."""

from dataclasses import replace
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from shared.adapters.providers.preview.colours import Colour, Field, ramp
from shared.adapters.providers.preview.modelling import Stand, model, set_down
from shared.adapters.providers.preview.painting import Canvas, blurred, look_up
from shared.adapters.providers.preview.palettes import Palette


def paint_studio(canvas: Canvas, palette: Palette, subject: str | None, material: str | None) -> None:
    """A seamless backdrop with an arch or a disc behind, plinths, and the hero on one of them."""
    random, light = canvas.random, canvas.random.choice((-1.0, 1.0))
    floor = canvas.height * 0.62
    size = canvas.short
    middle = canvas.width * random.uniform(0.46, 0.54)
    _backdrop(canvas, palette, floor, light)
    tone = palette.wall.lit(-0.07 if palette.wall.light > 0.5 else 0.09).vivid(1.35)
    match random.choice(("arch", "disc", "arch", "panels")):
        case "arch":
            _arch(canvas, middle, floor + size * 0.02, size * 0.62, size * 0.62, tone, light)
        case "disc":
            _disc(
                canvas,
                middle + light * size * 0.10,
                floor - size * 0.30,
                size * 0.27,
                palette.accent.mixed(tone, 0.45),
                light,
            )
        case _:
            for number, offset in enumerate((-0.30, 0.0, 0.30)):
                _arch(
                    canvas,
                    middle + offset * size,
                    floor,
                    size * 0.27,
                    size * (0.44 + 0.12 * (number == 1)),
                    tone.lit(-0.03 * number),
                    light,
                )
    _plinths(canvas, palette, middle, floor, size, light, hero=subject is not None)
    if subject:
        set_down(canvas, subject, Stand(middle, floor + size * 0.045, size * 0.42, light), palette, material)
    else:
        _solids(canvas, palette, middle, floor + size * 0.045, size, light, material)


def paint_room(canvas: Canvas, palette: Palette, subject: str | None, material: str | None) -> None:
    """A wall with the light of a window on it, and a table or a floor with the hero and a few companions."""
    random, light, size = canvas.random, canvas.random.choice((-1.0, 1.0)), canvas.short
    stands_on_floor = subject in ("sofa", "chair", "lamp", "table", "plant")
    edge = canvas.height * (0.67 if stands_on_floor else 0.62)
    wall = palette.wall
    table = ramp(((0, wall.lit(0.03)), (0.6, wall), (1, wall.lit(-0.08))), 256)
    across = (canvas.x / canvas.width - 0.5) * -light
    canvas.paint(
        0, table, canvas.y / canvas.height * 0.7 + across * 0.55 + (canvas.noise(size * 0.5, size * 0.5) - 0.5) * 0.15
    )
    _window_light(canvas, palette, light, edge)
    wood = palette.near.mixed(Colour(0.62, 0.07, 60), 0.55)
    _board(canvas, palette, edge, wood, light)
    middle = canvas.width * random.uniform(0.44, 0.56)
    foot = edge + (canvas.height - edge) * 0.26
    companions = [name for name in ("vase", "plant", "cup", "book", "fruit") if name != subject]
    random.shuffle(companions)
    if stands_on_floor:
        companions = ["lamp", "plant", "table"] if subject != "lamp" else ["chair", "plant"]
        companions = [name for name in companions if name != subject]
    room = canvas.width / size
    for number, name in enumerate(companions[: 2 if room < 1.7 else 4]):
        side = (-1, 1)[number % 2]
        x = middle + side * size * (0.36 + 0.34 * (number // 2)) * random.uniform(0.95, 1.1)
        tall = {"lamp": 0.50, "plant": 0.34, "vase": 0.34, "table": 0.30, "cup": 0.15, "fruit": 0.13, "book": 0.20}.get(
            name, 0.34
        )
        other = replace(
            palette, hero=palette.accent.mixed(wall.at(0.62), 0.35) if number % 2 == 0 else wood.lit(0.06).turned(20)
        )
        set_down(canvas, name, Stand(x, foot - size * 0.035, size * tall, light), other, None)
    big = {"sofa": 0.62, "chair": 0.46, "table": 0.48, "lamp": 0.56}.get(subject or "", 0.38)
    set_down(canvas, subject or "vase", Stand(middle, foot + size * 0.02, size * big, light), palette, material)


def _backdrop(canvas: Canvas, palette: Palette, floor: float, light: float) -> None:
    wall, size = palette.wall, canvas.short
    table = ramp(((0, wall.lit(-0.10)), (0.45, wall), (0.72, wall.lit(0.05)), (1, wall.lit(-0.03))), 256)
    bend = canvas.y / floor
    across = (canvas.x / canvas.width - 0.5) * light
    sweep = np.where(bend < 1, 0.30 + 0.40 * bend * bend, 0.70 - (bend - 1) * 0.12)
    canvas.paint(0, table, sweep + across * 0.22)
    canvas.glow(
        canvas.width * (0.5 + 0.26 * light), floor * 0.42, size * 0.62, palette.light, 0.16 if palette.is_dark else 0.22
    )


def _arch(canvas: Canvas, middle: float, foot: float, wide: float, tall: float, colour: Colour, light: float) -> None:
    """A niche with a round top, its inside shaded as if the wall were deep."""
    columns, rows = int(wide) + 2, int(tall) + 2
    x = np.arange(columns, dtype=np.float32)[None, :] - columns / 2
    y = np.arange(rows, dtype=np.float32)[:, None] - wide / 2
    far = np.where(y < 0, np.sqrt(x * x + y * y), np.abs(x))
    mask = np.clip(wide / 2 - far, 0, 1)
    left, top = int(middle - columns / 2), int(foot - rows)
    shade = ramp(((0, colour.lit(-0.12)), (0.35, colour.lit(-0.02)), (1, colour.lit(0.06))), 128)
    # The edge on the light's side throws its shadow in.
    slid = np.roll(mask, (int(wide * 0.05), int(-light * wide * 0.07)), axis=(0, 1))
    inner = blurred(slid, wide * 0.03)
    canvas.veil(left, top, mask, look_up(shade, inner * 0.8 - x / wide * light * 0.25 + 0.12))


def _disc(canvas: Canvas, x: float, y: float, radius: float, colour: Colour, light: float) -> None:
    size = int(radius * 2) + 4
    grid = np.arange(size, dtype=np.float32) - size / 2
    far = np.sqrt(grid[None, :] * grid[None, :] + grid[:, None] * grid[:, None])
    mask = np.clip(radius - far, 0, 1)
    soft = blurred(np.pad(mask, int(radius * 0.3)), radius * 0.08) * 0.35
    pad = int(radius * 0.3)
    left, top = int(x - size / 2), int(y - size / 2)
    canvas.veil(left - pad - int(light * radius * 0.07), top - pad + int(radius * 0.09), soft, colour.at(0.2))
    shade = ramp(((0, colour.lit(-0.07)), (1, colour.lit(0.07))), 128)
    canvas.veil(left, top, mask, look_up(shade, 0.5 + (grid[None, :] * light - grid[:, None]) / size * 0.7))


def _plinths(
    canvas: Canvas, palette: Palette, middle: float, floor: float, size: float, light: float, *, hero: bool
) -> None:
    random, wall = canvas.random, palette.wall
    tone = wall.lit(0.06 if wall.light < 0.8 else -0.03)
    if canvas.width > canvas.height * 1.15 or random.random() < 0.6:
        side = -light
        _plinth(
            canvas,
            middle + side * size * 0.40,
            floor + size * 0.02,
            size * 0.20,
            size * 0.27,
            palette.accent.mixed(tone, 0.55),
            light,
        )
    _plinth(canvas, middle, floor + size * 0.045, size * (0.60 if hero else 0.66), size * 0.13, tone, light, up=False)


def _plinth(
    canvas: Canvas,
    middle: float,
    level: float,
    wide: float,
    tall: float,
    colour: Colour,
    light: float,
    *,
    up: bool = True,
) -> None:
    """A round plinth: `level` is the middle of its foot (or of its top, when not `up`)."""
    ellipse = wide * 0.13
    top_y = level - tall if up else level
    foot_y = level if up else level + tall
    columns, rows = int(wide) + 2, int(foot_y - top_y + 2 * ellipse) + 4
    x = (np.arange(columns, dtype=np.float32)[None, :] - columns / 2) / (wide / 2)
    y = np.arange(rows, dtype=np.float32)[:, None] - ellipse - 1
    bulge = np.sqrt(np.clip(1 - x * x, 0, 1)) * ellipse
    body = np.clip(y + bulge + 0.5, 0, 1) * np.clip(foot_y - top_y + bulge - y + 0.5, 0, 1) * (np.abs(x) < 1)
    lid = np.clip(bulge - np.abs(y) + 0.5, 0, 1) * (np.abs(x) < 1)
    left, top = int(middle - columns / 2), int(top_y - ellipse - 1)
    _pool(canvas, middle, foot_y + ellipse * 0.35, wide * 0.60, ellipse * 1.35, light, colour.at(0.15))
    shade = ramp(((0, colour.lit(-0.20)), (0.5, colour.lit(-0.06)), (0.8, colour), (1, colour.lit(-0.03))), 128)
    index = np.broadcast_to(0.55 + x * light * 0.45, body.shape) - np.clip(y / max(tall, 1), 0, 1) * 0.10
    canvas.veil(left, top, body, look_up(shade, index.astype(np.float32)))
    canvas.veil(left, top, lid, colour.lit(0.055))


def _pool(canvas: Canvas, x: float, y: float, wide: float, low: float, light: float, tone: Colour) -> None:
    columns, rows = int(wide * 3.2), int(low * 5)
    across = (np.arange(columns, dtype=np.float32)[None, :] - columns / 2 + light * wide * 0.30) / (wide * 1.05)
    down = (np.arange(rows, dtype=np.float32)[:, None] - rows / 2) / low
    far = across * across + down * down
    canvas.veil(int(x - columns / 2), int(y - rows / 2), np.clip(1.15 - far, 0, 1) * 0.42, tone)


def _solids(
    canvas: Canvas, palette: Palette, middle: float, foot: float, size: float, light: float, material: str | None
) -> None:
    """A ball, a cone and a ring: the studio's still life when the prompt names nothing that can be drawn."""
    random = canvas.random
    glossy = material == "glossy"
    shapes = [
        ("ball", 0.13, palette.hero),
        ("cone", 0.20, palette.accent.at(0.66)),
        ("ball", 0.07, palette.hero.turned(40).lit(0.1)),
    ]
    random.shuffle(shapes)
    for offset, (kind, scale, colour) in zip((-0.17, 0.03, 0.20), shapes, strict=True):
        pixels = max(int(size * scale), 8)
        image = Image.new("L", ((pixels * 2 + 16) * 2, (pixels * 2 + 16) * 2), 0)
        pen, a, b = ImageDraw.Draw(image), 16, pixels * 4 + 16
        if kind == "ball":
            pen.ellipse((a, a, b, b), fill=255)
        else:
            pen.polygon(((a + b) // 2, a, b - pixels, b, a + pixels, b), fill=255)
            pen.ellipse((a + pixels, b - pixels * 0.35, b - pixels, b + pixels * 0.12), fill=255)
        mask = np.asarray(image.reduce(2), np.float32) / 255
        x = middle + offset * size
        _pool(canvas, x, foot, pixels * 0.9, pixels * 0.16, light, palette.wall.at(0.15))
        model(
            canvas,
            int(x - mask.shape[1] / 2),
            int(foot - pixels * 2 - 6),
            mask,
            colour,
            light,
            glossy=glossy,
            soft=pixels * 0.22,
        )


def _window_light(canvas: Canvas, palette: Palette, light: float, edge: float) -> None:
    """Slanting panes of sun on the wall, crossed by the shadow of leaves."""
    random, size = canvas.random, canvas.short
    shrink = 4
    columns, rows = max(canvas.width // shrink, 2), max(canvas.height // shrink, 2)
    image = Image.new("L", (columns, rows), 0)
    pen = ImageDraw.Draw(image)
    unit = size / shrink
    start = columns * random.uniform(0.40, 0.60) - unit * 0.34
    slant = light * unit * 0.20
    for row in range(3):
        for column in range(2):
            x, y = start + column * unit * 0.36, rows * 0.08 + row * unit * 0.22
            lean = slant * (1 - row * 0.33)
            pen.polygon(
                (
                    (x + lean, y),
                    (x + unit * 0.33 + lean, y),
                    (x + unit * 0.33 + lean - slant / 3, y + unit * 0.20),
                    (x + lean - slant / 3, y + unit * 0.20),
                ),
                fill=255,
            )
    _leaves(pen, random, start, rows, unit)
    panes = np.asarray(image, np.float32) / 255
    soft = Image.fromarray((blurred(panes, unit * 0.012) * 255).astype(np.uint8), "L").resize(
        (canvas.width, canvas.height), Image.Resampling.BICUBIC
    )
    mask = np.asarray(soft, np.float32) / 255 * (canvas.y < edge)
    canvas.veil(0, 0, mask * (0.22 if palette.is_dark else 0.52), palette.light.mixed(Colour(0.97, 0.06, 85), 0.6))


def _leaves(pen: ImageDraw.ImageDraw, random: Random, start: float, rows: int, unit: float) -> None:
    for _ in range(9):
        x, y = start + random.uniform(-0.1, 0.9) * unit, random.uniform(0.0, 0.62) * min(rows, unit * 1.4)
        long, lean = unit * random.uniform(0.10, 0.20), random.uniform(-0.6, 0.6)
        pen.polygon(
            (
                (x, y),
                (x + long * 0.5, y - long * 0.16 + lean * long * 0.3),
                (x + long, y + lean * long),
                (x + long * 0.45, y + long * 0.20 + lean * long * 0.6),
            ),
            fill=40,
        )


def _board(canvas: Canvas, palette: Palette, edge: float, wood: Colour, light: float) -> None:
    """A table top or a floor: planks' grain, and a lighter front where it catches the sun."""
    size = canvas.short
    top = int(edge)
    rows = canvas.height - top
    grain: Field = canvas.noise(size * 0.9, size * 0.012, rows=(top, canvas.height))
    near = np.arange(rows, dtype=np.float32)[:, None] / max(rows, 1)
    table = ramp(((0, wood.lit(-0.13)), (0.4, wood), (0.8, wood.lit(0.07)), (1, wood.mixed(palette.light, 0.35))), 256)
    across = (canvas.x / canvas.width - 0.5) * light
    canvas.paint(top, table, 0.34 + near * 0.30 + across * 0.30 + (grain - 0.5) * 0.26)
    seam = np.clip(1 - np.abs(near * rows - 1) / max(canvas.unit * 3, 1), 0, 1) * np.ones((1, canvas.width), np.float32)
    canvas.veil(0, top, seam * 0.5, wood.at(0.2))
