"""A batch on its way: a live bar on a terminal, few quiet lines elsewhere."""

from types import TracebackType
from typing import Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.text import Text

from client.clocks import Clock
from client.models import Batch
from client.views.screens import Screen
from client.views.words import clean, duration, money, status_words

QUIET_SECONDS = 10.0
QUIET_PERCENT = 10.0
WIDEST_BAR = 64


class BatchBar:
    """Shows a batch each time it changed; use as a context."""

    def __init__(self, screen: Screen, clock: Clock) -> None:
        self._screen = screen
        self._clock = clock
        self._live = Live(console=screen.messages, auto_refresh=False) if screen.is_live else None
        self._said_at: float | None = None
        self._said_percent = 0.0
        self._said = ""

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._live:
            self._live.stop()

    def show(self, batch: Batch) -> None:
        """Draw the batch as it is now."""
        if self._live:
            width = min(WIDEST_BAR, self._screen.messages.width - 14)
            self._live.update(Group(_bar(batch, max(10, width)), *_details(batch)), refresh=True)
            return
        now = self._clock.monotonic()
        line = " · ".join(part for part in (f"{batch.progress.percent:.0f}%", facts(batch), state(batch)) if part)
        stepped = batch.progress.percent - self._said_percent >= QUIET_PERCENT
        waited = self._said_at is None or now - self._said_at >= QUIET_SECONDS
        if line != self._said and (stepped or waited):
            self._said_at, self._said_percent, self._said = now, batch.progress.percent, line
            self._screen.say(line)


def facts(batch: Batch) -> str:
    """Counts, speed, time left and cost."""
    progress, parts = batch.progress, [f"{batch.progress.succeeded:,} of {batch.progress.total:,} done"]
    if progress.failed:
        parts.append(f"{progress.failed:,} failed")
    if progress.cancelled:
        parts.append(f"{progress.cancelled:,} cancelled")
    if progress.running:
        parts.append(f"{progress.running:,} running")
    if not batch.ended and batch.status != "paused":
        if progress.images_per_minute:
            parts.append(f"{progress.images_per_minute:.0f}/min")
        if progress.eta_seconds is not None:
            parts.append(f"{duration(progress.eta_seconds)} left")
    parts.append(money(batch.cost.spent_micros))
    return " · ".join(parts)


def state(batch: Batch) -> str:
    """What is out of the ordinary: a state other than running, and why; empty when there is nothing to say."""
    if batch.ended:
        return ""
    words = "" if batch.status in ("", "running", "accepted") else status_words(batch.status)
    return ": ".join(part for part in (words, clean(batch.status_reason or "")) if part)


def _bar(batch: Batch, width: int) -> Text:
    progress = batch.progress
    bar, used = Text("  "), 0
    for count, style in (
        (progress.succeeded, "green"),
        (progress.failed, "red"),
        (progress.cancelled, "bright_black"),
        (progress.running, "cyan"),
    ):
        cells = min(width - used, _cells(count, progress.total, width))
        bar.append("━" * cells, style=style)
        used += cells
    bar.append("━" * (width - used), style="grey23")
    return bar.append(f"  {progress.percent:.0f}%", style="bold")


def _cells(count: int, total: int, width: int) -> int:
    if not count or not total:
        return 0
    return max(1, int(count * width / total))


def _details(batch: Batch) -> list[RenderableType]:
    lines: list[RenderableType] = [Text(f"  {facts(batch)}", style="dim", no_wrap=True, overflow="ellipsis")]
    if words := state(batch):
        lines.append(Padding(Text(words, style="yellow"), (0, 0, 0, 2), expand=False))
    return lines
