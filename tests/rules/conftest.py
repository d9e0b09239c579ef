"""An emulator that enforces the rules as they are deployed, with every document of the table in two organisations."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.emulators import firestore_with_rules
from tests.rules.access import DOCUMENTS, path_of
from tests.rules.web_clients import OWNER, WebClient

PROJECT = "demo-rules"
RULES = Path(__file__).parents[2] / "infra" / "firestore.rules"
ORG, OTHER_ORG = "org_a", "org_b"
HERE, DELETED, ABSENT = "here", "deleted", "absent"

Connect = Callable[[Mapping[str, Any] | None], WebClient]


@pytest.fixture(scope="session")
def host() -> str:
    return firestore_with_rules(RULES)


@pytest.fixture(scope="session")
def owner(host: str) -> Iterator[WebClient]:
    """Whom no rule holds, with everything seeded."""
    with WebClient(host, PROJECT, OWNER) as client:
        for name, access in DOCUMENTS.items():
            for org in (ORG, OTHER_ORG):
                kept = {"deleted_at": {"nullValue": None}, "name": {"stringValue": name}}
                assert client.put(path_of(name, org, HERE), kept).allowed
                if access.hides_deleted:
                    gone = {**kept, "deleted_at": {"timestampValue": "2026-03-01T00:00:00Z"}}
                    assert client.put(path_of(name, org, DELETED), gone).allowed
        yield client


@pytest.fixture(scope="session")
def connect(host: str, owner: WebClient) -> Iterator[Connect]:
    """A web client for these claims: one for all tests."""
    with ExitStack() as stack:
        known: dict[str, WebClient] = {}

        def of(claims: Mapping[str, Any] | None) -> WebClient:
            key = json.dumps(claims)
            if key not in known:
                known[key] = stack.enter_context(WebClient(host, PROJECT, claims))
            return known[key]

        yield of
