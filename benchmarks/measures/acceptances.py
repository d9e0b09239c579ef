"""How long it takes until a batch is accepted, small or large, and how fast a large one's status is read while it runs."""

import time
from statistics import median

from benchmarks.clients import Platform, Submitted, platform
from benchmarks.figures import Figure, at_most, exactly, percentile
from benchmarks.platform.providers import QUICK, STEADY
from benchmarks.sessions import Session

SMALL_IMAGES = 10
MORE_SECONDS = 0.060
STATUS_SECONDS = 0.100
LOOKS = 50
LOOK_EVERY_SECONDS = 0.05
ORIGIN = "api"
OPERATIONS = ("operations", "reads", "writes", "tasks", "puts")


def measure(session: Session) -> None:
    """Submit small and large batches in turn on one platform; watch each large one for a while, then give it up."""
    sizes = session.sizes
    small: list[float] = []
    large: list[float] = []
    looks: list[float] = []
    counted: dict[str, list[dict[str, int]]] = {"small": [], "large": []}
    with platform(session.folder) as running, session.teller.part("acceptance and status", sizes.acceptances) as part:
        _finished(running, "warm-up", 1)
        for turn in range(sizes.acceptances):
            sent, operations = _submit(running, f"small-{turn}", 1, SMALL_IMAGES)
            running.wait(sent.id, seconds=60)
            small.append(sent.seconds)
            counted["small"].append(operations)
            sent, operations = _submit(running, f"large-{turn}", sizes.large_rows, sizes.large_variants)
            large.append(sent.seconds)
            counted["large"].append(operations)
            looks += _look(running, sent.id)
            running.cancel(sent.id)
            running.wait(sent.id, seconds=120)
            part.step()
    images = sizes.large_rows * sizes.large_variants
    more = median(large) - median(small)
    session.report.add(
        at_most(
            f"batch of {images:,} images accepted, compared with one of {SMALL_IMAGES}",
            more,
            MORE_SECONDS,
            shown=f"{more * 1_000:+.0f} ms ({median(large) * 1_000:.0f} ms, {median(small) * 1_000:.0f} ms)",
            ideal="+0 ms",
            label=f"{images:,} images accepted, beyond {SMALL_IMAGES}",
            aim="≤ +60 ms",
            note=f"medians of {len(large)}, from sending the request to having the 202",
            values={"large_seconds": large, "small_seconds": small},
        ),
        _operations(counted),
        at_most(
            f"status of a running batch of {images:,} images",
            percentile(looks, 0.95),
            STATUS_SECONDS,
            shown=f"{percentile(looks, 0.95) * 1_000:.0f} ms at p95 ({median(looks) * 1_000:.1f} ms median)",
            aim="≤ 100 ms at p95",
            label=f"status while {images:,} images run, p95",
            note=f"{len(looks)} reads while items are planned, dispatched and made",
            values={"seconds": looks},
        ),
    )


def _operations(counted: dict[str, list[dict[str, int]]]) -> Figure:
    one, other = counted["small"][-1], counted["large"][-1]
    same = all(operations == one for operations in counted["small"] + counted["large"])
    told = ", ".join(f"{other[name]} {name}" for name in OPERATIONS[1:])
    return exactly(
        "  store operations of the two acceptances",
        max(abs(large - small) for large, small in zip(other.values(), one.values(), strict=True)) if not same else 0,
        0,
        shown=f"{other['operations']} and {one['operations']} ({told})",
        ideal="the same",
        aim="the same",
        note="every call of the request to documents, tasks and objects, its credentials and limits included",
        values={"small": counted["small"], "large": counted["large"]},
    )


def _submit(running: Platform, tag: str, rows: int, variants: int) -> tuple[Submitted, dict[str, int]]:
    before = running.figures()
    sent = running.submit(tag, rows=rows, variants=variants, model=STEADY if rows > 1 else QUICK)
    counts = running.figures().since(before)
    return sent, {name: counts.sum(name, ORIGIN) for name in OPERATIONS}


def _look(running: Platform, batch: str) -> list[float]:
    times = []
    for _ in range(LOOKS):
        begun = time.perf_counter()
        running.batch(batch)
        times.append(time.perf_counter() - begun)
        time.sleep(LOOK_EVERY_SECONDS)
    return times


def _finished(running: Platform, tag: str, rows: int) -> None:
    running.wait(running.submit(tag, rows=rows, model=QUICK).id, seconds=60)
