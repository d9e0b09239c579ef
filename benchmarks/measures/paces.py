"""A provider that takes only so many calls a second: how much of that is used, and how many calls are wasted."""

from benchmarks.clients import platform
from benchmarks.figures import at_least, at_most
from benchmarks.platform.providers import LIMIT_PER_SECOND, LIMITED
from benchmarks.sessions import Session


def measure(session: Session) -> None:
    """One batch against the limited model, of whose limit the platform knows nothing."""
    images = session.sizes.limited_images
    with platform(session.folder) as running, session.teller.part("a provider with a limit", images) as part:
        sent = running.submit("limited", rows=images, model=LIMITED)
        running.wait(sent.id, seconds=300, tell=part.follow)
        begun = running.journal.times(sent.tag, "begun")
        busy = running.journal.count(sent.tag, "busy")
        made = running.journal.times(sent.tag, "made")
    # From the first call's start to the last one's, so that the time of one call itself is not charged to the pace.
    throughput = (images - 1) / (begun[-1] - begun[0])
    wasted = busy / len(begun)
    session.report.add(
        at_least(
            f"provider limited to {LIMIT_PER_SECOND} a second: throughput",
            throughput,
            0.9 * LIMIT_PER_SECOND,
            shown=f"{throughput:.1f} /s",
            label=f"throughput of a provider limited to {LIMIT_PER_SECOND} /s",
            ideal=f"{LIMIT_PER_SECOND} /s",
            aim=f"≥ {0.9 * LIMIT_PER_SECOND:g} /s",
            note=f"{len(made)} images from the first call on, learning included: the limit is configured nowhere",
            values={"per_second": throughput},
        ),
        at_most(
            f"provider limited to {LIMIT_PER_SECOND} a second: wasted calls",
            wasted,
            0.05,
            shown=f"{wasted * 100:.1f} % ({busy} of {len(begun)})",
            label="  calls to it that were wasted",
            ideal="0 %",
            aim="≤ 5 %",
            note="the provider refuses whatever exceeds its limit within any one second, and forgives no burst",
            values={"busy": busy, "calls": len(begun)},
        ),
    )
