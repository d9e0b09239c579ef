"""What only a phone shows: a menu that keeps the focus, messages above the tabs, tables without sideways scrolling."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.platforms import Platform
from tests.browser.visitors import PHONE, Visitor, visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.timeout(300)

WHERE_THE_FOCUS_IS = """document.activeElement.closest("#menu") ? "menu"
    : document.activeElement.closest("main") ? "page" : document.activeElement.getAttribute("aria-label") ?? "elsewhere" """
SIDEWAYS = """[...document.querySelectorAll("main, main *")]
    .filter(one => one.scrollWidth > one.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(one).overflowX))
    .map(one => one.outerHTML.slice(0, 160))"""


@pytest.fixture(scope="module")
def phone(browser: "Browser", embedded: Platform) -> Iterator[Visitor]:
    embedded.send(
        "POST", "/v1/members", {"email": f"{'wide.' * 9}@example.com", "name": "Wide " * 20, "role": "viewer"}
    )
    embedded.send(
        "POST", "/v1/keys", {"name": "A key with a name that is as long as names can be " * 2, "role": "editor"}
    )
    with visiting(browser, embedded.url, size=PHONE, touch=True) as one:
        one.open("/sign-in")
        one.sign_in(embedded.email, embedded.password)
        yield one


def walked_by_tab(visitor: Visitor, presses: int) -> list[str]:
    """Where the focus is after each press of Tab."""
    found = []
    for _ in range(presses):
        visitor.page.keyboard.press("Tab")
        found.append(str(visitor.page.evaluate(WHERE_THE_FOCUS_IS)))
    return found


def test_tab_does_not_lead_into_a_closed_menu(phone: Visitor) -> None:
    phone.open("/keys")
    phone.sees_heading("Keys")
    phone.button("Open the menu").focus()
    walked = walked_by_tab(phone, 12)
    assert "page" in walked
    assert "menu" not in walked


def test_an_open_menu_has_the_focus_and_gives_it_back(phone: Visitor) -> None:
    phone.open("/keys")
    phone.sees_heading("Keys")
    phone.button("Open the menu").focus()
    phone.page.keyboard.press("Enter")
    phone.waits(f"({WHERE_THE_FOCUS_IS}) === 'menu'")
    walked = walked_by_tab(phone, 20)
    assert "menu" in walked
    assert "page" not in walked
    phone.page.keyboard.press("Escape")
    phone.waits(f"({WHERE_THE_FOCUS_IS}) === 'Open the menu'")


def test_another_page_that_the_menu_leads_to_has_the_focus(phone: Visitor) -> None:
    phone.open("/keys")
    phone.press("Open the menu")
    phone.page.get_by_role("navigation", name="Main").get_by_role("link", name="Members").click()
    phone.sees_heading("Members")
    phone.waits('document.activeElement.matches("[data-page-heading]")')
    phone.button("Open the menu").wait_for()


def test_a_message_stands_above_the_tabs(phone: Visitor) -> None:
    phone.open("/settings")
    phone.button("Save", phone.page.get_by_role("region", name="You")).click()
    said = phone.page.get_by_role("alert").filter(has_text=re.compile("saved", re.IGNORECASE))
    said.wait_for()
    phone.waits("document.getAnimations().every(one => one.playState !== 'running')")
    tabs = phone.page.get_by_role("navigation", name="Most used").bounding_box()
    box = said.bounding_box()
    assert tabs is not None
    assert box is not None
    assert box["y"] + box["height"] <= tabs["y"]


@pytest.mark.parametrize("path", ["/members", "/keys", "/dead-letters", "/batches", "/limits", "/costs"])
def test_no_table_scrolls_sideways(path: str, phone: Visitor) -> None:
    phone.open(path)
    phone.waits("document.querySelector('h1') !== null && document.querySelector('[aria-busy=true]') === null")
    assert phone.page.evaluate(SIDEWAYS) == []
