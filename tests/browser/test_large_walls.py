"""The wall of a batch of 1,000 items: what is in view is read, and exists, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shared.adapters.google.documents import FirestoreDocumentStore
from shared.domain.modes import ItemStatus
from tests.browser.batches import WrittenBatch, multiplied_batch
from tests.browser.platforms import Platform
from tests.browser.reads import Reads
from tests.browser.visitors import DESKTOP, PHONE, Visitor, visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Response

# Three emulators, a platform and a browser start before the first of them.
pytestmark = pytest.mark.timeout(300)

COUNT = 1_000
# The web app's own: a line follows a page of items, and a wall follows at most so many items at a time.
PAGE = 50
MOST_WATCHED = 200
# What is in sight of a desktop or phone, two rows above and below it, and what is on its way while it is scrolled.
MOST_TILES = 80
PLACES = "[...document.querySelectorAll('[data-place]')].map(tile => Number(tile.dataset.place))"
FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
# No request is for less than a row or two.
LEAST_TOGETHER = 5
FOCUSED = "document.activeElement?.closest('[data-place]')?.dataset.place === String(given)"
IN_SIGHT = """(box => box.top >= 0 && box.bottom <= innerHeight)(
    document.querySelector(`[data-place="${given}"]`).getBoundingClientRect())"""
KNOWN = "document.querySelector('[data-place][data-status=unknown]') === null"
PICTURES = "document.querySelectorAll('[data-place] [data-loaded]').length"


@pytest.fixture
def large(emulated: Platform, store: FirestoreDocumentStore) -> Iterator[WrittenBatch]:
    """A thousand finished images of the platform on the emulators."""
    one = emulated.submit({"name": "One", "rows": [{"prompt": "Kite", "size": "512"}]})
    assert emulated.ended(one)["status"] == "completed"
    written = multiplied_batch(store, emulated.org, one, COUNT)
    yield written
    written.remove()


@pytest.fixture
def visitor(browser: "Browser", emulated: Platform) -> Iterator[Visitor]:
    with visiting(browser, emulated.url) as one:
        yield one


def places(visitor: Visitor) -> list[int]:
    """The tiles that exist."""
    found: list[int] = visitor.page.evaluate(PLACES)
    return found


def opened(visitor: Visitor, platform: Platform, batch: str) -> None:
    """A person's first look at the wall of a batch."""
    visitor.open("/batches")
    visitor.sign_in(platform.email, platform.password)
    visitor.open(f"/batches/{batch}")
    visitor.waits(f"{PLACES}.length > 0")


def test_a_wall_reads_what_is_in_view_once_and_each_change_there_once(
    visitor: Visitor, emulated: Platform, large: WrittenBatch
) -> None:
    reads = Reads(visitor)
    opened(visitor, emulated, large.id)
    visitor.waits(KNOWN)
    # Every page that is listened to, not only those whose tiles are in view.
    window = [place for first in sorted(reads.pages()) for place in range(first, first + PAGE)]
    reads.wait(lambda: len(reads.of(*large.items)) >= len(window))
    assert reads.of(*large.items) == {large.items[place]: 1 for place in window}
    assert set(places(visitor)) <= set(window)
    assert len(window) <= MOST_WATCHED

    reads.forget()
    changed = large.items[:7]
    for path in large.items[MOST_WATCHED + PAGE : MOST_WATCHED + PAGE + 20]:
        large.move(path, ItemStatus.CANCELLED)
    for status in (ItemStatus.RUNNING, ItemStatus.FAILED):
        for path in changed:
            large.move(path, status)
    visitor.waits("document.querySelectorAll('[data-place][data-status=failed]').length === given", len(changed))
    # What comes later than a later change does not come at all.
    large.end()
    reads.wait(lambda: reads.of(large.path).total() > 0)
    seen = reads.of(*large.items)
    assert set(seen) == set(changed)
    assert all(count <= 2 for count in seen.values())


def test_who_comes_back_to_what_was_in_view_asks_only_for_what_has_changed_since(
    visitor: Visitor, emulated: Platform, large: WrittenBatch
) -> None:
    reads = Reads(visitor)
    opened(visitor, emulated, large.id)
    visitor.waits(KNOWN)
    assert sorted(visitor.wall()) == list(range(COUNT))
    # Nobody listens any more to what was in view first.
    reads.wait_for_end(0)
    assert set(reads.of(*large.items).values()) == {1}
    visitor.page.evaluate("scrollTo(0, 0)")
    large.move(large.items[1], ItemStatus.FAILED)
    visitor.page.locator("[data-place='1'][data-status=failed]").wait_for()
    # How the emulator answers is its own affair; Firestore sends what has changed since the moment that is named.
    first, *again = reads.resumptions(0)
    assert not first
    assert again
    assert all(again)


def test_links_to_images_are_asked_for_once_and_a_screen_at_a_time(
    visitor: Visitor, emulated: Platform, large: WrittenBatch
) -> None:
    answers: list[Response] = []

    def note(answer: "Response") -> None:
        if answer.url.endswith("/v1/assets:urls"):
            answers.append(answer)

    visitor.page.on("response", note)
    opened(visitor, emulated, large.id)
    visitor.waits(KNOWN)
    visitor.waits(f"{PICTURES} > 0")
    images = [path.rpartition("/")[2] for path in large.beside]
    in_sight = [place for place in places(visitor) if visitor.page.evaluate(f"given => {IN_SIGHT}", place)]
    visitor.wall()
    asked = [set(one.json()["urls"]) for one in answers]
    [first] = [one for one in asked if images[0] in one]
    assert {images[place] for place in in_sight} <= first
    assert len(first) <= MOST_TILES
    together = [image for one in asked for image in one]
    assert len(together) == len(set(together))
    assert len(asked) * LEAST_TOGETHER <= len(together)


@pytest.fixture
def waiting(platform: Platform) -> Iterator[str]:
    """A thousand images that begin in three weeks."""
    rows = [{"prompt": f"Kite number {number}", "size": "512"} for number in range(COUNT)]
    later = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    batch = platform.submit({"name": "Later", "rows": rows, "start_at": later})
    yield batch
    platform.send("POST", f"/v1/batches/{batch}:cancel", {})


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_only_tiles_about_what_is_in_sight_exist_wherever_the_wall_is_scrolled_to(
    browser: "Browser", platform: Platform, waiting: str, size: tuple[int, int]
) -> None:
    with visiting(browser, platform.url, size=size) as visitor:
        opened(visitor, platform, waiting)
        most, seen = 0, set[int]()
        for _ in range(COUNT):
            visitor.page.evaluate(FRAME)
            there = places(visitor)
            most, seen = max(most, len(there)), seen | set(there)
            if COUNT - 1 in seen:
                break
            visitor.page.evaluate("scrollBy(0, innerHeight)")
    assert seen == set(range(COUNT))
    assert most <= MOST_TILES


def test_the_keyboard_leads_to_every_tile_and_the_focus_outlives_scrolling(
    browser: "Browser", platform: Platform, waiting: str
) -> None:
    with visiting(browser, platform.url) as visitor:
        opened(visitor, platform, waiting)
        press = visitor.page.keyboard.press
        visitor.page.locator("[data-place='0'] button").first.focus()
        press("End")
        visitor.waits(FOCUSED, COUNT - 1)
        for _ in range(30):
            press("ArrowLeft")
        visitor.waits(FOCUSED, COUNT - 31)
        # By the wheel, far away from what has the focus.
        visitor.page.evaluate("scrollTo(0, 0)")
        visitor.waits("document.querySelector('[data-place=\"0\"]') !== null")
        assert visitor.page.evaluate(f"given => {FOCUSED}", COUNT - 31)
        press("ArrowRight")
        visitor.waits(FOCUSED, COUNT - 30)
        visitor.waits(f"{IN_SIGHT}", COUNT - 30)
        press("Home")
        visitor.waits(FOCUSED, 0)
