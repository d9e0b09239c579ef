"""Two organisations with people, a store to write to, and a browser that looks."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from shared.adapters.google.documents import FirestoreDocumentStore
from shared.adapters.system import SystemClock
from tests.browser import pages
from tests.browser.pages import Firebase, ListenerPage
from tests.emulators import PROJECT, auth_host, firestore_with_rules
from tests.servers import serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RULES = Path(__file__).parents[2] / "infra" / "firestore.rules"
PASSWORD = "one for all of them"


class People:
    """Accounts in the Auth emulator, each with the claims that the platform gives."""

    def __init__(self, host: str) -> None:
        self._host = host

    def add(self, org: str, role: str) -> str:
        """The e-mail address of a new member."""
        uid = f"mem_{secrets.token_hex(8)}"
        account = {"localId": uid, "email": f"{uid}@example.com", "password": PASSWORD}
        claims = {"localId": uid, "customAttributes": f'{{"org": "{org}", "role": "{role}"}}'}
        root = f"http://{self._host}/identitytoolkit.googleapis.com/v1/projects/{PROJECT}/accounts"
        with httpx.Client(headers={"Authorization": "Bearer owner"}, trust_env=False) as client:
            client.post(root, json=account).raise_for_status()
            client.post(f"{root}:update", json=claims).raise_for_status()
        return account["email"]


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    with pages.browsing(pages.chromium()) as running:
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
    return People(auth_host())


@pytest.fixture
def store(firebase: Firebase) -> Iterator[FirestoreDocumentStore]:
    with closing(
        FirestoreDocumentStore(PROJECT, clock=SystemClock(), emulator_host=firebase.firestore_host)
    ) as documents:
        yield documents
