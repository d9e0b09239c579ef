"""One run of the benchmarks: its sizes, its folder, its report, and what it tells the person who waits."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.figures import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured; the figures of design and README are those of the full sizes."""

    images: int = 1_000
    large_rows: int = 1_000
    large_variants: int = 10
    acceptances: int = 3
    first_calls: int = 20
    limited_images: int = 1_000
    waiting_images: int = 5_000
    small_batches: int = 5
    starts: int = 5
    watchers: int = 100
    live_batches: int = 10
    wall_images: int = 1_000
    peer_jobs: int = 1_000
    growth: tuple[int, ...] = (10, 100, 1_000, 10_000)


FULL = Sizes()
SMALL = Sizes(
    images=128,
    large_rows=100,
    acceptances=2,
    first_calls=4,
    limited_images=60,
    waiting_images=1_000,
    small_batches=2,
    starts=1,
    watchers=20,
    live_batches=2,
    wall_images=128,
    peer_jobs=200,
    growth=(10, 100, 1_000),
)


class Teller:
    """A bar on a terminal; elsewhere a line for each part that begins."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._is_live = console.is_terminal
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not self._is_live,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    @contextmanager
    def part(self, name: str, total: int) -> "Iterator[Part]":
        """A part of the work that has `total` steps."""
        if not self._is_live:
            print(f"bench: {name}", file=sys.stderr, flush=True)
        task = self._progress.add_task(name, total=total)
        yield Part(self._progress, task, total)
        self._progress.update(task, completed=total)


class Part:
    """The progress of one part."""

    def __init__(self, progress: Progress, task: Any, total: int) -> None:
        self._progress = progress
        self._task = task
        self._total = total

    def step(self) -> None:
        """One more step is done."""
        self._progress.advance(self._task)

    def follow(self, batch: dict[str, Any]) -> None:
        """Show how far a batch is."""
        ended = sum(batch["progress"][state] for state in ("succeeded", "failed", "cancelled"))
        self._progress.update(self._task, completed=min(ended, self._total))


@dataclass(slots=True)
class Session:
    """What every measure gets."""

    folder: Path
    sizes: Sizes
    teller: Teller
    report: Report = field(default_factory=Report)

    def within(self, name: str) -> "Session":
        """The same run, with a folder of its own for one measure."""
        return replace(self, folder=self.folder / name)
