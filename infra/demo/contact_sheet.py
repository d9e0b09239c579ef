"""A contact sheet: every finished image of a batch on one page, in justified rows."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from shared.adapters.providers.preview.lettering import FONTS, SANS, SERIF, readable
from shared.domain.errors import Malformed, NotFound

NAME = "contact-sheet.png"
MANIFEST = "manifest.csv"
MOST_IMAGES = 200
WIDTH = 2400
MARGIN = 110
GAP = 34
CAPTION = 84
ROW_HEIGHT = 430
ROUND = 10
PAPER, INK, QUIET, LINE = "#F7F3EC", "#211D1A", "#8A8178", "#DDD5C8"
# Rows this far from the wanted height still look even; the last one may stay short instead of being blown up.
TALLEST = 1.25


@dataclass(frozen=True, slots=True)
class Entry:
    """One finished image and what the manifest says of it."""

    path: Path
    number: str
    prompt: str
    facts: str
    ratio: float


@dataclass(frozen=True, slots=True)
class Row:
    """Entries that stand side by side, `height` pixels tall."""

    entries: tuple[Entry, ...]
    height: int


def make_contact_sheet(folder: Path, *, title: str) -> Path:
    """Write contact-sheet.png for the images that the folder's manifest.csv lists as succeeded.

    At most 200 images are shown. Raises NotFound without a manifest or a finished image, Malformed for one that is no picture.
    """
    lines = _manifest(folder)
    done = [line for line in lines if line.get("status") == "succeeded" and line.get("file")]
    if not done:
        raise NotFound(f"{folder / MANIFEST} lists no finished image.")
    several = len({line.get("model") for line in done}) > 1
    entries = [_entry(folder, line, several_models=several) for line in done[:MOST_IMAGES]]
    rows = justified(entries, WIDTH - 2 * MARGIN)
    top = 330
    tall = top + sum(row.height + CAPTION + GAP for row in rows) + 90
    sheet = Image.new("RGB", (WIDTH, tall), PAPER)
    _head(sheet, title, _summary(lines, done, len(entries)))
    for row in rows:
        _place(sheet, row, top)
        top += row.height + CAPTION + GAP
    _foot(sheet, len(done) - len(entries))
    path, part = folder / NAME, folder / f"{NAME}.part"
    sheet.save(part, "PNG", optimize=False, compress_level=6)
    part.replace(path)
    return path


def justified(entries: Sequence[Entry], width: int) -> list[Row]:
    """The entries in order, broken into rows of full width whose heights differ as little as can be."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(entries) + 1):
        options = []
        for start in range(max(0, end - 24), end):
            height = _height(entries[start:end], width)
            away = height / ROW_HEIGHT - 1
            if end == len(entries):
                # A last row may end before the margin.
                away = min(away, 0.35)
            options.append((best[start][0] + away * away, start))
        best.append(min(options))
    rows: list[Row] = []
    end = len(entries)
    while end:
        start = best[end][1]
        height = min(_height(entries[start:end], width), ROW_HEIGHT * TALLEST)
        rows.append(Row(tuple(entries[start:end]), round(height)))
        end = start
    return rows[::-1]


def _height(entries: Sequence[Entry], width: int) -> float:
    return (width - GAP * (len(entries) - 1)) / sum(entry.ratio for entry in entries)


def _manifest(folder: Path) -> list[dict[str, str]]:
    path = folder / MANIFEST
    if not path.is_file():
        raise NotFound(f"{path} does not exist; download a batch into the folder first.")
    with path.open(encoding="utf-8-sig", newline="") as reading:
        return list(csv.DictReader(reading))


def _entry(folder: Path, line: Mapping[str, str], *, several_models: bool) -> Entry:
    path = (folder / line["file"]).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise Malformed(f"{line['file']} lies outside {folder}.")
    try:
        with Image.open(path) as picture:
            width, height = picture.size
    except OSError:
        raise Malformed(f"{path} is not a picture that can be read.") from None
    facts = [f"{width} × {height}"]
    if line.get("variant"):
        facts.append(f"variant {line['variant']}")
    if several_models and line.get("model"):
        facts.append(line["model"])
    number, prompt = _counted(line.get("row", "")), line.get("prompt", "").removeprefix("'")
    return Entry(path, number, prompt, " · ".join(facts), width / height)


def _counted(row: str) -> str:
    return f"{int(row):02}" if row.isdigit() else row


def _summary(lines: Sequence[Mapping[str, str]], done: Sequence[Mapping[str, str]], shown: int) -> str:
    models = sorted({line["model"] for line in done if line.get("model")})
    parts = [
        f"{len({line.get('row') for line in lines})} rows",
        f"{len(done)} images",
        *([f"{len(lines) - len(done)} did not finish"] if len(lines) > len(done) else []),
        *([f"the first {shown} shown"] if shown < len(done) else []),
        ", ".join(models),
    ]
    return "   ·   ".join(part for part in parts if part)


def _head(sheet: Image.Image, title: str, summary: str) -> None:
    pen = ImageDraw.Draw(sheet)
    text, name = readable(title)
    size = 100
    while size > 40 and _font(name, size).getlength(text) > WIDTH - 2 * MARGIN - 340:
        size -= 4
    pen.text((MARGIN, 196), text, font=_font(name, size), fill=INK, anchor="ls")
    pen.text((MARGIN + 3, 252), summary, font=_font(SANS, 29), fill=QUIET, anchor="ls")
    _brand(sheet, WIDTH - MARGIN, 196)


def _brand(sheet: Image.Image, right: int, foot: int) -> None:
    """The fan of three leaves and the name, right-aligned on a line."""
    pen = ImageDraw.Draw(sheet)
    face = _font(SERIF, 46)
    left = right - round(face.getlength("Fanfold"))
    pen.text((right, foot), "Fanfold", font=face, fill=INK, anchor="rs")
    fine, leaf = 4, 54
    fan = Image.new("L", (leaf * 2 * fine, leaf * fine), 0)
    draw = ImageDraw.Draw(fan)
    for start, tone in ((186, 255), (232, 170), (278, 95)):
        draw.pieslice((0, 0, leaf * 2 * fine, leaf * 2 * fine), start, start + 42, fill=tone)
    mask = fan.reduce(fine)
    sheet.paste(Image.new("RGB", mask.size, "#C2542D"), (left - leaf * 2 - 22, foot - leaf + 6), mask)


def _place(sheet: Image.Image, row: Row, top: int) -> None:
    left = float(MARGIN)
    for entry in row.entries:
        width = max(1, round(entry.ratio * row.height))
        _hang(sheet, entry, (round(left), top, width, row.height))
        _caption(sheet, entry, round(left), top + row.height + 16, width)
        left += width + GAP


def _hang(sheet: Image.Image, entry: Entry, box: tuple[int, int, int, int]) -> None:
    """The picture with round corners, on a soft shadow."""
    left, top, width, height = box
    with Image.open(entry.path) as opened:
        opened.draft("RGB", (width * 2, height * 2))
        flat = Image.new("RGB", opened.size, "white")
        clear = opened.convert("RGBA")
        flat.paste(clear, mask=clear.getchannel("A"))
    small = ImageOps.fit(flat, (width, height), Image.Resampling.LANCZOS)
    mask = Image.new("L", (width * 3, height * 3), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width * 3 - 1, height * 3 - 1), radius=ROUND * 3, fill=255)
    mask = mask.reduce(3)
    spread = 26
    shade = Image.new("L", (width + 2 * spread, height + 2 * spread), 0)
    shade.paste(mask.point(lambda value: value * 0.30), (spread, spread + 8))
    shade = shade.filter(ImageFilter.GaussianBlur(11))
    sheet.paste(Image.new("RGB", shade.size, "#3A2E22"), (left - spread, top - spread), shade)
    sheet.paste(small, (left, top), mask)


def _caption(sheet: Image.Image, entry: Entry, left: int, top: int, width: int) -> None:
    pen = ImageDraw.Draw(sheet)
    text, name = readable(entry.prompt)
    number, face = _font(SANS, 21), _font(name, 23 if name == SERIF else 21)
    indent = round(number.getlength("00")) + 14
    pen.text((left, top + 21), entry.number, font=number, fill="#C2542D", anchor="ls")
    pen.text((left + indent, top + 21), _cut(text, face, width - indent), font=face, fill=INK, anchor="ls")
    small = _font(SANS, 17)
    pen.text((left + indent, top + 49), _cut(entry.facts, small, width - indent), font=small, fill=QUIET, anchor="ls")


def _cut(text: str, face: ImageFont.FreeTypeFont, width: int) -> str:
    if face.getlength(text) <= width:
        return text
    text = text[: width // 3]
    while text and face.getlength(text.rstrip(" ,.;:·") + "…") > width:
        text = text[:-1]
    return text.rstrip(" ,.;:·") + "…" if text else ""


def _foot(sheet: Image.Image, hidden: int) -> None:
    pen = ImageDraw.Draw(sheet)
    y = sheet.height - 92
    pen.line((MARGIN, y, WIDTH - MARGIN, y), fill=LINE, width=2)
    words = f"{hidden} more images are in the folder." if hidden else "Rows in, finished images out."
    pen.text((MARGIN, y + 46), words, font=_font(SANS, 21), fill=QUIET, anchor="ls")


def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / name), size, layout_engine=ImageFont.Layout.BASIC)
