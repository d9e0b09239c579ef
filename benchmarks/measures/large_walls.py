"""How smoothly a wall of 1,000 images scrolls in a browser, beside an empty page of the same height."""

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.emulated import emulated
from benchmarks.figures import Figure, at_most
from benchmarks.sessions import Session
from tests.browser import pages
from tests.browser.platforms import Platform, running
from tests.browser.visitors import Visitor, visiting

if TYPE_CHECKING:
    from playwright.sync_api import Page

# A row of tiles every tenth of a second: as quick as one can still see what passes.
PX_A_SECOND = 2_000
LONG_MS = 50.0
# A frame of a screen with 60 Hz, and what clocks round.
FRAME_MS = 16.7
ROUNDED_MS = 0.3
LONG_SHARE = 0.02
HEIGHT = "() => document.documentElement.scrollHeight"
_FRAMES = Path(__file__).with_name("frames.js")


def measure(session: Session) -> None:
    """One batch, made and looked at on the emulators; the empty page before and after it, by the same browser."""
    count = session.sizes.wall_images
    with (
        emulated() as settings,
        running(session.folder / "state", settings) as platform,
        pages.browsing(pages.chromium()) as browser,
    ):
        batch = _made(session, platform, count)
        with visiting(browser, platform.url) as visitor, session.teller.part("walls that are scrolled", 3) as part:
            _open(visitor, platform, batch)
            height = visitor.page.evaluate(HEIGHT)
            empty = visitor.context.new_page()
            ideal = _scrolled_empty(empty, height)
            part.step()
            visitor.page.bring_to_front()
            frames = _scrolled(visitor.page)
            part.step()
            ideal += _scrolled_empty(empty, height)
            part.step()
    _report(session, frames, ideal, f"{count:,} images, {height:,} px high, at {PX_A_SECOND:,} px a second")


def _made(session: Session, platform: Platform, count: int) -> str:
    """A finished batch of images that all differ."""
    rows = [{"prompt": f"Kite number {number}", "size": "512"} for number in range(count)]
    with session.teller.part("images for a wall", 1) as part:
        batch = platform.submit({"name": "Wall", "rows": rows})
        platform.ended(batch)
        part.step()
    return batch


def _open(visitor: Visitor, platform: Platform, batch: str) -> None:
    visitor.open("/batches")
    visitor.sign_in(platform.email, platform.password)
    visitor.open(f"/batches/{batch}")
    visitor.waits("document.querySelectorAll('[data-place] [data-loaded]').length > 10")


def _scrolled(page: "Page") -> list[float]:
    frames: list[float] = page.evaluate(_FRAMES.read_text(encoding="utf-8"), PX_A_SECOND)
    return frames


def _scrolled_empty(page: "Page", height: int) -> list[float]:
    page.bring_to_front()
    page.set_content(f"<body style='margin: 0; height: {height}px'></body>")
    return _scrolled(page)


def _over(frames: list[float], limit: float) -> float:
    return sum(frame > limit for frame in frames) / len(frames)


def _report(session: Session, frames: list[float], ideal: list[float], told: str) -> None:
    long_share, long_ideal = (_over(some, LONG_MS) for some in (frames, ideal))
    late_share, late_ideal = (_over(some, FRAME_MS + ROUNDED_MS) for some in (frames, ideal))
    session.report.add(
        at_most(
            "wall that is scrolled: frames over 50 ms",
            long_share,
            LONG_SHARE,
            shown=f"{long_share:.1%}",
            label="frames over 50 ms, wall scrolled",
            ideal=f"{long_ideal:.1%}",
            aim="≤ 2 %",
            note=f"{len(frames)} frames, the longest {max(frames):.0f} ms; {told}; ideal: an empty page",
            values={"frame_ms": frames, "empty_frame_ms": ideal},
        ),
        Figure(
            name="wall that is scrolled: frames over 16.7 ms",
            measured=f"{late_share:.1%}",
            ideal=f"{late_ideal:.1%}",
            target="",
            share=None,
            is_met=None,
            note="frames that a screen of 60 Hz shows late, of the same ones",
        ),
    )
