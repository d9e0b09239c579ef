"""Two organisations, one with thousands of images waiting: what the other one's batch of ten notices of that."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from benchmarks.clients import BenchmarkFailed, Platform, moment, platform
from benchmarks.figures import at_most
from benchmarks.platform.providers import CONCURRENCY, QUICK, STEADY
from benchmarks.sessions import Session

SMALL_BATCH = 10
FIRST_CALL_SECONDS = 2.0
BESIDE_ALONE = 1.5
VARIANTS = 10
UNDER_WAY_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Ten:
    """A batch of ten: from the 202 to its first call, and to its end."""

    first_call_seconds: float
    seconds: float


def measure(session: Session) -> None:
    """Batches of ten, alone and then beside the thousands, one after another."""
    waiting, turns = session.sizes.waiting_images, session.sizes.small_batches
    with platform(session.folder) as running:
        with running.another_organisation("Others") as others:
            running.wait(running.submit("warm-up", rows=20, model=QUICK).id, seconds=60)
            with session.teller.part("ten images alone", turns) as part:
                alone = [_ten(others, f"alone-{turn}", part.step) for turn in range(turns)]
            large = running.submit("thousands", rows=waiting // VARIANTS, variants=VARIANTS, model=STEADY)
            _until_under_way(running, large.tag)
            with session.teller.part(f"ten images beside {waiting:,} of another organisation", turns) as part:
                beside = [_ten(others, f"beside-{turn}", part.step) for turn in range(turns)]
        made = running.journal.count(large.tag, "made")
        running.cancel(large.id)
    if made >= waiting:
        raise BenchmarkFailed("The large batch ended too early: nothing was beside the small ones.")
    _report(session, alone, beside, waiting)


def _ten(others: Platform, tag: str, done: Callable[[], None]) -> Ten:
    sent = others.submit(tag, rows=SMALL_BATCH, model=STEADY)
    ended = others.wait(sent.id, seconds=120)
    done()
    if ended["progress"]["succeeded"] != SMALL_BATCH:
        raise BenchmarkFailed(f"Not every image was made: {ended['progress']}")
    first = others.journal.times(tag, "begun")[0] - sent.answered_at
    return Ten(max(first, 0.0), moment(ended["finished_at"]) - sent.answered_at)


def _until_under_way(running: Platform, tag: str) -> None:
    """Wait until every place of the model has been taken twice."""
    end = time.monotonic() + UNDER_WAY_SECONDS
    while running.journal.count(tag, "made") < 2 * CONCURRENCY:
        if time.monotonic() > end:
            raise BenchmarkFailed("The large batch does not get under way.")
        time.sleep(0.2)


def _report(session: Session, alone: list[Ten], beside: list[Ten], waiting: int) -> None:
    first = median(ten.first_call_seconds for ten in beside)
    first_alone = median(ten.first_call_seconds for ten in alone)
    seconds, seconds_alone = median(ten.seconds for ten in beside), median(ten.seconds for ten in alone)
    session.report.add(
        at_most(
            f"beside another organisation's {waiting:,} images: first call of a batch of {SMALL_BATCH}",
            first,
            FIRST_CALL_SECONDS,
            shown=f"{first * 1_000:.0f} ms",
            label=f"first call beside {waiting:,} images of others",
            ideal=f"{first_alone * 1_000:.0f} ms (alone)",
            aim="≤ 2,000 ms",
            note=f"median of {len(beside)}, longest {max(ten.first_call_seconds for ten in beside) * 1_000:.0f} ms; "
            f"provider 1 s, {CONCURRENCY} at a time, all taken",
            values={"seconds": [ten.first_call_seconds for ten in beside]},
        ),
        at_most(
            f"beside another organisation's {waiting:,} images: time of a batch of {SMALL_BATCH}, over its time alone",
            seconds / seconds_alone,
            BESIDE_ALONE,
            shown=f"{seconds / seconds_alone:.2f} ({seconds:.2f} s)",
            label=f"ten images beside {waiting:,} of others, over alone",
            ideal=f"1.00 ({seconds_alone:.2f} s)",
            aim="≤ 1.5",
            note=f"medians of {len(beside)}; longest beside {max(ten.seconds for ten in beside):.2f} s, "
            f"alone {max(ten.seconds for ten in alone):.2f} s",
            values={"beside_seconds": [ten.seconds for ten in beside], "alone_seconds": [ten.seconds for ten in alone]},
        ),
    )
