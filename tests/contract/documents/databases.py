"""The databases that the contract of the document port is tried on, one class an adapter."""

import secrets
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import grpc

from shared.adapters.embedded.documents import SqliteDocumentStore
from shared.adapters.google.documents import FirestoreDocumentStore
from shared.adapters.system import SystemClock
from shared.ports.documents import DocumentStore
from shared.repositories.indexes import INDEXES
from tests.clocks import ManualClock
from tests.emulators import firestore_host


class Faults:
    """What goes wrong with the next commit of a store; each fault happens once."""

    def __init__(self) -> None:
        self.lose_answer = False
        self.lose_request = False


class Database(ABC):
    """A fresh, empty database that any number of stores may open; `close` closes them all.

    `examples` is how many invented histories it lives through, by what each costs.
    """

    examples = 150

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


class LostCommits(grpc.UnaryUnaryClientInterceptor):
    """Drops a commit before it is sent, or its answer when it came."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def intercept_unary_unary(self, continuation: Callable[..., Any], details: Any, request: Any) -> Any:
        if not details.method.endswith("/Commit"):
            return continuation(details, request)
        if self._faults.lose_request:
            self._faults.lose_request = False
            return Unreachable()
        answer = continuation(details, request)
        if self._faults.lose_answer and answer.code() is grpc.StatusCode.OK:
            self._faults.lose_answer = False
            return Unreachable()
        return answer


class Unreachable(grpc.RpcError):
    """The call whose connection broke."""

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.UNAVAILABLE

    def details(self) -> str:
        return "The connection broke."

    def trailing_metadata(self) -> tuple[()]:
        return ()

    def result(self) -> Any:
        raise self


class FirestoreDatabase(Database):
    """A project of its own in the Firestore emulator."""

    examples = 40

    def __init__(self) -> None:
        super().__init__()
        self._host = firestore_host()
        self._project = f"demo-{secrets.token_hex(8)}"

    def open(self) -> DocumentStore:
        return self._open()

    def open_faulty(self) -> tuple[DocumentStore, Faults]:
        faults = Faults()
        return self._open(LostCommits(faults)), faults

    def _open(self, *interceptors: grpc.UnaryUnaryClientInterceptor) -> DocumentStore:
        store = FirestoreDocumentStore(
            self._project, clock=SystemClock(), emulator_host=self._host, interceptors=interceptors
        )
        return self.stores.enter_context(closing(store))
