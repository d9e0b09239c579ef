"""The contract of the document port is tried on every adapter; each test has a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.ports.documents import DocumentStore
from tests.contract.documents.databases import Database, EmbeddedDatabase, FirestoreDatabase


@pytest.fixture(params=["embedded", "firestore"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = {"embedded": lambda: EmbeddedDatabase(tmp_path), "firestore": FirestoreDatabase}[request.param]()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def documents(database: Database) -> DocumentStore:
    return database.open()
