"""What has had its time, of every organisation at once: the oldest first."""

from datetime import datetime
from typing import Any, Generic, TypeVar

from shared.domain.documents import Stored
from shared.ports.documents import DocumentStore, Order, Query, Where
from shared.repositories import paths
from shared.repositories.collections import Collection, Read

S = TypeVar("S", bound=Stored)


class Leftovers(Generic[S]):
    """Documents of all collections of one last name whose field `field` lies in the past."""

    def __init__(self, collection: Collection[S], name: str, field: str, *where: Where) -> None:
        self._collection = collection
        self._name = name
        self._field = field
        self._where = where

    def until(self, moment: datetime, *, limit: int, start_after: tuple[Any, ...] | None = None) -> list[Read[S]]:
        """Those of this moment or before."""
        where = (*self._where, Where(self._field, "<=", moment))
        order = (Order(self._field),)
        return self._collection.readable(Query(self._name, where, order, limit, start_after, group=True))

    def position(self, read: Read[S]) -> tuple[Any, ...]:
        """The cursor after this one."""
        return getattr(read.value, self._field), read.path


class CommitNote(Stored):
    """That a commit happened; of no use after `expires_at`."""

    expires_at: datetime


class CommitNoteRepository(Collection[CommitNote]):
    """Notes of commits. Their time is not indexed: they are looked through by their names."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, CommitNote, "note")

    def after(self, path: str, *, limit: int) -> list[Read[CommitNote]]:
        """Notes by their paths, those after this one; "" for the first."""
        start_after = (path,) if path else None
        return self.query(Query(paths.commit_notes(), limit=limit, start_after=start_after))
