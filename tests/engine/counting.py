"""A document store that counts."""

from collections.abc import Sequence
from typing import Any, TypeVar

from shared.ports.documents import Document, DocumentStore, Write

T = TypeVar("T")


class Counting:
    """A document store that counts what the engine reads and writes, as Firestore would bill it."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store
        self.written = 0
        self.read = 0
        self.calls = 0

    def get(self, path: str) -> Document | None:
        """One read."""
        return self._counted(1, self._store.get(path))

    def get_many(self, paths: Sequence[str]) -> dict[str, Document]:
        """A read for each."""
        return self._counted(len(paths), self._store.get_many(paths))

    def query(self, query: Any) -> list[Document]:
        """A read for each document, and one for none."""
        found = self._store.query(query)
        return self._counted(max(len(found), 1), found)

    def aggregate(self, collection: str, aggregations: Any, *, group: bool = False) -> dict[str, int]:
        """A read for each thousand of index entries."""
        found = self._store.aggregate(collection, aggregations, group=group)
        total = 1 + max([value for value in found.values() if value < 10_000], default=0) // 1_000
        return self._counted(total, found)

    def commit(self, writes: Sequence[Write]) -> Any:
        """A write for each."""
        self.written += len(writes)
        return self._counted(0, self._store.commit(writes))

    def _counted(self, reads: int, answer: T) -> T:
        self.calls += 1
        self.read += reads
        return answer
