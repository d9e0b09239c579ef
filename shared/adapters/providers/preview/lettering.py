"""The prompt set in type, and the mark that says that this is a preview."""

import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from shared.adapters.providers.preview.colours import Colour, Field
from shared.adapters.providers.preview.painting import Canvas, blurred

FONTS = Path(__file__).parent / "fonts"
SERIF = "fraunces.ttf"
SANS = "inter.ttf"
ELLIPSIS = "…"
LINE = 1.20
# More than any shape has room for; the end is cut off anyway.
MOST_CHARACTERS = 1600
MARK = "Preview"
WHITE = Colour(0.985, 0.008, 90)


@dataclass(frozen=True, slots=True)
class Setting:
    """Lines of text in one font; sizes in pixels."""

    lines: tuple[str, ...]
    font: ImageFont.FreeTypeFont
    size: int

    @property
    def height(self) -> int:
        """From the top of the first line to the foot of the last."""
        return round(self.size * LINE * len(self.lines))

    @property
    def width(self) -> int:
        """The longest line's."""
        return max((round(self.font.getlength(line)) for line in self.lines), default=0)


def set_caption(canvas: Canvas, prompt: str, shade: Colour) -> None:
    """Set the prompt at the foot of the canvas, white on a soft shade, and the mark at its top."""
    text, name = readable(prompt)
    margin = max(round(canvas.short * 0.055), 8)
    base = _base(canvas)
    area_width = min(canvas.width - 2 * margin, round(base * 1.35))
    area_height = round(min(canvas.height * (0.46 if canvas.width > 3 * canvas.height else 0.22), base * 0.6))
    setting = fitted(text, name, area_width, area_height, base)
    left, top = margin, canvas.height - margin - setting.height
    _shade(canvas, left, top, setting, shade)
    ink = np.zeros((canvas.height - top + margin // 2, setting.width + 2 * margin), np.float32)
    picture = Image.new("L", (ink.shape[1], ink.shape[0]), 0)
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(setting.lines):
        pen.text((0, round(number * setting.size * LINE)), line, font=setting.font, fill=255)
    canvas.veil(left, top, np.asarray(picture, np.float32) / 255, WHITE)
    _mark(canvas, margin, shade)


def _base(canvas: Canvas) -> float:
    """What type is measured by: the short edge, a little more where the picture is a long strip."""
    return float(canvas.short**0.75 * max(canvas.width, canvas.height) ** 0.25)


def readable(prompt: str) -> tuple[str, str]:
    """The prompt as it can be set, and the font's file: without controls, in words when its script has no font here."""
    clean = " ".join(
        "".join(
            " " if unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Cs", "Co", "Cn") else sign for sign in prompt
        ).split()
    )
    composed = unicodedata.normalize("NFC", clean) or "An untitled preview"
    for name in (SERIF, SANS):
        if all(ord(sign) in _coverage(name) for sign in composed):
            return composed, name
    kept = " ".join("".join(sign for sign in composed if ord(sign) in _coverage(SANS)).split())
    letters = sum(sign.isalpha() for sign in composed)
    if letters and sum(sign.isalpha() for sign in kept) * 2 < letters:
        return f"A prompt in {_script(composed)}, {len(composed)} characters", SERIF
    name = SERIF if all(ord(sign) in _coverage(SERIF) for sign in kept) else SANS
    return kept or "An untitled preview", name


def fitted(text: str, font: str, width: int, height: int, base: float) -> Setting:
    """The text in the largest size at which it fits; the smallest size cuts it off with an ellipsis."""
    largest, smallest = round(base * 0.070), max(round(base * 0.026), 11)
    # Few words may be large; a paragraph is small from the start, which also bounds the work.
    largest = max(smallest, round(largest * min(1.0, 9 / max(len(text), 1) ** 0.5)))
    text = text[:MOST_CHARACTERS]
    size = largest
    while True:
        face = _face(font, size)
        room = max(int(height / (size * LINE)), 1)
        lines, whole = _wrapped(text, width, room, face.getlength)
        if whole or size <= smallest:
            return Setting(tuple(_balanced(text, lines, width, face.getlength) if whole else lines), face, size)
        size = max(smallest, int(size * 0.9))


def _balanced(text: str, lines: list[str], width: int, measure: Callable[[str], float]) -> list[str]:
    """The same number of lines, of lengths as even as can be: no word is left alone on the last."""
    for narrower in range(width, width // 2, -max(width // 40, 1)):
        tried, whole = _wrapped(text, narrower, len(lines), measure)
        if not whole:
            break
        lines = tried
    return lines


def _wrapped(text: str, width: int, room: int, measure: Callable[[str], float]) -> tuple[list[str], bool]:
    """At most `room` lines, and whether all of the text is in them."""
    words, lines, line = text.split(), [], ""
    while words:
        word = words.pop(0)
        longer = f"{line} {word}" if line else word
        if measure(longer) <= width:
            line = longer
            continue
        if not line:
            cut = _longest(word, width, measure)
            line, rest = word[:cut], word[cut:]
            words.insert(0, rest)
        else:
            words.insert(0, word)
        lines.append(line)
        line = ""
        if len(lines) == room:
            break
    if line and len(lines) < room:
        lines.append(line)
        return lines, True
    if words:
        last = lines[-1]
        while last and measure(last.rstrip(" ,.;:") + ELLIPSIS) > width:
            last = last[:-1]
        lines[-1] = last.rstrip(" ,.;:") + ELLIPSIS
        return lines, False
    return lines, True


def _longest(word: str, width: int, measure: Callable[[str], float]) -> int:
    """How many of the word's first letters fit, at least one."""
    fits = bisect_right(range(1, len(word) + 1), width, key=lambda count: ceil(measure(word[:count])))
    return max(fits, 1)


def _shade(canvas: Canvas, left: int, top: int, setting: Setting, shade: Colour) -> None:
    """Darken the foot of the picture just as much as white type needs, most where the type stands."""
    reach = max(round(setting.height * 0.6), round(canvas.short * 0.10))
    start = max(top - reach, 0)
    behind = canvas.pixels[top:, left : left + max(setting.width, 1)]
    brightness = float(np.asarray(behind * 255, np.uint8).astype(np.int64).mean()) / 255
    depth = np.clip((canvas.y[start:] - start) / max(top - start + setting.height * 0.35, 1), 0, 1)
    ease = depth * depth * (3 - 2 * depth)
    wide = np.clip(
        (left + setting.width * 1.9 + canvas.short * 0.2 - canvas.x) / (setting.width * 0.9 + canvas.short * 0.2), 0, 1
    )
    amount = min(max(0.42 + (brightness - 0.30) * 0.75, 0.34), 0.82)
    canvas.veil(0, start, ease * (0.35 + 0.65 * wide) * np.float32(amount), shade)
    glyphs = np.zeros((setting.height + 2 * setting.size, setting.width + 2 * setting.size), np.float32)
    glyphs[setting.size : -setting.size, setting.size : -setting.size] = 1
    halo = blurred(glyphs, setting.size * 0.8) * np.float32(amount * 0.25)
    canvas.veil(left - setting.size, top - setting.size, halo, shade)


def _mark(canvas: Canvas, margin: int, shade: Colour) -> None:
    """A small pill with a fan of three leaves and the word."""
    size = max(round(_base(canvas) * 0.0240), 10)
    face = _face(SANS, size)
    wide, tall = round(face.getlength(MARK) + size * 3.2), round(size * 2.1)
    fine = 3
    shape = Image.new("L", (wide * fine, tall * fine), 0)
    ImageDraw.Draw(shape).rounded_rectangle((0, 0, wide * fine - 1, tall * fine - 1), radius=tall * fine // 2, fill=255)
    left, top = canvas.width - margin - wide, margin
    canvas.veil(left, top, _scaled(shape, fine) * np.float32(0.62), shade)
    ink = Image.new("L", (wide * fine, tall * fine), 0)
    pen = ImageDraw.Draw(ink)
    x, y, leaf = size * 1.42 * fine, tall * 0.70 * fine, size * 0.92 * fine
    for start, tone in ((200, 255), (243, 190), (286, 125)):
        pen.pieslice((x - leaf, y - leaf, x + leaf, y + leaf), start, start + 40, fill=tone)
    canvas.veil(left, top, _scaled(ink, fine), WHITE)
    words = Image.new("L", (wide, tall), 0)
    ImageDraw.Draw(words).text((round(size * 2.25), tall / 2), MARK, font=face, fill=255, anchor="lm")
    canvas.veil(left, top, np.asarray(words, np.float32) / 255, WHITE)


def _scaled(picture: Image.Image, fine: int) -> Field:
    return np.asarray(picture.reduce(fine), np.float32) / 255


def _script(text: str) -> str:
    """The name of the script that most letters belong to."""
    counts: dict[str, int] = {}
    for sign in text:
        if sign.isalpha():
            script = unicodedata.name(sign, "AN UNKNOWN SCRIPT").split()[0].capitalize()
            counts[script] = counts.get(script, 0) + 1
    # Han letters are Japanese where kana stand beside them.
    if "Hiragana" in counts or "Katakana" in counts:
        return "Japanese"
    best = max(counts, key=lambda script: counts[script])
    return "Chinese" if best == "Cjk" else best


@cache
def _face(name: str, size: int) -> ImageFont.FreeTypeFont:
    # Basic layout gives the same pixels whether or not the machine has a library for complex scripts.
    return ImageFont.truetype(str(FONTS / name), size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _coverage(name: str) -> frozenset[int]:
    """The code points that a font has glyphs for, from the list beside it."""
    table = (FONTS / name).with_suffix(".txt").read_text("ascii").split()
    signs: set[int] = set()
    for span in table:
        first, _, last = span.partition("-")
        signs.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(signs)
