"""The second picture of a run: the same work by others, and how the cost of an image changes with the size of its batch."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from PIL import Image

from benchmarks.figures import Report
from benchmarks.machines import Machine
from benchmarks.plots import FOOT, GRID, HEAD, IDEAL, INK, MARGIN, MET, MUTED, OTHER, PEN, TRACK, WIDTH, Sheet

GUTTER, BAR, GROUP_HEAD, NAME_WIDTH, VALUE_WIDTH = 88, 34, 60, 190, 120
HALF = (WIDTH - 2 * MARGIN - GUTTER) / 2
CHART_HEIGHT = 240
OURS = "Fanfold"

Values = dict[str, Any]
Read = Callable[[Values], float]


def compare(report: Report, machine: Machine, at: datetime, *, stack: str) -> Image.Image | None:
    """The picture; None when neither peers nor growth were measured."""
    peers = [figure.values for figure in report.figures if "peer" in figure.values]
    sizes = [figure.values for figure in report.figures if "batch_of" in figure.values]
    if not peers and not sizes:
        return None
    groups = 3
    height = HEAD + max(groups * (GROUP_HEAD + len(peers) * BAR), 2 * (CHART_HEIGHT + GROUP_HEAD)) - FOOT / 2
    sheet = Sheet(WIDTH, round(height))
    sheet.text((MARGIN, 88), "Fanfold beside others, and at any size", 46, serif=True)
    sheet.text((MARGIN, 126), f"{machine}  ·  {stack} stack  ·  {at:%-d %B %Y}", 19, MUTED)
    if peers:
        _peers(sheet, peers)
    if sizes:
        _growth(sheet, sizes)
    return sheet.finished()


def _peers(sheet: Sheet, peers: list[Values]) -> None:
    groups: list[tuple[str, Read, str]] = [
        ("The same jobs, each with a durable result: time over the ideal", lambda one: one["over_ideal"], "{:.2f} ×"),
        ("Processor time a job", lambda one: one["cpu_seconds"] * 1_000, "{:.1f} ms"),
        ("Jobs lost after kill -9 at half", lambda one: one["lost"], "{:.0f}"),
    ]
    top = HEAD - 26.0
    for title, read, words in groups:
        sheet.text((MARGIN, top), title, 19)
        most = max(*(read(one) for one in peers), 1e-9)
        for number, one in enumerate(peers):
            _bar(sheet, one, read(one), most, words, top + 14 + number * BAR)
        top += GROUP_HEAD + len(peers) * BAR


def _bar(sheet: Sheet, one: Values, value: float, most: float, words: str, top: float) -> None:
    is_ours = one["peer"] == OURS
    left, right = MARGIN + NAME_WIDTH, MARGIN + HALF - VALUE_WIDTH
    sheet.text((MARGIN, top + 19), one["peer"].replace("a bare t", "T"), 17, INK if is_ours else MUTED)
    sheet.box(left, top + 9, right, top + 21, TRACK, 4)
    if value:
        sheet.box(left, top + 9, left + max(value / most * (right - left), 8), top + 21, MET if is_ours else IDEAL, 4)
    sheet.text((right + 14, top + 20), words.format(value), 17, MET if is_ours else INK)


def _growth(sheet: Sheet, sizes: list[Values]) -> None:
    left = MARGIN + HALF + GUTTER
    charts: list[tuple[str, Read, str, str]] = [
        (
            "Processor time of an image, by the size of its batch",
            lambda one: one["cpu_seconds"] * 1_000,
            "{:.1f} ms",
            MET,
        ),
        (
            "Google Cloud's price of 1,000 images' operations",
            lambda one: one["dollars_a_thousand"] * 100,
            "{:.2f} ¢",
            OTHER,
        ),
    ]
    top = HEAD - 26.0
    for title, read, words, colour in charts:
        sheet.text((left, top), title, 19)
        _curve(sheet, [(one["batch_of"], read(one)) for one in sizes], words, colour, (left, top + 20))
        top += CHART_HEIGHT + GROUP_HEAD


def _curve(sheet: Sheet, points: list[tuple[int, float]], words: str, colour: str, corner: tuple[float, float]) -> None:
    """One point a size, at even distances: each batch is ten times the one before."""
    (left, top), bottom = corner, corner[1] + CHART_HEIGHT - 40
    most = max(value for _, value in points) * 1.3
    for share in (0.0, 0.5, 1.0):
        y = bottom - share * (bottom - top)
        sheet.line([(left, y), (left + HALF, y)], GRID, 1)
    step = HALF / len(points)
    placed = [
        (left + step * (number + 0.5), bottom - value / most * (bottom - top))
        for number, (_, value) in enumerate(points)
    ]
    sheet.line(placed, colour, PEN)
    for (x, y), (size, value) in zip(placed, points, strict=True):
        sheet.box(x - 5, y - 5, x + 5, y + 5, colour, 5)
        sheet.text((x, y - 16), words.format(value), 17, colour, anchor="ms")
        sheet.text((x, bottom + 26), f"{size:,}", 15, MUTED, anchor="ms")
