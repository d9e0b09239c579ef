"""Opening a SQLite file with plain words for what can be wrong with it, and one writer that groups commits."""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from shared.domain.errors import ConfigurationWrong, Unavailable

T = TypeVar("T")

APPLICATION_ID = 0x46414E46
BUSY_SECONDS = 10.0
MAX_GROUP = 512
QUICK_CHECK_BYTES = 64 * 2**20


class Database:
    """One SQLite file: durable grouped writes by a single thread, and readers that never wait for it.

    `migrations` are SQL scripts (statements ended by semicolons, so no triggers): the n-th one brings the file from
    schema n to n + 1, and new ones are only appended.
    Opening raises ConfigurationWrong, in a sentence that names the file, when the file is not a database of Fanfold, is
    damaged, read-only, held by another program, written by a newer version, or when the disk is full.
    `factory` makes every connection.
    """

    def __init__(
        self, path: Path, *, migrations: Sequence[str], factory: type[sqlite3.Connection] = sqlite3.Connection
    ) -> None:
        self._path = path
        self._factory = factory
        self._changed = threading.Condition()
        self._waiting: deque[tuple[Callable[[sqlite3.Connection], Any], Future[Any]]] = deque()
        self._closing = False
        self._readers: list[sqlite3.Connection] = []
        self._connection = _open(path, migrations, factory)
        self._thread = threading.Thread(target=self._serve, name=f"writer-{path.stem}", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Have `work` done in the writer's next transaction; the future is done once that is safely on the disk.

        Work of several callers shares a transaction; what raises is undone alone, and its future raises the same
        (Unavailable for errors of the file or disk, after which it is not known whether it was written).
        """
        future: Future[T] = Future()
        with self._changed:
            if self._closing:
                raise Unavailable(f"{self._path.name} is closed.")
            self._waiting.append((work, future))
            self._changed.notify()
        return future

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` durably and return what it returns; raises what it raises, or Unavailable."""
        return self.submit(work).result()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection for reading; each statement sees all that was written before it. Raises Unavailable."""
        try:
            connection = self._readers.pop()
        except IndexError:
            connection = self.reader()
        try:
            yield connection
        except sqlite3.Error as error:
            raise self._unavailable(error) from error
        finally:
            if self._closing:
                connection.close()
            else:
                self._readers.append(connection)

    def reader(self) -> sqlite3.Connection:
        """A new connection that only reads, for its caller to keep and close."""
        try:
            connection = _connect(self._path, self._factory)
            connection.execute("PRAGMA query_only = 1")
        except sqlite3.Error as error:
            raise self._unavailable(error) from error
        return connection

    def close(self) -> None:
        """Finish the writes that were submitted, then close the file."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        while self._readers:
            self._readers.pop().close()
        self._connection.close()

    def _serve(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    if self._closing:
                        return
                    self._changed.wait()
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_GROUP))]
            self._commit(group)

    def _commit(self, group: Sequence[tuple[Callable[[sqlite3.Connection], Any], Future[Any]]]) -> None:
        outcomes: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for work, future in group:
                outcomes.append((future, *self._attempt(work)))
            self._connection.commit()
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            lost = self._unavailable(error)
            outcomes = [(future, None, lost) for _, future in group]
        for future, result, failure in outcomes:
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)

    def _attempt(self, work: Callable[[sqlite3.Connection], Any]) -> tuple[Any, BaseException | None]:
        """Do one caller's work so that its failure undoes nothing of the others'; raises when the whole group is lost."""
        self._connection.execute("SAVEPOINT work")
        try:
            result = work(self._connection)
        except Exception as error:  # the edge between threads: it belongs to the caller
            if not self._connection.in_transaction:
                # SQLite itself has undone the whole transaction: a full disk, a failed read.
                raise error if isinstance(error, sqlite3.Error) else sqlite3.OperationalError(repr(error)) from error
            self._connection.execute("ROLLBACK TO work")
            self._connection.execute("RELEASE work")
            return None, self._unavailable(error) if isinstance(error, sqlite3.Error) else error
        self._connection.execute("RELEASE work")
        return result, None

    def _unavailable(self, error: sqlite3.Error) -> Unavailable:
        # Callers pass this on to their clients, whom this machine's folders do not concern.
        return Unavailable(_sentence(Path(self._path.name), error))


def _open(path: Path, migrations: Sequence[str], factory: type[sqlite3.Connection]) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            raise ConfigurationWrong(f"{path} is a folder, where a database file belongs. Move it away.")
        connection = _connect(path, factory)
    except OSError as error:
        raise ConfigurationWrong(f"The folder {path.parent} cannot be used: {error.strerror or error}.") from error
    except sqlite3.Error as error:
        raise ConfigurationWrong(_sentence(path, error)) from error
    try:
        _prepare(connection, path, migrations)
    except sqlite3.Error as error:
        connection.close()
        raise ConfigurationWrong(_sentence(path, error)) from error
    except ConfigurationWrong:
        connection.close()
        raise
    return connection


def _connect(path: Path, factory: type[sqlite3.Connection]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=factory
    )
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (schema,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application != APPLICATION_ID and (application or schema or tables):
        raise ConfigurationWrong(f"{path} is a database of another program. Move it away or choose another folder.")
    if schema > len(migrations):
        raise ConfigurationWrong(
            f"{path} was written by a newer version of Fanfold (schema {schema}, this version knows {len(migrations)}). "
            "Start that version, or choose another folder."
        )
    if tables and path.stat().st_size <= QUICK_CHECK_BYTES:
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise ConfigurationWrong(f"{path} is damaged ({verdict}). Restore it from a copy, or move it away.")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    # Read again under the lock: another process may have prepared the file meanwhile.
    (schema,) = connection.execute("PRAGMA user_version").fetchone()
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    for number in range(schema, len(migrations)):
        for statement in migrations[number].split(";"):
            if statement.strip():
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number + 1}")
    connection.execute("COMMIT")


_SENTENCES = {
    sqlite3.SQLITE_NOTADB: "is damaged or not a database. Restore it from a copy, or move it away",
    sqlite3.SQLITE_CORRUPT: "is damaged. Restore it from a copy, or move it away",
    sqlite3.SQLITE_READONLY: "cannot be written. Give this user the right to write it and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened. Check that its folder exists and may be written by this user",
    sqlite3.SQLITE_PERM: "cannot be opened. Give this user the right to read and write it",
    sqlite3.SQLITE_FULL: "cannot grow, because the disk is full. Free some space",
    sqlite3.SQLITE_BUSY: "is held by another program. Stop that one first",
    sqlite3.SQLITE_LOCKED: "is held by another program. Stop that one first",
    sqlite3.SQLITE_IOERR: "cannot be read or written. Check the disk and its free space",
}


def _sentence(path: Path, error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return f"{path} {_SENTENCES.get(code, 'cannot be used')} ({error})."
