"""How soon a person sees an item's end in a browser: Firestore's listeners, the rules, and Chromium, on the emulators."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median

from benchmarks.clients import Platform, platform
from benchmarks.emulated import PROJECT, emulated
from benchmarks.figures import at_most, percentile
from benchmarks.platform.providers import QUICK, STEADY
from benchmarks.sessions import Session
from shared.repositories import paths
from tests.browser import pages
from tests.browser.pages import PAGE_SIZE, ListenerPage, Seen
from tests.browser.people import PASSWORD, People
from tests.servers import serve

SEEN_SECONDS = 1.0
ENDS = "state.seen.filter(one => one.path.startsWith(given[0]) && one.finished_at !== null).length >= given[1]"


def measure(session: Session) -> None:
    """Batches of one page each, one after another, as a person looks at them: the batch and 25 of its items."""
    count = session.sizes.live_batches
    with (
        _watched(session) as (running, page),
        session.teller.part("pages that are watched in a browser", count) as part,
    ):
        org = running.organisation()
        _follow(running, page, org, "warm-up", QUICK)
        seen: list[Seen] = []
        for turn in range(count):
            seen += _follow(running, page, org, f"live-{turn}", STEADY)
            part.step()
    ends = [one.seen_at - one.finished_at for one in seen if one.finished_at is not None and "/items/" in one.path]
    told = f"{count} batches of {PAGE_SIZE} images that end within moments of one another"
    _report(
        session,
        "item finished → seen in a browser",
        "item finished, seen in a browser",
        ends,
        f"{len(ends)} items; {told}",
    )
    changes = [one.seen_at - one.changed_at for one in seen if one.revision > 1]
    session.report.series["seen_one page"] = [(lag, 0.0) for lag in sorted(ends)]
    _report(
        session,
        "change written → seen there",
        "change written, seen there",
        changes,
        f"{len(changes)} changes of items and batches",
    )


@contextmanager
def _watched(session: Session) -> Iterator[tuple[Platform, ListenerPage]]:
    """A platform on emulators of its own, and a viewer's page that is signed in."""
    program = pages.chromium()
    with ExitStack() as stack:
        settings = stack.enter_context(emulated())
        running = stack.enter_context(platform(session.folder, settings=settings))
        server = stack.enter_context(serve())
        server.mount("/", pages.page_app())
        browser = stack.enter_context(pages.browsing(program))
        page = stack.enter_context(pages.listening(browser, f"{server.url}/"))
        page.open(running.configuration())
        page.sign_in(
            People(settings["FIREBASE_AUTH_EMULATOR_HOST"], PROJECT).add(running.organisation(), "viewer"), PASSWORD
        )
        yield running, page


def _follow(running: Platform, page: ListenerPage, org: str, tag: str, model: str) -> list[Seen]:
    """What was seen of a batch of one page until all its items had ended."""
    batch = paths.batch(org, running.submit(tag, rows=PAGE_SIZE, model=model).id)
    page.follow(batch)
    page.wait(ENDS, [f"{batch}/items/", PAGE_SIZE])
    page.unfollow()
    return [one for one in page.seen if one.path.startswith(batch)]


def _report(session: Session, name: str, label: str, lags: list[float], told: str) -> None:
    p95 = percentile(lags, 0.95)
    session.report.add(
        at_most(
            f"{name}, p95",
            p95,
            SEEN_SECONDS,
            shown=f"{p95 * 1_000:.0f} ms",
            label=f"{label}, p95",
            ideal="0 ms",
            aim="≤ 1,000 ms",
            note=f"median {median(lags) * 1_000:.0f} ms, longest {max(lags) * 1_000:.0f} ms; {told}",
            values={"p50_seconds": median(lags), "p95_seconds": p95, "seconds": lags},
        )
    )
