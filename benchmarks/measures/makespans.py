"""A thousand images, 64 at a time: how long, at what cost in processor time and stores, and how soon it is seen."""

import time
from dataclasses import dataclass
from statistics import median

from benchmarks.clients import Figures, Platform, Submitted, moment, platform
from benchmarks.figures import Figure, at_most, percentile
from benchmarks.platform.providers import CONCURRENCY, QUICK, STEADY, STEADY_SECONDS
from benchmarks.sessions import Part, Session
from benchmarks.watchers import Watchers

MAKESPAN = 1.10
ENGINE_SECONDS = 0.008
SEEN_SECONDS = 1.0
IDLE_SECONDS = 3.0
SETTLING_SECONDS = 1.5
ENGINE = ("step", "image", "sweep")
STORES = (("document writes", "writes", 7.0), ("document reads", "reads", 4.0), ("tasks created", "tasks", 1.1))


@dataclass(frozen=True, slots=True)
class Run:
    """A batch that ended, and what the platform did meanwhile."""

    sent: Submitted
    finished_at: float
    figures: Figures
    idle_share: float
    seconds: float

    @property
    def makespan(self) -> float:
        """From the client's having the 202 to the end of the batch."""
        return self.finished_at - self.sent.answered_at

    @property
    def ideal(self) -> float:
        """What the provider alone would take."""
        return self.sent.images / CONCURRENCY * STEADY_SECONDS


def measure(session: Session) -> None:
    """Three runs on one platform: unwatched, with one listener, with many."""
    images, many = session.sizes.images, session.sizes.watchers
    with platform(session.folder) as running:
        running.wait(running.submit("warm-up", rows=20, model=QUICK).id, seconds=60)
        with session.teller.part(f"{images:,} images", images) as part:
            run = _run(running, "alone", images, part)
        _throughput(session, running, run)
        _processor(session, run)
        _stores(session, run)
        for count in (1, many):
            with session.teller.part(f"{images:,} images, {count} watching", images) as part:
                _watched(session, running, count, part)
        with session.teller.part(f"{many} watching an idle batch", 1):
            _idle_watchers(session, running, many)


def _run(running: Platform, tag: str, images: int, part: Part, watchers: int = 0) -> Run:
    """One batch to its end; without watchers nobody asks anything until the provider is nearly done."""
    idle = running.idle_share(IDLE_SECONDS)
    before, begun = running.figures(), time.monotonic()
    sent = running.submit(tag, rows=images, model=STEADY)
    while not watchers and running.journal.count(tag, "made") < images * 0.99 and time.monotonic() - begun < 300:
        time.sleep(0.5)
    ended = running.wait(sent.id, seconds=300, tell=part.follow)
    time.sleep(SETTLING_SECONDS)
    figures, seconds = running.figures().since(before), time.monotonic() - begun
    if ended["progress"]["succeeded"] != images:
        raise RuntimeError(f"Not every image was made: {ended['progress']}")
    return Run(sent, moment(ended["finished_at"]), figures, idle, seconds)


def _throughput(session: Session, running: Platform, run: Run) -> None:
    share = run.makespan / run.ideal
    made = running.journal.times(run.sent.tag, "made")
    start = run.sent.answered_at
    session.report.series["made"] = [(at - start, number) for number, at in enumerate(made, start=1)]
    session.report.series["ideal"] = [(0.0, 0.0), (run.ideal, float(run.sent.images))]
    session.report.add(
        at_most(
            f"makespan of {run.sent.images:,} images, provider 1 s, {CONCURRENCY} at a time, over the ideal",
            share,
            MAKESPAN,
            shown=f"{share:.3f} ({run.makespan:.2f} s)",
            label="makespan over the ideal",
            ideal=f"1.000 ({run.ideal:.2f} s)",
            aim="≤ 1.10",
            note=f"from the 202 to the end of the batch; {run.finished_at - run.sent.sent_at:.2f} s from sending the request",
            values={"seconds": run.makespan, "from_sending_seconds": run.finished_at - run.sent.sent_at},
        )
    )


def _processor(session: Session, run: Run) -> None:
    images = run.sent.images
    total = (run.figures.cpu_seconds - run.idle_share * run.seconds) / images
    picture = run.figures.picture_seconds / images
    engine = total - picture
    session.report.add(
        at_most(
            "engine's own processor time an image",
            engine,
            ENGINE_SECONDS,
            shown=f"{engine * 1_000:.2f} ms",
            label="engine's own processor time an image",
            ideal="0 ms",
            aim="≤ 8 ms",
            note=(
                f"{total * 1_000:.2f} ms of the whole process (acceptance, steps, queue, stores, HTTP both ways), less "
                f"{picture * 1_000:.2f} ms for checking and rendering the picture; idle {run.idle_share * 100:.1f} % of a core"
            ),
            values={"total_seconds": total, "picture_seconds": picture, "idle_share": run.idle_share},
        )
    )


def _stores(session: Session, run: Run) -> None:
    images, counts = run.sent.images, run.figures
    for name, what, target in STORES:
        value = counts.sum(what, *ENGINE) / images
        accepting = counts.sum(what, "api")
        session.report.add(
            at_most(
                f"{name} an image",
                value,
                target,
                shown=f"{value:.2f}",
                aim=f"≤ {target:g}",
                note=f"steps {counts.sum(what, 'step') / images:.2f}, workers {counts.sum(what, 'image') / images:.2f}; "
                f"{accepting} more by acceptance and polling",
                values={"by_origin": dict(counts.counts)},
            )
        )
    puts = (counts.sum("puts", *ENGINE)) / images
    note = "original, optimised, thumbnail; one more for the rows of the batch"
    session.report.add(at_most("objects put an image", puts, 3.0, shown=f"{puts:.2f}", ideal="3", aim="≤ 3", note=note))


def _watched(session: Session, running: Platform, count: int, part: Part) -> None:
    images = session.sizes.images
    tag = f"watched-{count}"
    idle = running.idle_share(1.0)
    before, begun = running.figures(), time.monotonic()
    sent = running.submit(tag, rows=images, model=STEADY)
    with Watchers(running.address, running.child.api_key, sent.id, count) as watchers:
        ended = running.wait(sent.id, seconds=300, tell=part.follow)
        watchers.wait_for(images)
        lags, received = watchers.lags(), watchers.received_bytes
    spent = running.figures().since(before).cpu_seconds - idle * (time.monotonic() - begun)
    p95 = percentile(lags, 0.95)
    session.report.series[f"seen_{count}"] = [(lag, 0.0) for lag in sorted(lags)]
    makespan = moment(ended["finished_at"]) - sent.answered_at
    session.report.add(
        at_most(
            f"item finished → seen by {'a listener' if count == 1 else f'each of {count} listeners'}, p95",
            p95,
            SEEN_SECONDS,
            shown=f"{p95 * 1_000:.0f} ms",
            label=f"seen by {'a listener' if count == 1 else f'each of {count} listeners'}, p95",
            ideal="0 ms",
            aim="≤ 1,000 ms",
            note=f"median {median(lags) * 1_000:.0f} ms, longest {max(lags) * 1_000:.0f} ms; makespan {makespan:.2f} s, "
            f"{spent / images * 1_000:.1f} ms of processor an image, {received / 2**20:.0f} MiB sent",
            values={"p95_seconds": p95, "cpu_seconds_an_image": spent / images, "makespan_seconds": makespan},
        )
    )


def _idle_watchers(session: Session, running: Platform, count: int) -> None:
    """What listeners cost while nothing happens: they watch a batch that is to begin in a day."""
    alone = running.idle_share(IDLE_SECONDS)
    start_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400))
    sent = running.submit("later", rows=1, model=QUICK, start_at=start_at)
    with Watchers(running.address, running.child.api_key, sent.id, count):
        time.sleep(1.0)
        watched = running.idle_share(IDLE_SECONDS)
    running.cancel(sent.id)
    session.report.add(
        Figure(
            name=f"{count} listeners of a batch in which nothing happens",
            measured=f"{(watched - alone) * 100:.1f} % of a core",
            ideal="0 %",
            target="next to nothing",
            share=None,
            is_met=None,
            note=f"beside {alone * 100:.1f} % that the platform takes when nobody listens",
            values={"share": watched - alone},
        )
    )
