"""Deliveries made more than once: nothing may be bought twice."""

import time

from benchmarks.clients import platform
from benchmarks.figures import exactly
from benchmarks.platform.doublings import LATER_SECONDS
from benchmarks.platform.providers import QUICK
from benchmarks.sessions import Session

SHARE = 0.01


def measure(session: Session) -> None:
    """One batch; a hundredth of all deliveries is made twice at once and once more later."""
    images = session.sizes.images
    with platform(session.folder, double=SHARE) as running, session.teller.part("doubled deliveries", images) as part:
        sent = running.submit("doubled", rows=images, model=QUICK)
        ended = running.wait(sent.id, seconds=300, tell=part.follow)
        time.sleep(max(LATER_SECONDS))
        made = running.journal.made(sent.tag)
        doubled = running.figures().doubled
    twice = sum(times - 1 for times in made.values())
    succeeded = ended["progress"]["succeeded"]
    session.report.add(
        exactly(
            "duplicate purchases with 1 % of deliveries doubled",
            twice,
            0,
            shown=str(twice),
            ideal="0",
            aim="0",
            note=f"{doubled} deliveries came three times; {succeeded:,} of {images:,} images succeeded, {len(made):,} were bought",
            values={"doubled": doubled, "succeeded": succeeded, "bought": sum(made.values())},
        )
    )
