"""How cost grows with the batch: ten, a hundred, a thousand, ten thousand images of a quick provider."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from benchmarks.clients import Figures, Platform, moment, platform
from benchmarks.figures import Figure, at_most
from benchmarks.platform.providers import QUICK
from benchmarks.sessions import Session

ROWS = 1_000
SETTLING_SECONDS = 1.5
ENGINE = ("api", "step", "image", "sweep")
# The dearest image of the larger batches may cost this much of what one of a hundred costs.
LINEAR = 1.2
# List prices of us-central1 in dollars: a document written and read, a task created or delivered, an object put.
PRICES = {"writes": 9e-7, "reads": 3e-7, "tasks": 2 * 4e-7, "puts": 5e-6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """What one image of a batch of this size took."""

    images: int
    seconds: float
    cpu_seconds: float
    counts: dict[str, float]

    @property
    def dollars(self) -> float:
        """What Google Cloud would ask for the operations of a thousand images."""
        return 1_000 * sum(self.counts[what] * price for what, price in PRICES.items())


def measure(session: Session) -> None:
    """One platform, one batch after another."""
    with platform(session.folder) as running:
        running.wait(running.submit("warm-up", rows=20, model=QUICK).id, seconds=60)
        time.sleep(SETTLING_SECONDS)
        grown = []
        for images in session.sizes.growth:
            with session.teller.part(f"a batch of {images:,}", images) as part:
                grown.append(_grow(running, images, part.follow))
    session.report.add(*(_figure(one) for one in grown), _linear(grown))


def _grow(running: Platform, images: int, tell: Callable[[dict[str, Any]], None]) -> Grown:
    idle = running.idle_share(1.0)
    before, begun = running.figures(), time.monotonic()
    rows = min(images, ROWS)
    sent = running.submit(f"grow-{images}", rows=rows, variants=images // rows, model=QUICK)
    ended = running.wait(sent.id, seconds=600, tell=tell)
    time.sleep(SETTLING_SECONDS)
    done, elapsed = running.figures().since(before), time.monotonic() - begun
    return Grown(
        images=images,
        seconds=moment(ended["finished_at"]) - sent.sent_at,
        cpu_seconds=(done.cpu_seconds - idle * elapsed) / images,
        counts=_counts(done, images),
    )


def _counts(done: Figures, images: int) -> dict[str, float]:
    return {what: done.sum(what, *ENGINE) / images for what in PRICES}


def _figure(one: Grown) -> Figure:
    counts = one.counts
    return Figure(
        name=f"a batch of {one.images:,} images: what each takes",
        measured=f"{one.cpu_seconds * 1_000:.1f} ms of processor, {counts['writes']:.2f} writes, {counts['reads']:.2f} reads, {counts['tasks']:.2f} tasks",
        ideal="the same for every size",
        target="–",
        share=None,
        is_met=None,
        note=f"{one.seconds:.1f} s in all at a provider of 50 ms; the operations of 1,000 images would cost ${one.dollars:.4f} on Google Cloud",
        values={
            "batch_of": one.images,
            "cpu_seconds": one.cpu_seconds,
            "seconds": one.seconds,
            "dollars_a_thousand": one.dollars,
            **counts,
        },
    )


def _linear(grown: list[Grown]) -> Figure:
    """Whether an image of a large batch costs what one of a smaller one does."""
    large = [one for one in grown if one.images >= 100]
    worst = max(after.dollars / before.dollars for before, after in pairwise(large))
    return at_most(
        "cost of an image in a batch ten times as large",
        worst,
        LINEAR,
        shown=f"{worst:.2f} ×",
        ideal="1 ×",
        aim=f"≤ {LINEAR:g} ×",
        label="cost of an image, batch ten times as large",
        note="the dearest step from 100 to 10,000 images, in the price of its operations; the smallest batch pays for its acceptance alone",
        values={"worst": worst},
    )
