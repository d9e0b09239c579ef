"""What a preview takes from reference pictures: palette and grain of all, and the layout of one."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from io import BytesIO
from random import Random
from threading import Lock

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from shared.adapters.providers.preview.colours import Colour, Field, from_bytes, ramp
from shared.adapters.providers.preview.painting import Canvas, blurred
from shared.adapters.providers.preview.palettes import Palette
from shared.domain.errors import ErrorKind, ProviderError, RefusalStage
from shared.domain.modes import ReferenceMode
from shared.ports.providers import ReferenceImage

WORKING_EDGE = 640
RELIEF_EDGE = 288
LEVELS = (5, 8)
FORMATS = ("PNG", "JPEG", "WEBP")
# A few kilobytes may hold fifty million pixels, and their decoder holds them several times over: one of these at a time.
HUGE_PIXELS = 12_500_000
_ALONE = Lock()


@dataclass(frozen=True, slots=True)
class Guides:
    """Colours with their weights, a grain of about ±1 around 0, and the picture whose layout is taken, if any."""

    colours: tuple[tuple[Colour, float], ...]
    grain: Field
    layout: Image.Image | None


def read_guides(references: Sequence[ReferenceImage]) -> Guides | None:
    """What the references give; None without any. Raises ProviderError (INVALID) for one that cannot be read."""
    if not references:
        return None
    pictures = [_opened(reference, number) for number, reference in enumerate(references, start=1)]
    colours = tuple(pair for picture in pictures for pair in _colours(picture, 1 / len(pictures)))
    layouts = (
        picture
        for picture, reference in zip(pictures, references, strict=True)
        if reference.mode is ReferenceMode.STYLE_AND_COMPOSITION
    )
    return Guides(colours=colours, grain=_grain(pictures[0]), layout=next(layouts, None))


def lay_grain(canvas: Canvas, grain: Field) -> None:
    """Lay the fine structure of a reference over the whole canvas: small patches of it, shuffled until nothing is known."""
    tile = _shuffled(grain, canvas.random)
    rows, columns = tile.shape
    tall, wide = -(-canvas.height // rows), -(-canvas.width // columns)
    sheet = 1 + np.tile(tile, (tall, wide))[: canvas.height, : canvas.width] * np.float32(0.04)
    for top, bottom in canvas.bands(0, canvas.height):
        canvas.pixels[top:bottom] *= sheet[top:bottom, :, None]


def paint_layout(canvas: Canvas, palette: Palette, layout: Image.Image, *, own: float) -> None:
    """The layout as a relief of cut paper: its tones become sheets, each throwing its shadow on those below.

    `own` (0 to 1) is how much of its local colour the reference keeps beside the palette.
    """
    width, height = canvas.width, canvas.height
    share = (width * height) ** 0.5 / RELIEF_EDGE
    random = canvas.random
    fitted = _framed(layout, max(round(width / share), 8), max(round(height / share), 8), random)
    grey = ImageOps.autocontrast(fitted.convert("L"), cutoff=1)
    for size in (5, 7):
        grey = grey.filter(ImageFilter.MedianFilter(size))
    grey = grey.filter(ImageFilter.GaussianBlur(RELIEF_EDGE * 0.008))
    steps = _thresholds(grey, random.randint(*LEVELS))
    broad = np.asarray(grey.resize((width, height), Image.Resampling.BICUBIC), np.float32)
    sharp = 0.20 / max(canvas.unit, 0.4) + 0.06
    level = np.zeros_like(broad)
    for step in steps:
        level += np.clip((broad - np.float32(step)) * np.float32(sharp) + np.float32(0.5), 0, 1)
    level /= len(steps)
    canvas.paint(0, _sheets(palette, random), level)
    hues = fitted.filter(ImageFilter.GaussianBlur(RELIEF_EDGE * 0.02)).resize(
        (width, height), Image.Resampling.BILINEAR
    )
    slide = max(1, round(canvas.unit * 1.5)) * random.choice((-1, 1))
    light = _shadows(broad, steps, sharp, slide, canvas.unit * 3.2)
    for top, bottom in canvas.bands(0, height):
        band, own_hues = canvas.pixels[top:bottom], np.asarray(hues.crop((0, top, width, bottom)), np.float32)
        band += (own_hues / 255 - band) * np.float32(own)
        band += ((level[top:bottom] - np.float32(0.5)) * np.float32(0.14))[..., None]
        band *= light[top:bottom, :, None]


def _shadows(broad: Field, steps: list[float], sharp: float, slide: int, radius: float) -> Field:
    """The light that is left beside the sheets, as each throws a soft shadow down and to one side.

    Worked out on a quarter of the pixels, which is enough for what is soft.
    """
    coarse = broad[::2, ::2]
    light = np.ones_like(coarse)
    for step in steps:
        mask = np.clip((coarse - np.float32(step)) * np.float32(sharp) + np.float32(0.5), 0, 1)
        soft = blurred(mask, radius)
        padded = np.pad(soft, ((abs(slide) * 2, 0), (abs(slide), abs(slide))), mode="edge")
        left = abs(slide) - slide
        light *= 1 - padded[: mask.shape[0], left : left + mask.shape[1]] * (1 - mask) * np.float32(0.36)
    whole = Image.fromarray(light, "F").resize((broad.shape[1], broad.shape[0]), Image.Resampling.BILINEAR)
    return np.asarray(whole, np.float32)


def _shuffled(grain: Field, random: Random) -> Field:
    """A tile of overlapping patches from anywhere in the grain; its edges meet."""
    size, patch, step = 320, 64, 32
    patch = min(patch, *grain.shape)
    ramp_up = np.minimum(np.arange(patch), np.arange(patch)[::-1]).astype(np.float32) + 1
    window = ramp_up[:, None] * ramp_up[None, :]
    tile, weight = np.zeros((size, size), np.float32), np.zeros((size, size), np.float32)
    for top in range(0, size, step):
        for left in range(0, size, step):
            y, x = random.randrange(grain.shape[0] - patch + 1), random.randrange(grain.shape[1] - patch + 1)
            rows, columns = (
                (np.arange(top, top + patch) % size)[:, None],
                (np.arange(left, left + patch) % size)[None, :],
            )
            tile[rows, columns] += grain[y : y + patch, x : x + patch] * window
            weight[rows, columns] += window
    return tile / np.maximum(weight, 1) * np.float32(1.4)


def _framed(layout: Image.Image, width: int, height: int, random: Random) -> Image.Image:
    """The layout cut to shape, a little nearer or farther and to one side, so that variants differ."""
    bleed = random.uniform(0.0, 0.07)
    centre = (random.uniform(0.25, 0.75), random.uniform(0.25, 0.75))
    return ImageOps.fit(layout, (width, height), Image.Resampling.LANCZOS, bleed=bleed, centering=centre)


def _sheets(palette: Palette, random: Random) -> Field:
    middle = random.choice((palette.hero, palette.accent.mixed(palette.hero, 0.4), palette.far.vivid(1.3)))
    low = random.choice((palette.zenith, palette.near, palette.hero.turned(-30)))
    stops = (
        (0.0, low.mixed(palette.near, 0.4).at(0.20)),
        (0.32, low.mixed(middle, 0.4).at(0.42)),
        (0.58, middle.at(0.64)),
        (0.82, palette.horizon.at(0.82)),
        (1.0, palette.light.at(0.95)),
    )
    return ramp(stops, 128)


def _thresholds(grey: Image.Image, levels: int) -> list[float]:
    """Tones that part the picture into sheets of about the same area."""
    counts = grey.histogram()
    total, seen, steps = sum(counts), 0, list[float]()
    wanted = [total * number / levels for number in range(1, levels)]
    for tone, count in enumerate(counts):
        seen += count
        while wanted and seen >= wanted[0]:
            wanted.pop(0)
            if not steps or tone - steps[-1] >= 6:
                steps.append(float(tone))
    return steps or [128.0]


def _colours(picture: Image.Image, weight: float) -> list[tuple[Colour, float]]:
    small = picture.resize((96, 96), Image.Resampling.BOX).quantize(12, Image.Quantize.MEDIANCUT, kmeans=0)
    table = small.getpalette() or []
    counts = small.getcolors() or []
    return [
        # The root lets a small vivid colour speak beside a large dull one.
        (from_bytes(*table[index * 3 : index * 3 + 3]).vivid(1.12), weight * (count / (96 * 96)) ** 0.5)
        for count, index in counts
        if isinstance(index, int)
    ]


def _grain(picture: Image.Image) -> Field:
    grey = picture.convert("L")
    fine = np.asarray(grey, np.int32) - np.asarray(grey.filter(ImageFilter.GaussianBlur(3)), np.int32)
    usual = max(float(np.abs(fine).sum()) / fine.size, 4.0)
    grain: Field = np.clip(fine.astype(np.float32) / np.float32(usual * 2), -1.6, 1.6)
    return grain


def _opened(reference: ReferenceImage, number: int) -> Image.Image:
    try:
        with Image.open(BytesIO(reference.data), formats=FORMATS) as picture:
            picture.draft("RGB", (WORKING_EDGE, WORKING_EDGE))
            with _ALONE if picture.width * picture.height > HUGE_PIXELS else nullcontext():
                picture.load()
                if picture.mode in ("RGB", "RGBA"):
                    # Small at once: every later step would take as much again.
                    picture.thumbnail((WORKING_EDGE, WORKING_EDGE), Image.Resampling.LANCZOS, reducing_gap=2.0)
                upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        raise ProviderError(
            ErrorKind.INVALID,
            f"Reference picture {number} cannot be read; upload it again as PNG, JPEG or WebP.",
            stage=RefusalStage.REFERENCE,
        ) from None
    upright.thumbnail((WORKING_EDGE, WORKING_EDGE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    white = Image.new("RGB", upright.size, "white")
    white.paste(upright, mask=upright.getchannel("A"))
    return white
