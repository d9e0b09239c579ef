"""A person walks through the web app in a real browser, from pasted rows to the library, on both stacks and on a phone."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.painters import PATIENT, REFUSED
from tests.browser.platforms import Platform
from tests.browser.visitors import PHONE, Visitor, visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Three emulators, a platform and a browser start before the first of them.
pytestmark = pytest.mark.timeout(300)

SAMPLES = Path(__file__).parents[2] / "samples" / "references"
MODEL = "gemini-nano-banana-2.1"
ROWS = 50
EARLY = 10


def prompts(count: int, name: str) -> list[str]:
    """The first ones are painted at once, one is refused, the others wait for the gate."""
    early = [f"A {name} kite number {number} over a lake" for number in range(EARLY)]
    late = [f"A {PATIENT} {name} kite number {number} over a lake" for number in range(EARLY, count - 1)]
    return [*early, f"A {REFUSED} {name} kite over a lake", *late]


@pytest.fixture
def gate(platform: Platform) -> Iterator[Platform]:
    """The platform, whose patient images wait until a test lets them be painted."""
    platform.hold()
    yield platform
    platform.release()
    platform.wire.mend()


# More than nothing.
COST = re.compile(r"^\$(0\.0*)?[1-9]")


@pytest.fixture
def visitor(browser: "Browser", gate: Platform) -> Iterator[Visitor]:
    with visiting(browser, gate.url) as one:
        yield one


@pytest.fixture
def phone(browser: "Browser", gate: Platform) -> Iterator[Visitor]:
    with visiting(browser, gate.url, size=PHONE, touch=True) as one:
        yield one


def sign_in(visitor: Visitor, platform: Platform) -> None:
    visitor.open("/batches")
    visitor.sees_heading("Sign in")
    visitor.sign_in(platform.email, platform.password)
    visitor.sees_heading("Batches")


def batch_of(visitor: Visitor) -> str:
    """The id of the batch whose wall is open."""
    visitor.page.wait_for_url(re.compile("/batches/bat_"))
    found = re.search(r"bat_\w+", visitor.page.url)
    assert found
    return found[0]


def build_by_pasting(visitor: Visitor, name: str) -> None:
    """Fifty rows from a spreadsheet's clipboard, pictures for all of them, and the cost before the start."""
    visitor.page.get_by_role("navigation", name="Main").get_by_role("link", name="New batch").click()
    visitor.page.get_by_label("Name of the batch").fill(name)
    visitor.paste([["Prompt", "Model"], *([prompt, MODEL] for prompt in prompts(ROWS, name))])
    strip = visitor.button(re.compile("^References for all rows"))
    visitor.drop(strip, [SAMPLES / "cat.jpg", SAMPLES / "coffee.jpg"])
    visitor.button(re.compile("^References for all rows: 2")).wait_for()
    cost = visitor.page.get_by_label("Settings and cost")
    cost.get_by_text(COST).wait_for()
    visitor.button(f"Make {ROWS} images").click()


def build_by_importing(visitor: Visitor, name: str, sheet: Path) -> None:
    """The rows of a file, the cost and the start on a narrow screen."""
    visitor.page.get_by_role("main").get_by_role("link", name="New batch").click()
    visitor.page.get_by_label("Name of the batch").fill(name)
    with visitor.page.expect_file_chooser() as choosing:
        visitor.press("Import")
    choosing.value.set_files(sheet)
    visitor.page.get_by_role("dialog").get_by_role("button", name=re.compile("^(Add|Import|Take)")).click()
    visitor.press("Settings and start")
    visitor.page.get_by_text(COST).first.wait_for()
    visitor.button(re.compile(r"^Make \d+ images")).click()


def lose_the_connection(visitor: Visitor, platform: Platform, batch: str, count: int) -> None:
    """Tiles arrive; without a network nothing does; with it everything that was missed is there."""
    visitor.waits(f"document.querySelectorAll('[data-place][data-status=succeeded]').length >= {EARLY // 2}")
    platform.wire.cut()
    visitor.set_offline(True)
    visitor.page.get_by_text("No connection.").wait_for()
    platform.release()
    assert platform.ended(batch)["progress"]["failed"] == 1
    assert visitor.tiles("succeeded") <= EARLY
    platform.wire.mend()
    visitor.set_offline(False)
    visitor.button(re.compile(rf"^Ready\s*{count - 1}$")).wait_for()
    # The batch is told by another line than its items.
    while set(states := visitor.wall().values()) - {"succeeded", "failed"}:
        visitor.page.wait_for_timeout(50)
    assert Counter(states) == {"succeeded": count - 1, "failed": 1}


def mend_the_failed_one(visitor: Visitor, name: str, count: int) -> None:
    """What was refused is made from other words."""
    visitor.button(re.compile(r"^Failed\s*1$")).click()
    visitor.button(re.compile(r"failed\b.*" + REFUSED)).click()
    visitor.press("Edit and try again")
    form = visitor.page.get_by_role("form", name="Edit and try again")
    form.get_by_label("Prompt").fill(f"A welcome {name} kite over a lake")
    visitor.button("Try again", form).click()
    visitor.page.get_by_role("img", name=f"A welcome {name} kite over a lake").first.wait_for()
    visitor.page.keyboard.press("Escape")
    if visitor.page.get_by_role("dialog").count():
        visitor.page.keyboard.press("Escape")
    visitor.page.get_by_role("dialog").wait_for(state="detached")
    visitor.button(re.compile(rf"^Ready\s*{count}$")).click()


def pick_the_better_of_two(visitor: Visitor) -> None:
    """Two side by side; one is picked and found among the winners."""
    visitor.press("Choose")
    for place in (0, 1):
        visitor.page.locator(f"[data-place='{place}'][data-status=succeeded] button").first.click()
    visitor.press("Compare")
    visitor.sees_heading("Compare")
    visitor.press("Pick image 2 as a winner")
    visitor.page.locator("[aria-label='Pick image 2 as a winner'][aria-pressed=true]").wait_for()


def find_it_after_a_reload(visitor: Visitor, name: str) -> None:
    """The library knows what was made from the mended words, at an address that can be opened again."""
    visitor.open("/library")
    visitor.sees_heading("Library")
    visitor.page.get_by_label("Search prompts and tags").fill(f"welcome {name}")
    found = visitor.page.get_by_label(re.compile(f"^A welcome {name} kite over a lake"))
    found.first.wait_for()
    visitor.page.wait_for_url(re.compile("welcome"))
    visitor.page.reload()
    found.first.wait_for()
    assert found.count() == 1


def leave_nothing(visitor: Visitor) -> None:
    """Signed out, the browser holds nothing of the person, and no page opens."""
    visitor.sign_out()
    kept = visitor.kept
    assert [name for name in kept["local"] + kept["session"] if name.startswith("fanfold:")] == []
    assert [name for name in kept["databases"] if name.startswith("fanfold:")] == []
    assert kept["caches"] == []
    visitor.open("/library")
    visitor.sees_heading("Sign in")


def test_a_batch_goes_from_pasted_rows_to_the_library_and_nothing_is_lost_with_the_connection(
    visitor: Visitor, gate: Platform
) -> None:
    sign_in(visitor, gate)
    build_by_pasting(visitor, "crimson")
    lose_the_connection(visitor, gate, batch_of(visitor), ROWS)
    mend_the_failed_one(visitor, "crimson", ROWS)
    pick_the_better_of_two(visitor)
    find_it_after_a_reload(visitor, "crimson")
    leave_nothing(visitor)


def test_the_same_is_done_on_a_phone(phone: Visitor, gate: Platform, tmp_path: Path) -> None:
    count = EARLY + 4
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("\n".join(["prompt,model", *(f"{prompt},{MODEL}" for prompt in prompts(count, "amber"))]))
    sign_in(phone, gate)
    build_by_importing(phone, "amber", sheet)
    lose_the_connection(phone, gate, batch_of(phone), count)
    mend_the_failed_one(phone, "amber", count)
    pick_the_better_of_two(phone)
    find_it_after_a_reload(phone, "amber")
    leave_nothing(phone)
