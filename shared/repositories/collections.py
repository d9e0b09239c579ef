"""Typed reading over the document port: what every repository shares."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from pydantic import ValidationError

from shared.domain.documents import Stored
from shared.domain.errors import NotFound, Unreadable
from shared.domain.ids import is_id
from shared.logging import logger
from shared.ports.documents import Document, DocumentStore, Order, Query, Update, Version, Where

_log = logger(__name__)

S = TypeVar("S", bound=Stored)
Position: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Read(Generic[S]):
    """A model as it was read, with the path and the version that guard its next write."""

    value: S
    path: str
    version: Version


@dataclass(frozen=True, slots=True)
class ReadPage(Generic[S]):
    """What could be read of a page of documents; `after` is the cursor behind it, None when nothing is left."""

    reads: list[Read[S]]
    after: tuple[Any, ...] | None


class Collection(Generic[S]):
    """Documents of one model; reading raises Unreadable for one that is none of it."""

    def __init__(self, documents: DocumentStore, model: type[S], noun: str) -> None:
        self._documents = documents
        self._model = model
        self._noun = noun

    def find(self, path: str) -> Read[S] | None:
        """The document, or None."""
        document = self._documents.get(path)
        return None if document is None else self._read(document)

    def get(self, path: str) -> Read[S]:
        """The document; raises NotFound."""
        found = self.find(path)
        if found is None:
            raise NotFound(f"There is no {self._noun} {path.rpartition('/')[2]}.")
        return found

    def get_many(self, paths: Iterable[str]) -> dict[str, Read[S]]:
        """Those that exist, by path."""
        found = self._documents.get_many(list(paths))
        return {path: self._read(document) for path, document in found.items()}

    def reading(self, found: Mapping[str, Document], path: str) -> Read[S]:
        """The document of this path among those that were read together; raises NotFound."""
        if path not in found:
            raise NotFound(f"There is no {self._noun} {path.rpartition('/')[2]}.")
        return self._read(found[path])

    def query(self, query: Query) -> list[Read[S]]:
        """What matches, in order."""
        return [self._read(document) for document in self._documents.query(query)]

    def readable(self, query: Query) -> list[Read[S]]:
        """What matches and can be read, in order; what cannot is logged.

        For what goes over all organisations: one damaged document must not hold up everybody else's.
        """
        return self._readable(self._documents.query(query))

    def readable_page(self, query: Query) -> ReadPage[S]:
        """What matches and can be read, as a page that what cannot be read makes no shorter."""
        found = self._documents.query(query)
        after: tuple[Any, ...] | None = None
        if found and len(found) == query.limit:
            after = (*(found[-1].data[order.field] for order in query.order), found[-1].path)
        return ReadPage(self._readable(found), after)

    def newest(
        self, collection: str, where: tuple[Where, ...], *, limit: int, start_after: tuple[Any, ...] | None = None
    ) -> list[Read[S]]:
        """What matches, the newest first; `start_after` is (`created_at`, path) of the last one."""
        return self.query(Query(collection, where, (Order("created_at", descending=True),), limit, start_after))

    def oldest(
        self, collection: str, where: tuple[Where, ...], *, limit: int, start_after: tuple[Any, ...] | None = None
    ) -> list[Read[S]]:
        """What matches, the oldest first; `start_after` is (`created_at`, path) of the last one."""
        return self.query(Query(collection, where, (Order("created_at"),), limit, start_after))

    def _readable(self, documents: Iterable[Document]) -> list[Read[S]]:
        found = []
        for document in documents:
            try:
                found.append(self._read(document))
            except Unreadable as error:
                _log.error("document_passed_over", path=document.path, detail=error.detail)
        return found

    def _read(self, document: Document) -> Read[S]:
        try:
            value = self._model.read(document.data)
        except ValidationError as error:
            # Without the values: they may be anything that a user said.
            wrong = sorted({str(problem["loc"][0]) if problem["loc"] else "all of it" for problem in error.errors()})
            raise Unreadable(f"The {self._noun} {document.path} cannot be read: {', '.join(wrong)}.") from None
        return Read(value, document.path, document.version)


def guarded(read: Read[S], fields: Mapping[str, Any]) -> Update:
    """A write that is refused when the document has changed since it was read."""
    return Update(read.path, fields, read.version)


def check_id(prefix: str, text: str, noun: str) -> None:
    """Raise NotFound when this cannot be an id of that kind: what stands for nothing reaches no path."""
    if not is_id(prefix, text):
        raise NotFound(f"There is no {noun} {text[:64]}.")
