"""The picture of a run: each figure as a share of its target, and how a thousand images came in."""

from datetime import datetime
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from benchmarks.figures import Figure, Report
from benchmarks.machines import Machine

FONTS = Path(__file__).parents[1] / "shared" / "adapters" / "providers" / "preview" / "fonts"
SCALE = 2
WIDTH, MARGIN, GUTTER = 1680, 64, 88
CURVE_WIDTH, ROW, HEAD, FOOT = 620, 50, 200, 56
CURVE_HEIGHT, SEEN_HEIGHT = 560, 380
WIDEST_SHARE = 1.5
PAPER, INK, MUTED, TRACK, GRID = "#fbfaf7", "#1d2125", "#6d747c", "#e9e6df", "#e2dfd8"
MET, MISSED, IDEAL, OTHER = "#2f7d6b", "#c4562f", "#b9b4a8", "#c79a3b"
GROWTH, PEN = 1.08, 3
# What the names of series of lags begin with; the rest of the name is who listened.
SEEN = "seen_"


def plot(report: Report, machine: Machine, at: datetime, *, stack: str) -> Image.Image:
    """The picture; needs at least one figure that has a target."""
    bars = [figure for figure in report.figures if figure.share is not None]
    is_made, is_seen = bool(report.series.get("made")), any(name.startswith(SEEN) for name in report.series)
    curves = is_made * CURVE_HEIGHT + (is_made or is_seen) * SEEN_HEIGHT
    height = HEAD + max(len(bars) * ROW, curves) + FOOT
    sheet = Sheet(WIDTH, height)
    sheet.text((MARGIN, 88), "Fanfold, measured", 46, serif=True)
    told = f"{machine}  ·  {stack} stack  ·  {at:%-d %B %Y}"
    sheet.text((MARGIN, 126), told, 19, MUTED)
    right = MARGIN + CURVE_WIDTH
    if is_made:
        _curve(sheet, report, (MARGIN, HEAD, right, height - FOOT - SEEN_HEIGHT))
        _seen(sheet, report, (MARGIN, height - FOOT - SEEN_HEIGHT + 84, right, height - FOOT))
    elif is_seen:
        _seen(sheet, report, (MARGIN, HEAD, right, height - FOOT))
    _bars(sheet, bars, right + GUTTER if curves else MARGIN, WIDTH - MARGIN)
    return sheet.finished()


class Sheet:
    """A drawing in points, made larger and then reduced, so that its edges are smooth."""

    def __init__(self, width: int, height: int) -> None:
        self._picture = Image.new("RGB", (width * SCALE, height * SCALE), PAPER)
        self._pen = ImageDraw.Draw(self._picture)

    def finished(self) -> Image.Image:
        """The picture, in colours few enough for a small file."""
        width, height = self._picture.size
        small = self._picture.resize((width // SCALE, height // SCALE), Image.Resampling.LANCZOS)
        return small.quantize(255, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)

    def text(
        self,
        at: tuple[float, float],
        words: str,
        size: int,
        colour: str = INK,
        *,
        anchor: str = "ls",
        serif: bool = False,
    ) -> float:
        """Set words (`anchor` as Pillow names it) and return how wide they are, in points."""
        font = _font("fraunces" if serif else "inter", size)
        self._pen.text((at[0] * SCALE, at[1] * SCALE), words, colour, font, anchor=anchor)
        return font.getlength(words) / SCALE

    def box(self, left: float, top: float, right: float, bottom: float, colour: str, radius: float = 0) -> None:
        """A filled rectangle."""
        corners = (left * SCALE, top * SCALE, right * SCALE - 1, bottom * SCALE - 1)
        self._pen.rounded_rectangle(corners, radius * SCALE, colour)

    def line(self, points: list[tuple[float, float]], colour: str, width: float) -> None:
        """A line through these points."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._pen.line(scaled, colour, round(width * SCALE), joint="curve")


def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"{name}.ttf", size * SCALE)


def _bars(sheet: Sheet, figures: list[Figure], left: float, right: float) -> None:
    """One row a figure: its words, what was measured, and a bar whose mark is the target."""
    span = (right - left) / WIDEST_SHARE
    mark = left + span
    sheet.text((left, HEAD - 26), "Share of the target that is used: shorter is better", 19)
    sheet.text((mark, HEAD - 2), "target", 15, MUTED, anchor="ms")
    for number, figure in enumerate(figures):
        top = HEAD + 10 + number * ROW
        colour = MET if figure.is_met else MISSED
        sheet.text((left, top + 19), figure.label or figure.name.strip(), 17)
        words = figure.target.replace("≤", "at most").replace("≥", "at least")
        aim = sheet.text((right, top + 19), words, 15, MUTED, anchor="rs")
        sheet.text(
            (right - aim - 12, top + 19), figure.measured.partition(" (")[0].partition(",")[0], 17, colour, anchor="rs"
        )
        share = min(figure.share or 0.0, WIDEST_SHARE)
        sheet.box(left, top + 28, right, top + 36, TRACK, 4)
        sheet.box(left, top + 28, left + max(share * span, 8), top + 36, colour, 4)
        sheet.line([(mark, top + 24), (mark, top + 40)], INK, 1.5)


def _curve(sheet: Sheet, report: Report, frame: tuple[float, float, float, float]) -> None:
    """Finished images over seconds, beside what the provider alone would allow."""
    made, ideal = report.series["made"], report.series["ideal"]
    most = ideal[-1][1]
    chart = Chart(sheet, frame, max(made[-1][0], ideal[-1][0]) * GROWTH, most * 1.16)
    sheet.text((frame[0], frame[1] - 26), f"{most:,.0f} images, a provider that takes 1 s, 64 at a time", 19)
    chart.levels([(most * quarter / 4, f"{most * quarter / 4:,.0f}") for quarter in range(5)])
    chart.seconds(_every(chart.longest), "{:g} s")
    chart.curve(ideal, IDEAL)
    chart.curve([(0, 0), *made], MET)
    chart.legend(
        [
            (MET, f"made through Fanfold: {made[-1][0]:.2f} s"),
            (IDEAL, f"the provider alone, evenly: {ideal[-1][0]:.2f} s"),
        ]
    )


def _seen(sheet: Sheet, report: Report, frame: tuple[float, float, float, float]) -> None:
    """How many of the finished items a listener has seen after so long."""
    names = sorted((name for name in report.series if name.startswith(SEEN)), key=lambda name: len(report.series[name]))
    curves = {name.removeprefix(SEEN): [lag for lag, _ in report.series[name]] for name in names}
    if not curves:
        return
    chart = Chart(sheet, frame, max(1.0, *(lags[-1] for lags in curves.values())) * GROWTH, GROWTH)
    sheet.text((frame[0], frame[1] - 26), "Share of finished items that a listener has seen, by time since the end", 19)
    chart.levels([(quarter / 4, f"{quarter * 25} %") for quarter in range(5)])
    chart.seconds(0.2, "{:.1f} s")
    colours = (MET, OTHER)
    for (_, lags), colour in zip(curves.items(), colours, strict=False):
        every = max(len(lags) // 400, 1)
        chart.curve(
            [(0, 0), *((lag, (n + 1) / len(lags)) for n, lag in enumerate(lags) if n % every == 0), (lags[-1], 1)],
            colour,
        )
    told = [(colour, f"{name} listening") for name, colour in zip(curves, colours, strict=False)]
    chart.legend(told, from_right=200, down=-110)


class Chart:
    """A plot area of seconds to the right and amounts upwards."""

    def __init__(self, sheet: Sheet, frame: tuple[float, float, float, float], longest: float, most: float) -> None:
        self._sheet = sheet
        self._left, self._top, self._right, self._bottom = frame[0] + 58, frame[1] + 10, frame[2], frame[3] - 30
        self.longest, self._most = longest, most

    def levels(self, marks: list[tuple[float, str]]) -> None:
        """Level lines and what they stand for."""
        for level, words in marks:
            y = self._place(0, level)[1]
            self._sheet.line([(self._left, y), (self._right, y)], GRID, 1)
            self._sheet.text((self._left - 12, y), words, 15, MUTED, anchor="rm")

    def seconds(self, step: float, words: str) -> None:
        """Marks of time at the foot."""
        for number in range(int(self.longest / step) + 1):
            x = self._place(number * step, 0)[0]
            self._sheet.text((x, self._bottom + 26), words.format(number * step), 15, MUTED, anchor="ms")

    def curve(self, points: list[tuple[float, float]], colour: str) -> None:
        """A line through these points of seconds and amounts."""
        self._sheet.line([self._place(*point) for point in points], colour, PEN)

    def legend(self, rows: list[tuple[str, str]], *, from_right: float | None = None, down: float = 24) -> None:
        """What each colour stands for; by default at the upper left, `down` from the top or, if negative, from the foot."""
        left = self._left + 22 if from_right is None else self._right - from_right
        for number, (colour, words) in enumerate(rows):
            y = (self._top if down >= 0 else self._bottom) + down + number * 28
            self._sheet.line([(left, y), (left + 26, y)], colour, PEN + 1)
            self._sheet.text((left + 38, y), words, 16, anchor="lm")

    def _place(self, seconds: float, amount: float) -> tuple[float, float]:
        x = self._left + seconds / self.longest * (self._right - self._left)
        return x, self._bottom - amount / self._most * (self._bottom - self._top)


def _every(seconds: float) -> int:
    """A round distance of marks."""
    return next((step for step in (1, 2, 5, 10, 20, 60) if seconds / step <= 9), 120)
