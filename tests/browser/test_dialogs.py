"""axe finds nothing to mend on a phone in what opens over a page or stays at its edge, in both schemes of colours."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.browser.painters import REFUSED
from tests.browser.platforms import Platform
from tests.browser.visitors import PHONE, Visitor, visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.timeout(300)

SETTLED: Final = "document.querySelector('[aria-busy=true]') === null"
# What opens has come to rest.
STILL: Final = "document.getAnimations().every(one => one.playState !== 'running')"


@pytest.fixture(scope="module")
def batch(embedded: Platform) -> str:
    """A batch with two pictures and a failure."""
    rows = [{"prompt": f"A {word} boat on a lake", "size": "512"} for word in ("red", "blue", REFUSED)]
    made = embedded.submit({"name": "Boats", "rows": rows, "tags": ["spring"]})
    embedded.ended(made)
    return made


@pytest.fixture(scope="module", params=["light", "dark"])
def phone(request: pytest.FixtureRequest, browser: "Browser", embedded: Platform) -> Iterator[Visitor]:
    with visiting(browser, embedded.url, scheme=request.param, size=PHONE, touch=True) as one:
        one.open("/sign-in")
        one.sign_in(embedded.email, embedded.password)
        yield one


def menu(phone: Visitor) -> None:
    phone.open("/settings")
    phone.press("Open the menu")
    phone.press(re.compile("^Your menu"))
    phone.page.get_by_role("menuitem", name="Sign out").wait_for()


def palette(phone: Visitor) -> None:
    phone.open("/settings")
    phone.press("Open the menu")
    phone.press(re.compile("^Go to or do"))
    phone.page.get_by_role("dialog", name="Go to or do").wait_for()


def notices(phone: Visitor) -> None:
    phone.open("/settings")
    phone.press(re.compile("^(Notices|.*notice)"))
    phone.page.get_by_role("dialog").wait_for()


def invitation(phone: Visitor) -> None:
    phone.open("/members")
    phone.press("Invite member")
    phone.page.get_by_role("dialog", name="Invite a member").wait_for()


def key(phone: Visitor) -> None:
    """A key that is shown this once."""
    phone.open("/keys")
    phone.press("Create key")
    form = phone.page.get_by_role("dialog", name="Create a key")
    form.get_by_label("Name").fill("Nightly run")
    phone.button("Create key", form).click()
    phone.button("Done").wait_for()


def question(phone: Visitor) -> None:
    phone.open("/keys")
    phone.button(re.compile("^Revoke ")).first.click()
    phone.button("Revoke key").wait_for()


def letter(phone: Visitor) -> None:
    phone.open("/dead-letters")
    phone.page.get_by_role("checkbox", name=re.compile("^Tick: ")).first.click()
    phone.button(re.compile(REFUSED)).first.click()
    phone.page.get_by_role("dialog", name="Failed image").wait_for()


def sheet(phone: Visitor, file: Path) -> None:
    phone.open("/batches/new")
    with phone.page.expect_file_chooser() as choosing:
        phone.press("Import")
    choosing.value.set_files(file)
    phone.button(re.compile("^Add 2 rows")).wait_for()


def row(phone: Visitor) -> None:
    phone.open("/batches/new")
    phone.press("Add a row")
    phone.button("Done").wait_for()


def start(phone: Visitor) -> None:
    phone.open("/batches/new")
    phone.press("Settings and start")
    phone.page.get_by_role("dialog", name="Settings and start").wait_for()


def chosen_in_the_library(phone: Visitor) -> None:
    phone.open("/library")
    phone.press("Choose")
    phone.press("Choose image 1")
    phone.button(re.compile("^Choose nothing")).wait_for()


OPENED: Final[list[Callable[[Visitor], None]]] = [
    menu,
    palette,
    notices,
    invitation,
    key,
    question,
    row,
    start,
]


def wrong(phone: Visitor) -> list[str]:
    """What axe finds once all stands still, and whether something is wider than the screen."""
    phone.waits(f"{SETTLED} && {STILL}")
    found = [str(one) for one in phone.audit()]
    wide = phone.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*found, *(["it is wider than the screen"] if wide else [])]


@pytest.mark.parametrize("opened", OPENED, ids=lambda one: one.__name__)
def test_what_is_opened_is_accessible(opened: Callable[[Visitor], None], phone: Visitor) -> None:
    opened(phone)
    assert wrong(phone) == []


def test_the_import_of_a_sheet_is_accessible(phone: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("prompt,colour\nA boat,red\nA kite,blue\n", encoding="utf-8")
    sheet(phone, file)
    assert wrong(phone) == []


@pytest.mark.usefixtures("batch")
@pytest.mark.parametrize("opened", [letter, chosen_in_the_library], ids=lambda one: one.__name__)
def test_what_is_opened_of_images_is_accessible(opened: Callable[[Visitor], None], phone: Visitor) -> None:
    opened(phone)
    assert wrong(phone) == []


def test_the_viewer_and_its_recipe_are_accessible(phone: Visitor, batch: str) -> None:
    phone.open(f"/batches/{batch}")
    phone.page.locator("[data-place='0'] button").first.click()
    phone.page.get_by_role("dialog", name="Image 1").wait_for()
    assert wrong(phone) == []
    phone.page.keyboard.press("i")
    phone.page.get_by_role("dialog", name="Recipe").wait_for()
    assert wrong(phone) == []


def test_the_form_of_a_failed_image_is_accessible(phone: Visitor, batch: str) -> None:
    phone.open(f"/batches/{batch}?show=failed")
    phone.button(re.compile(rf"failed\b.*{REFUSED}")).click()
    phone.press("Edit and try again")
    phone.page.get_by_role("form", name="Edit and try again").wait_for()
    assert wrong(phone) == []


def test_what_is_chosen_on_a_wall_is_accessible(phone: Visitor, batch: str) -> None:
    phone.open(f"/batches/{batch}")
    phone.press("Choose")
    phone.page.locator("[data-place='0'] button").first.click()
    phone.button(re.compile("^Choose nothing")).wait_for()
    assert wrong(phone) == []
