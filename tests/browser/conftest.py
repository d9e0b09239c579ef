"""Two organisations with people, a store to write to, and a browser that looks."""

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
from tests.emulators import PROJECT, auth_host, firestore_with_rules, missing
from tests.servers import serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RULES = Path(__file__).parents[2] / "infra" / "firestore.rules"


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
