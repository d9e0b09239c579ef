"""The databases that the contract of the document port is tried on, one class an adapter."""

import sqlite3
from abc import ABC, abstractmethod
from contextlib import ExitStack, closing
from pathlib import Path

from shared.adapters.embedded.documents import SqliteDocumentStore
from shared.ports.documents import DocumentStore
from shared.repositories.indexes import INDEXES
from tests.clocks import ManualClock


class Faults:
    """What goes wrong with the next commit of a store; each fault happens once."""

    def __init__(self) -> None:
        self.lose_answer = False
        self.lose_request = False


class Database(ABC):
    """A fresh, empty database that any number of stores may open; `close` closes them all."""

    def __init__(self) -> None:
        self.stores = ExitStack()

    @abstractmethod
    def open(self) -> DocumentStore:
        """One more store over this database, as another instance of a function would open it."""

    @abstractmethod
    def open_faulty(self) -> tuple[DocumentStore, Faults]:
        """A store whose commits can be lost on their way there or back, really."""

    def close(self) -> None:
        self.stores.close()


class EmbeddedDatabase(Database):
    """A SQLite file."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._path = folder / "documents.db"
        self.clock = ManualClock()

    def open(self) -> DocumentStore:
        return self._open(sqlite3.Connection)

    def open_faulty(self) -> tuple[DocumentStore, Faults]:
        faults = Faults()

        class FaultyConnection(sqlite3.Connection):
            def commit(self) -> None:
                if faults.lose_request:
                    faults.lose_request = False
                    raise sqlite3.OperationalError("disk I/O error")
                super().commit()
                if faults.lose_answer:
                    faults.lose_answer = False
                    raise sqlite3.OperationalError("disk I/O error")

        return self._open(FaultyConnection), faults

    def _open(self, factory: type[sqlite3.Connection]) -> DocumentStore:
        store = SqliteDocumentStore(self._path, clock=self.clock, indexes=INDEXES, connection_factory=factory)
        return self.stores.enter_context(closing(store))
