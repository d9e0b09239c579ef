"""A headless Chromium whose pages listen to Firestore with Firebase's own web SDK."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from infra.local.emulators import FIREBASE
from shared.domain.errors import ConfigurationWrong

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

SDK: Final = FIREBASE / "node_modules" / "firebase"
PAGE_SIZE: Final = 25
_PAGE: Final = Path(__file__).with_name("page")
_FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE_MS: Final = 60_000


class Seen(NamedTuple):
    """A document as a listener got it, with moments in seconds since 1970.

    `finished_at` is by the clock of who finished it (None before), `changed_at` by the store's, `seen_at` by the browser's.
    """

    path: str
    revision: int
    status: str
    finished_at: float | None
    changed_at: float
    seen_at: float


class ListenerPage:
    """One page with one person in front of it."""

    def __init__(self, context: "BrowserContext", page: "Page") -> None:
        self._context = context
        self._page = page

    def open(self, configuration: Mapping[str, Any]) -> None:
        """Begin with nobody signed in and nothing cached, on what the API's `/v1/config` says."""
        told = {name: configuration[name] for name in ("firebase", "emulators")}
        self._page.evaluate("told => fanfold.open(told)", told)

    def sign_in(self, email: str, password: str) -> dict[str, Any]:
        """Sign in as a person does; what the token says: uid, org, role."""
        claims: dict[str, Any] = self._page.evaluate(
            "([email, word]) => fanfold.signIn(email, word)", [email, password]
        )
        return claims

    def sign_out(self) -> None:
        """Sign out and let the listeners find out by themselves."""
        self._page.evaluate("() => fanfold.signOut()")

    def leave(self) -> None:
        """Sign out and drop everything, as a web app does between two people."""
        self._page.evaluate("() => fanfold.leave()")

    def follow(self, batch: str, pages: int = 1) -> None:
        """Listen to a batch, by its path, and to this many pages of its items."""
        self._page.evaluate("([batch, pages]) => fanfold.follow(batch, pages)", [batch, pages])

    def unfollow(self) -> None:
        """Listen to nothing any more."""
        self._page.evaluate("() => fanfold.unfollow()")

    def wait(self, condition: str, given: Any = None) -> None:
        """Until a JavaScript expression of `state` and `given` holds."""
        self._page.wait_for_function(
            f"given => ((state, given) => {condition})(fanfold.state, given)",
            arg=given,
            polling=20,
            timeout=_PATIENCE_MS,
        )

    def wait_for(self, path: str, revision: int) -> None:
        """Until a document was seen at this revision or a later one."""
        self.wait("state.seen.some(one => one.path === given[0] && one.revision >= given[1])", [path, revision])

    def wait_for_refusals(self, count: int) -> list[str]:
        """Until so many listeners were refused; why, each."""
        self.wait("state.refused.length >= given", count)
        return self.refused

    @property
    def refused(self) -> list[str]:
        """The codes with which listeners ended."""
        codes: list[str] = self._page.evaluate("() => fanfold.state.refused")
        return codes

    @property
    def seen(self) -> list[Seen]:
        """Everything that listeners got so far, in order."""
        told: list[dict[str, Any]] = self._page.evaluate("() => fanfold.state.seen")
        return [Seen(**one) for one in told]

    def history(self, path: str) -> list[Seen]:
        """What was seen of one document."""
        return [one for one in self.seen if one.path == path]

    def set_offline(self, is_offline: bool) -> None:
        """Take the network away, or give it back."""
        self._context.set_offline(is_offline)


def page_app() -> ASGIApp:
    """The page and the SDK's modules."""
    version = json.loads((SDK / "package.json").read_text(encoding="utf-8"))["version"]
    written = (_PAGE / "index.html").read_text(encoding="utf-8").replace("VERSION", version)

    async def index(request: Request) -> HTMLResponse:
        return HTMLResponse(written)

    return Router(
        [Route("/", index), Mount("/sdk", StaticFiles(directory=SDK)), Mount("/", StaticFiles(directory=_PAGE))]
    )


def chromium() -> str:
    """The browser's program. Raises ConfigurationWrong with what to install when it or Firebase's web SDK is missing."""
    program = shutil.which("chromium")
    if program is None:
        raise ConfigurationWrong(
            "Chromium is missing: install it so that `chromium` is on PATH (Debian: apt-get install chromium)."
        )
    if not SDK.is_dir():
        raise ConfigurationWrong(
            "Firebase's web SDK is missing: run `make firebase` (it needs Node 20 or newer with npm)."
        )
    return program


@contextmanager
def browsing(program: str) -> "Iterator[Browser]":
    """A headless Chromium with a new profile until the block ends."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def listening(browser: "Browser", address: str) -> Iterator[ListenerPage]:
    """A page at `address` with a profile of its own; an error that nobody caught in it is raised at the end."""
    context = browser.new_context()
    errors: list[str] = []
    try:
        page = context.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        page.wait_for_function("() => window.fanfold", timeout=_PATIENCE_MS)
        yield ListenerPage(context, page)
    finally:
        context.close()
    assert errors == []
