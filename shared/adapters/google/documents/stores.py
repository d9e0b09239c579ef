"""The document store in one Firestore database."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from google.cloud.firestore_v1.types import firestore

from shared.adapters.google.documents.commits import Committer
from shared.adapters.google.documents.connections import TIMEOUT_SECONDS, Connection, Interceptor
from shared.adapters.google.documents.queries import aggregate_request, query_request
from shared.adapters.google.documents.reads import read_document, read_names
from shared.adapters.google.documents.watches import FirestoreWatch
from shared.domain.document_paths import document_place
from shared.domain.errors import Unavailable
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import Change, CommitResult, Count, Document, Query, Sum, Where, Write
from shared.repositories.paths import PING

SLOW_SECONDS = 1.0

_log = logger(__name__)

AGGREGATED_AT_ONCE = 8
_PING_SECONDS = 5.0


class FirestoreDocumentStore:
    """Documents in one Firestore database, which any number of instances may use at once.

    The connection is made at the first use, by the credentials of the environment; `emulator_host` (`127.0.0.1:8080`)
    leads to an emulator instead, without any. `interceptors` stand around every call, nearest to the network.
    Commit times grow for each document; those of two documents may be equal, as Firestore fills in milliseconds.
    """

    def __init__(
        self,
        project: str,
        *,
        clock: Clock,
        database: str = "(default)",
        emulator_host: str | None = None,
        interceptors: Sequence[Interceptor] = (),
    ) -> None:
        self._connection = Connection(project, database, emulator_host, interceptors)
        self._clock = clock
        self._committer = Committer(self._connection, clock)
        self._watches: set[FirestoreWatch] = set()

    def get(self, path: str) -> Document | None:
        """The document at this path, or None."""
        return self.get_many([path]).get(path)

    def get_many(self, paths: Sequence[str]) -> dict[str, Document]:
        """The documents that exist among these paths, at one read time."""
        names = [self._connection.name(document_place(path).path) for path in dict.fromkeys(paths)]
        if not names:
            return {}
        found = read_names(self._connection, names, seconds=TIMEOUT_SECONDS)
        documents = {one.path: one for one in (read_document(self._connection, one) for one in found)}
        return {path: documents[path] for path in paths if path in documents}

    def query(self, query: Query) -> list[Document]:
        """The documents that match, in order (by path where none is given)."""
        request = firestore.RunQueryRequest.wrap(query_request(query, self._connection.root))

        def ask() -> list[Document]:
            answers = self._connection.api.run_query(request, **self._connection.call())
            read = (firestore.RunQueryResponse.pb(answer) for answer in answers)
            return [read_document(self._connection, one.document) for one in read if one.HasField("document")]

        with self._timed(query.collection, query.where):
            return self._connection.read(ask)

    def aggregate(
        self, collection: str, aggregations: Mapping[str, Count | Sum], *, group: bool = False
    ) -> dict[str, int]:
        """Counts and sums over one collection, all at one read time, by the names given."""
        requests = [
            aggregate_request(collection, one, self._connection.root, group=group) for one in aggregations.values()
        ]
        if not requests:
            return {}
        with self._timed(collection, [where for one in aggregations.values() for where in one.where]):
            first = self._aggregate(requests[0])
            for request in requests:
                request.read_time.CopyFrom(first.read_time)
            if self._connection.emulated and len(requests) > 1:
                # Without a time the emulator's answer may hold half of a commit that happens meanwhile.
                first = self._aggregate(requests[0])
            answers = [first, *self._pool.map(self._aggregate, requests[1:])]
        return dict(zip(aggregations, map(_number, answers), strict=True))

    def commit(self, writes: Sequence[Write]) -> CommitResult:
        """Apply all writes or none; see the port. ValueError or TooLarge when one cannot be stored."""
        return self._committer.commit(writes)

    def watch(self, query: Query, listener: Callable[[list[Change]], None]) -> FirestoreWatch:
        """Call `listener` from a thread of this watch; see the port."""
        request = query_request(query, self._connection.root)
        watch = FirestoreWatch(self._connection, request, listener, clock=self._clock, forget=self._watches.discard)
        self._watches.add(watch)
        return watch

    def ping(self) -> None:
        """Return when Firestore answers a read; raise Unavailable otherwise."""
        read_names(self._connection, [self._connection.name(PING)], seconds=_PING_SECONDS)

    def close(self) -> None:
        """End the watches and the connection."""
        for watch in list(self._watches):
            watch.close()
        self._pool.shutdown()
        self._connection.close()

    @contextmanager
    def _timed(self, collection: str, where: Iterable[Where]) -> Iterator[None]:
        """Says when the question inside took long, by its collection and fields, never by values."""
        started = self._clock.monotonic()
        yield
        seconds = self._clock.monotonic() - started
        if seconds > SLOW_SECONDS:
            fields = sorted({one.field for one in where})
            _log.warning("slow_query", collection=collection, fields=fields, seconds=round(seconds, 3))

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(AGGREGATED_AT_ONCE, thread_name_prefix="aggregate")

    def _aggregate(self, request: Any) -> Any:
        wrapped = firestore.RunAggregationQueryRequest.wrap(request)

        def ask() -> Any:
            answers = self._connection.api.run_aggregation_query(wrapped, **self._connection.call())
            read = [firestore.RunAggregationQueryResponse.pb(answer) for answer in answers]
            return next((answer for answer in read if answer.HasField("result")), None)

        answer = self._connection.read(ask)
        if answer is None:
            raise Unavailable("Firestore answered an aggregation without a result.")
        return answer


def _number(answer: Any) -> int:
    value = answer.result.aggregate_fields["one"]
    return int(value.integer_value if value.WhichOneof("value_type") == "integer_value" else value.double_value)
