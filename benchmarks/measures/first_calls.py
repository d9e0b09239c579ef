"""How soon after the 202 the provider is called."""

from statistics import median

from benchmarks.clients import platform
from benchmarks.figures import at_most, percentile
from benchmarks.platform.providers import QUICK
from benchmarks.sessions import Session

MEDIAN_SECONDS = 0.5
P95_SECONDS = 2.0


def measure(session: Session) -> None:
    """Submit small batches one after another on an idle platform."""
    count = session.sizes.first_calls
    waits: list[float] = []
    with platform(session.folder) as running, session.teller.part("first provider call", count) as part:
        running.wait(running.submit("warm-up", rows=1, model=QUICK).id, seconds=60)
        for turn in range(count):
            sent = running.submit(f"first-{turn}", rows=1, model=QUICK)
            running.wait(sent.id, seconds=60)
            waits.append(running.journal.times(sent.tag, "begun")[0] - sent.answered_at)
            part.step()
    told = f"{count} batches of one image, one after another; the call as the provider saw it"
    session.report.add(
        at_most(
            "first provider call after the 202, median",
            max(median(waits), 0.0),
            MEDIAN_SECONDS,
            shown=f"{median(waits) * 1_000:.0f} ms",
            label="first provider call after the 202, median",
            ideal="0 ms",
            aim="≤ 500 ms",
            note=told,
            values={"seconds": waits},
        ),
        at_most(
            "first provider call after the 202, p95",
            max(percentile(waits, 0.95), 0.0),
            P95_SECONDS,
            shown=f"{percentile(waits, 0.95) * 1_000:.0f} ms",
            ideal="0 ms",
            aim="≤ 2,000 ms",
        ),
    )
