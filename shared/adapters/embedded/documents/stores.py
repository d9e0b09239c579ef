"""The document store in one SQLite file."""

import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path

import orjson

from shared.adapters.embedded.documents.queries import Statement, aggregate_statement, query_statements
from shared.adapters.embedded.documents.reads import document, run_query
from shared.adapters.embedded.documents.schemas import MIGRATIONS, index_statements, missing_indexes
from shared.adapters.embedded.documents.values import encode_time
from shared.adapters.embedded.documents.watchers import RunningWatch, Watcher
from shared.adapters.embedded.documents.writes import (
    Prepared,
    check_guard,
    new_data,
    prepare,
    read_row,
    store_row,
)
from shared.adapters.embedded.sqlite import Database
from shared.domain.document_paths import document_place
from shared.domain.errors import Unavailable
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import Change, CommitResult, Count, Document, Query, Sum, Version, Write
from shared.repositories.indexes import Index

KEPT_CHANGES = 4096
SLOW_SECONDS = 1.0
# SQLite answers with at most 2,000 columns.
COLUMNS_AT_ONCE = 1_000
PRUNE_EVERY = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_log = logger(__name__)


class SqliteDocumentStore:
    """Documents in one SQLite file that several threads and processes may use at once.

    Opening raises ConfigurationWrong in a sentence when the file or its folder cannot be used. Commit times strictly
    increase over the whole file, so a document's `changed_at` never goes back and a poller by it misses nothing.
    `connection_factory` makes every connection to the file.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        indexes: Sequence[Index] = (),
        connection_factory: type[sqlite3.Connection] = sqlite3.Connection,
    ) -> None:
        statements = index_statements(indexes)
        self._clock = clock
        self._database = Database(path, migrations=MIGRATIONS, factory=connection_factory)
        self._watcher = Watcher(self._database, path.stem)
        self._token, self._commits = secrets.token_hex(16), count()
        try:
            self._make_indexes(statements)
        except Unavailable:
            self.close()
            raise

    def get(self, path: str) -> Document | None:
        """The document at this path, or None."""
        place = document_place(path)
        with self._database.read() as connection:
            row = read_row(connection, place)
        return row and document(path, row.version, row.data)

    def get_many(self, paths: Sequence[str]) -> dict[str, Document]:
        """The documents that exist among these paths, at one read time."""
        places = [document_place(path) for path in paths]
        wanted = orjson.dumps([[place.collection, place.parent, place.id] for place in places]).decode()
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT parent || '/' || id, version, data FROM documents WHERE (collection, parent, id) IN "
                "(SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(?))",
                (wanted,),
            ).fetchall()
        found = {path: document(path, version, data) for path, version, data in rows}
        return {path: found[path] for path in paths if path in found}

    def query(self, query: Query) -> list[Document]:
        """The documents that match, in order (by path where none is given)."""
        started = self._clock.monotonic()
        with self._database.read() as connection:
            found = run_query(connection, query)
        seconds = self._clock.monotonic() - started
        if seconds > SLOW_SECONDS:
            fields = [where.field for where in query.where]
            _log.warning("slow_query", collection=query.collection, fields=fields, found=len(found), seconds=seconds)
        return found

    def aggregate(
        self, collection: str, aggregations: Mapping[str, Count | Sum], *, group: bool = False
    ) -> dict[str, int]:
        """Counts and sums over one collection, all at one read time, by the names given."""
        if not aggregations:
            return {}
        started = self._clock.monotonic()
        wanted = iter(aggregations.items())
        statements = [
            aggregate_statement(collection, dict(some), group=group)
            for some in iter(lambda: list(islice(wanted, COLUMNS_AT_ONCE)), [])
        ]
        with self._database.read() as connection:
            values = _values(connection, statements)
        seconds = self._clock.monotonic() - started
        if seconds > SLOW_SECONDS:
            asked = sorted({where.field for one in aggregations.values() for where in one.where})
            _log.warning("slow_query", collection=collection, fields=asked, seconds=seconds)
        return dict(zip(aggregations, values, strict=True))

    def commit(self, writes: Sequence[Write]) -> CommitResult:
        """Apply all writes or none, durably; see the port. ValueError or TooLarge when one cannot be stored."""
        prepared = prepare(writes)
        if not prepared:
            return CommitResult()
        token = f"{self._token}{next(self._commits):x}"
        results: list[CommitResult] = []

        def work(connection: sqlite3.Connection) -> None:
            results.append(self._apply(connection, prepared, token))

        try:
            self._database.write(work)
        except Unavailable:
            # The answer may be lost while the commit is not: only the file knows.
            if not results or not self._holds(token):
                raise
        self._watcher.wake()
        return results[-1]

    def watch(self, query: Query, listener: Callable[[list[Change]], None]) -> RunningWatch:
        """Call `listener` from the store's watching thread; see the port. A slow listener delays the others."""
        query_statements(query)
        return self._watcher.add(query, listener)

    def ping(self) -> None:
        """Return when the file can be read; raise Unavailable otherwise."""
        with self._database.read() as connection:
            connection.execute("SELECT max(seq) FROM changes").fetchone()

    def close(self) -> None:
        """End the watches and the threads, and close the file; commits that were begun are finished."""
        self._watcher.close()
        self._database.close()

    def _apply(self, connection: sqlite3.Connection, prepared: list[Prepared], token: str) -> CommitResult:
        rows = [read_row(connection, one.place) for one in prepared]
        for one, row in zip(prepared, rows, strict=True):
            check_guard(one, row)
        last = connection.execute("SELECT seq, at FROM changes ORDER BY seq DESC LIMIT 1").fetchone() or (0, 0)
        at = max((self._clock.now() - _EPOCH) // _MICROSECOND, last[1] + 1)
        committed_at = _EPOCH + at * _MICROSECOND
        time = encode_time(committed_at)
        new = [new_data(one, row, time) if one.stores else None for one, row in zip(prepared, rows, strict=True)]
        for one, row, data in zip(prepared, rows, new, strict=True):
            store_row(connection, one.place, row, data, at)
        _record(connection, last[0] + 1, at, token, [one.place.path for one in prepared])
        version = Version(str(at))
        return CommitResult({one.place.path: version for one in prepared if one.stores}, committed_at)

    def _holds(self, token: str) -> bool:
        with self._database.read() as connection:
            return connection.execute("SELECT 1 FROM changes WHERE token = ?", (token,)).fetchone() is not None

    def _make_indexes(self, statements: dict[str, tuple[str, ...]]) -> None:
        with self._database.read() as connection:
            if not missing_indexes(connection, statements):
                return

        def work(connection: sqlite3.Connection) -> None:
            # Asked again by the writer: another process may have made them meanwhile.
            for statement in missing_indexes(connection, statements):
                connection.execute(statement)

        self._database.write(work)


def _record(connection: sqlite3.Connection, seq: int, at: int, token: str, paths: list[str]) -> None:
    """Note the commit for watchers and for its own maker; old notes go, but never the last."""
    connection.execute(
        "INSERT INTO changes (seq, at, token, paths) VALUES (?, ?, ?, ?)", (seq, at, token, "\n".join(paths))
    )
    if seq % PRUNE_EVERY == 0:
        connection.execute("DELETE FROM changes WHERE seq <= ?", (seq - KEPT_CHANGES,))


def _values(connection: sqlite3.Connection, statements: Sequence[Statement]) -> list[int]:
    """What statements of one row answer, one after the other and all at one read time."""
    if len(statements) > 1:
        connection.execute("BEGIN")
    try:
        rows = [connection.execute(one.sql, one.parameters).fetchone() for one in statements]
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return [value for row in rows for value in row]
