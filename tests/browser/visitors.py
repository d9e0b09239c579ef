"""A person in front of the web app, in words of what they do and what they see."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.browser.audits import Finding, findings
from tests.browser.platforms import Platform

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

PATIENCE_MS: Final = 60_000
DESKTOP: Final = (1440, 900)
PHONE: Final = (390, 844)
_DROP: Final = Path(__file__).with_name("page") / "drop.js"
_KEPT: Final = """async () => ({
    local: Object.keys(localStorage), session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map(one => one.name), caches: await caches.keys(),
})"""
_SEEN: Final = """() => Object.fromEntries([...document.querySelectorAll("[data-place]")]
    .map(tile => [tile.dataset.place, tile.dataset.status]))"""


class Visitor:
    """One page with a profile of its own; `address` is the platform's."""

    def __init__(self, context: "BrowserContext", page: "Page", address: str) -> None:
        self.context = context
        self.page = page
        self._address = address

    def open(self, path: str) -> None:
        """Go to a page by its address, as if it were typed."""
        self.page.goto(f"{self._address}{path}")

    def button(self, name: "str | re.Pattern[str]", within: "Locator | None" = None) -> "Locator":
        """A button by its words."""
        return (within or self.page).get_by_role("button", name=name, exact=isinstance(name, str))

    def press(self, name: "str | re.Pattern[str]") -> None:
        """Press the button with these words."""
        self.button(name).click()

    def sees_heading(self, name: "str | re.Pattern[str]") -> None:
        """Until the page's heading is this."""
        self.page.get_by_role("heading", level=1, name=name).wait_for()

    def waits(self, condition: str, given: Any = None) -> None:
        """Until a JavaScript expression of `given` holds."""
        self.page.wait_for_function(f"given => ({condition})", arg=given, polling=50)

    def sign_in(self, email: str, password: str) -> None:
        """Sign in on the page that asks for it."""
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_role("textbox", name="Password").fill(password)
        self.press("Sign in")
        self.page.wait_for_url(re.compile("^(?!.*sign-in)"))

    def sign_out(self) -> None:
        """Sign out by the menu with one's name, which is behind the burger on a phone."""
        burger = self.button("Open the menu")
        if burger.is_visible():
            burger.click()
        self.press(re.compile("^Your menu"))
        self.page.get_by_role("menuitem", name="Sign out").click()
        self.sees_heading("Sign in")

    @property
    def kept(self) -> dict[str, list[str]]:
        """The names of all that the browser keeps for the app: local, session, databases, caches."""
        found: dict[str, list[str]] = self.page.evaluate(_KEPT)
        return found

    def paste(self, rows: Sequence[Sequence[str]]) -> None:
        """Paste cells at the cell that is chosen, as a spreadsheet copies them."""
        self.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=self._address)
        text = "\n".join("\t".join(row) for row in rows)
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.page.get_by_role("grid").focus()
        self.page.keyboard.press("ControlOrMeta+v")

    def drop(self, onto: "Locator", files: Sequence[Path]) -> None:
        """Drop files from the desk of the person."""
        told = [{"name": file.name, "bytes": list(file.read_bytes())} for file in files]
        onto.evaluate(_DROP.read_text(encoding="utf-8"), json.dumps(told))

    def tiles(self, status: str) -> int:
        """How many tiles in view are in this state."""
        return self.page.locator(f"[data-place][data-status={status}]").count()

    def wall(self) -> dict[int, str]:
        """The state of every tile by its place, seen by scrolling from the top to the end."""
        seen: dict[int, str] = {}
        self.page.evaluate("scrollTo(0, 0)")
        while True:
            self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            seen |= {int(place): status for place, status in self.page.evaluate(_SEEN).items()}
            if self.page.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 1"):
                return seen
            self.page.evaluate("scrollBy(0, innerHeight / 2)")

    def set_offline(self, is_offline: bool) -> None:
        """Take the network away, or give it back."""
        self.context.set_offline(is_offline)

    def audit(self) -> list[Finding]:
        """What axe finds wrong with the page as it is."""
        return findings(self.page)


@contextmanager
def visiting(
    browser: "Browser", address: str, *, size: tuple[int, int] = DESKTOP, scheme: str = "light", touch: bool = False
) -> Iterator[Visitor]:
    """A visitor with nothing kept from before; an error that nobody caught, or a refusal by the content policy, is raised at the end."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        has_touch=touch,
        locale="en-GB",
        timezone_id="UTC",
        reduced_motion="reduce",
    )
    errors: list[str] = []
    try:
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if _is_refusal(said.text) else None)
        yield Visitor(context, page, address)
    finally:
        context.close()
    assert not errors, "\n".join(errors)


@contextmanager
def member(browser: "Browser", platform: Platform) -> Iterator[Visitor]:
    """A visitor who has signed in to a platform as its member."""
    with visiting(browser, platform.url) as one:
        one.open("/sign-in")
        one.sign_in(platform.email, platform.password)
        yield one


def _is_refusal(said: str) -> bool:
    """Whether the content policy refused something; Firestore's SDK asks Google for a dot to see if there is a network, in vain."""
    return "Content Security Policy" in said and "cleardot" not in said
