"""More tabs than a browser has connections, each of them on a batch that runs."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.painters import PATIENT
from tests.browser.platforms import Platform
from tests.browser.visitors import visiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.timeout(300)

# One more than a browser opens to one server over HTTP/1.1.
TABS = 7


def test_every_tab_is_served_however_many_follow_a_batch(browser: "Browser", embedded: Platform) -> None:
    embedded.hold()
    try:
        with visiting(browser, embedded.url) as visitor:
            visitor.open("/batches/new")
            visitor.sign_in(embedded.email, embedded.password)
            visitor.paste([["Prompt", "Model"], [f"A {PATIENT} kite", "gemini-nano-banana-2.1"]])
            visitor.press("Make 1 image")
            visitor.page.wait_for_url(re.compile("/batches/bat_"))
            tabs = [visitor.context.new_page() for _ in range(TABS - 1)]
            for tab in tabs:
                tab.goto(visitor.page.url)
            for tab in tabs:
                tab.locator("[data-place][data-status=running]").wait_for()
            embedded.release()
            for tab in tabs:
                tab.locator("[data-place][data-status=succeeded]").wait_for()
    finally:
        embedded.release()
