"""The document store: guarded atomic commits, queries, aggregates at one read time, watching. No interactive transactions.

A document's path alternates collection and id (`orgs/org_x/batches/bat_y`); a collection's path ends in a collection
(`orgs/org_x/batches`). Values are None, bool, int, float, str, aware datetime (microseconds, UTC), lists and
string-keyed dicts of these, whose order is not kept; a list holds no list. Field paths are dotted (`progress.total`).
Ids and a document's own field names hold neither `/` nor `.` (keys of dicts within them may), and ids no control
characters. What cannot be stored or asked raises ValueError. A field that is filtered (by a scalar) or ordered by holds
one type throughout its collection, or None.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

Value: TypeAlias = Any
Data: TypeAlias = dict[str, Value]

MAX_WRITES_A_COMMIT = 400
# Firestore takes 10 MiB a request, in its own spelling.
MAX_BYTES_A_COMMIT = 3_000_000


class Guard(Enum):
    """What must be true of a document for the commit to happen."""

    ABSENT = "absent"
    EXISTS = "exists"


@dataclass(frozen=True, slots=True)
class Version:
    """The opaque version that came with a document when it was read, or with the commit that wrote it."""

    value: str


# Named tuples, where a frozen dataclass would do: each is made at every cold start, at a fifth of the cost. Not so what stands
# among a document's values, where a tuple is a list.
class Document(NamedTuple):
    """A document as it was read: its path, its data and its version."""

    path: str
    data: Data
    version: Version

    @property
    def id(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Increment:
    """Add to a number field; an absent field counts as 0."""

    by: int


@dataclass(frozen=True, slots=True)
class ArrayUnion:
    """Append the values that a list field does not hold yet."""

    values: tuple[Value, ...]


class Transform(Enum):
    """Field values that the store fills in."""

    DELETE_FIELD = "delete_field"
    SERVER_TIME = "server_time"


class Create(NamedTuple):
    """Write a new document; refused when it exists (a guard of its own)."""

    path: str
    data: Mapping[str, Value]


class Set(NamedTuple):
    """Write a whole document, replacing what was there."""

    path: str
    data: Mapping[str, Value]
    guard: Guard | Version | None = None


class Update(NamedTuple):
    """Change the named fields (dotted paths) of an existing document; refused when it is absent.

    Without a guard of its own it is still refused when the document does not exist, but is not counted as guarded.
    """

    path: str
    fields: Mapping[str, Value]
    guard: Guard | Version | None = None


class Delete(NamedTuple):
    """Remove a document; without a guard an absent one is fine. Subcollections stay."""

    path: str
    guard: Guard | Version | None = None


Write: TypeAlias = Create | Set | Update | Delete


class Where(NamedTuple):
    """A condition on a field; several are joined by and.

    `array_contains` takes one value, not None, and stands in a query once; `in` takes up to 30, several of them 30 combinations.
    """

    field: str
    op: Literal["==", "<", "<=", ">", ">=", "array_contains", "in"]
    value: Value


class Order(NamedTuple):
    """Sort by a field; documents that lack the field are left out."""

    field: str
    descending: bool = False


class Query(NamedTuple):
    """Documents of one collection, or with `group` of every collection of that last name (`collection="batches"`).

    Ties are broken by path in the direction of the last order. `start_after` is the cursor: the values of the order
    fields, then the path, of the last document of the page before. A range on a field that is not ordered by leaves the
    order to the store and takes no cursor.
    """

    collection: str
    where: tuple[Where, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    start_after: tuple[Value, ...] | None = None
    group: bool = False


class Count(NamedTuple):
    """How many documents meet the conditions."""

    where: tuple[Where, ...] = ()


class Sum(NamedTuple):
    """The sum of an integer field over the documents that meet the conditions; only those that have it count."""

    field: str
    where: tuple[Where, ...] = ()


class CommitResult(NamedTuple):
    """The version that each written path has now (deleted ones are left out), and the store's time of the commit."""

    versions: Mapping[str, Version] = MappingProxyType({})
    committed_at: datetime | None = None


class Change(NamedTuple):
    """One change that a watch reports: the document as it is now, or None when it is gone or has left the query."""

    path: str
    document: Document | None


class Watch(Protocol):
    """A running watch."""

    def close(self) -> None:
        """End it; after this returns the listener is not called again. Closing twice is fine."""
        ...


class DocumentStore(Protocol):
    """Documents. Raises Unavailable when the store cannot be reached or the outcome of a commit cannot be learned."""

    def get(self, path: str) -> Document | None:
        """The document at this path, or None."""
        ...

    def get_many(self, paths: Sequence[str]) -> dict[str, Document]:
        """The documents that exist among these paths, at one read time."""
        ...

    def query(self, query: Query) -> list[Document]:
        """The documents that match, in order (by path where none is given)."""
        ...

    def aggregate(
        self, collection: str, aggregations: Mapping[str, Count | Sum], *, group: bool = False
    ) -> dict[str, int]:
        """Counts and sums over one collection, all at one read time, by the names given."""
        ...

    def commit(self, writes: Sequence[Write]) -> CommitResult:
        """Apply all writes or none; at most MAX_WRITES_A_COMMIT of them and MAX_BYTES_A_COMMIT, each path at most once.

        Raises GuardRefused when a guard does not hold (also a Create that meets a document, an Update that meets none)
        and nothing was written. Every guarded write (a Create, or one with a guard) also increments the document's
        `revision` and sets its `changed_at` to the store's time. A commit whose answer is lost is looked up by a
        unique token and answered truly.
        """
        ...

    def watch(self, query: Query, listener: Callable[[list[Change]], None]) -> Watch:
        """Call `listener` first with what matches now, then with each later set of changes, from a thread of the store.

        Changes by other processes are seen too. No change is left out, though several to one document may be joined.
        """
        ...

    def ping(self) -> None:
        """Return when the store answers; raise Unavailable otherwise."""
        ...
