"""Two organisations with people, a store to write to, and a browser that looks."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shared.adapters.google.documents import FirestoreDocumentStore
from shared.adapters.system import SystemClock
from shared.domain.errors import ConfigurationWrong
from tests.browser import pages
from tests.browser.pages import Firebase, ListenerPage
from tests.browser.people import People
from tests.emulators import PROJECT, auth_host, firestore_with_rules, missing
from tests.servers import serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RULES = Path(__file__).parents[2] / "infra" / "firestore.rules"


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    try:
        program = pages.chromium()
    except ConfigurationWrong as error:
        missing(error)
    with pages.browsing(program) as running:
        yield running


@pytest.fixture(scope="session")
def firebase() -> Firebase:
    config = {"apiKey": "unchecked", "projectId": PROJECT}
    return Firebase(config, f"http://{auth_host()}", firestore_with_rules(RULES))


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with serve() as server:
        server.mount("/", pages.page_app())
        yield f"{server.url}/"


@pytest.fixture
def new_page(browser: "Browser", address: str, firebase: Firebase) -> Iterator[Callable[[], ListenerPage]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(pages.listening(browser, address, firebase))


@pytest.fixture(scope="session")
def people(firebase: Firebase) -> People:
    return People(auth_host(), PROJECT)


@pytest.fixture
def store(firebase: Firebase) -> Iterator[FirestoreDocumentStore]:
    with closing(
        FirestoreDocumentStore(PROJECT, clock=SystemClock(), emulator_host=firebase.firestore_host)
    ) as documents:
        yield documents
