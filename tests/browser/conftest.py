"""Two organisations with people, a store to write to, and a browser that looks."""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shared.adapters.google.documents import FirestoreDocumentStore
from shared.adapters.system import SystemClock
from shared.domain.errors import ConfigurationWrong
from tests.browser import pages
from tests.browser.pages import ListenerPage
from tests.browser.people import People
from tests.browser.platforms import Platform, running
from tests.browser.visitors import Visitor
from tests.emulators import PROJECT, auth_host, firestore_with_rules, missing, pubsub_host
from tests.servers import serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
RULES = ROOT / "infra" / "firestore.rules"
STACKS = ("embedded", "emulators")


def pytest_exception_interact(node: pytest.Item, call: "pytest.CallInfo[object]") -> None:
    """What a visitor saw last before a failure is in out/."""
    seen = getattr(node, "funcargs", {}) if call.when == "call" else {}
    for name, visitor in seen.items():
        if isinstance(visitor, Visitor):
            visitor.page.screenshot(path=ROOT / "out" / f"last-seen-by-{name}.png")


# Not longer than a module: while it is there, an event loop runs in this thread, and other tests run loops of their own.
@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    try:
        program = pages.chromium()
    except ConfigurationWrong as error:
        missing(error)
    with pages.browsing(program) as running:
        yield running


@pytest.fixture(scope="session")
def configuration() -> Mapping[str, Any]:
    """What the API of a platform on these emulators would say."""
    with ThreadPoolExecutor() as starting:
        auth, firestore = starting.submit(auth_host), starting.submit(firestore_with_rules, RULES)
    firebase = {"apiKey": "unchecked", "projectId": PROJECT, "databaseId": "(default)"}
    return {"firebase": firebase, "emulators": {"auth": f"http://{auth.result()}", "firestore": firestore.result()}}


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with serve() as server:
        server.mount("/", pages.page_app())
        yield f"{server.url}/"


@pytest.fixture
def new_page(browser: "Browser", address: str) -> Iterator[Callable[[], ListenerPage]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(pages.listening(browser, address))


@pytest.fixture(scope="session")
def people() -> People:
    return People(auth_host(), PROJECT)


@pytest.fixture
def store(configuration: Mapping[str, Any]) -> Iterator[FirestoreDocumentStore]:
    with closing(
        FirestoreDocumentStore(PROJECT, clock=SystemClock(), emulator_host=configuration["emulators"]["firestore"])
    ) as documents:
        yield documents


@pytest.fixture(scope="session")
def web_app() -> None:
    """The web app as `make run` builds it from these sources."""
    if not (ROOT / "web" / "node_modules" / ".package-lock.json").is_file():
        missing(ConfigurationWrong("The web app's packages are not installed: run `make web` (Node 20 or newer)."))
    built = subprocess.run(["make", "web"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert built.returncode == 0, built.stdout + built.stderr


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory, web_app: None) -> Iterator[Platform]:
    home = tmp_path_factory.mktemp("embedded") / "state"
    with running(home, {"FANFOLD_STACK": "embedded"}) as platform:
        yield platform


@pytest.fixture(scope="session")
def emulated(
    tmp_path_factory: pytest.TempPathFactory, web_app: None, configuration: Mapping[str, Any]
) -> Iterator[Platform]:
    """The one platform of PROJECT, whose people the Auth emulator signs in."""
    home = tmp_path_factory.mktemp("emulated") / "state"
    settings = {
        "FANFOLD_STACK": "emulators",
        "FANFOLD_PROJECT": PROJECT,
        "FIRESTORE_EMULATOR_HOST": configuration["emulators"]["firestore"],
        "PUBSUB_EMULATOR_HOST": pubsub_host(),
        "FIREBASE_AUTH_EMULATOR_HOST": auth_host(),
    }
    with running(home, settings) as platform:
        yield platform


@pytest.fixture(params=STACKS)
def platform(request: pytest.FixtureRequest) -> Platform:
    """Each of the two local stacks, one after the other."""
    found: Platform = request.getfixturevalue({"embedded": "embedded", "emulators": "emulated"}[request.param])
    return found
