"""kill -9 at half of a batch, and a new start: nothing may be lost, and only what was in flight may be made again."""

import time

from benchmarks.clients import BenchmarkFailed, platform
from benchmarks.figures import exactly
from benchmarks.platform.providers import STEADY
from benchmarks.sessions import Session

PATIENCE_SECONDS = 120.0


def measure(session: Session) -> None:
    """The second platform begins with the folder as the killed one left it, and is told nothing."""
    images = session.sizes.images
    with session.teller.part("kill -9 at half", images) as part:
        with platform(session.folder) as running:
            sent = running.submit("killed", rows=images, model=STEADY)
            end = time.monotonic() + PATIENCE_SECONDS
            while running.journal.count(sent.tag, "made") < images / 2:
                if time.monotonic() > end:
                    raise BenchmarkFailed("Half of the images were not made in time.")
                time.sleep(0.1)
            running.child.kill()
            killed_at = time.time()
            before = running.journal.entries(sent.tag)
        with platform(session.folder) as running:
            restarted_at = time.monotonic()
            ended = running.wait(sent.id, seconds=PATIENCE_SECONDS, tell=part.follow)
            seconds = time.monotonic() - restarted_at
            after = running.journal.entries(sent.tag)[len(before) :]
            done = running.finished_before(sent.id, killed_at)
        begun = {entry.key for entry in before if entry.happening == "begun"}
        again = begun & {entry.key for entry in after if entry.happening == "begun"}
    _report(
        session,
        ended["progress"],
        in_flight=len(begun - done),
        again=len(again),
        redone=len(again & done),
        seconds=seconds,
    )


def _report(
    session: Session, progress: dict[str, int], *, in_flight: int, again: int, redone: int, seconds: float
) -> None:
    images = session.sizes.images
    lost = images - progress["succeeded"]
    session.report.add(
        exactly(
            f"images lost after kill -9 at half of {images:,}",
            lost,
            0,
            shown=str(lost),
            ideal="0",
            aim="0",
            note=f"the rest was made within {seconds:.1f} s after the new start, which nobody helped",
            values={"succeeded": progress["succeeded"], "seconds": seconds},
        ),
        exactly(
            "  finished images that were made again",
            redone,
            0,
            shown=str(redone),
            ideal="0",
            aim="0",
            note=f"{in_flight} were in flight at the kill: their calls had begun, their results were not recorded; "
            f"{again} of them were asked for again",
            values={"again": again, "in_flight": in_flight},
        ),
    )
