"""One thread that tells every watch of a store what changed, from the table that all processes write to."""

import sqlite3
import threading
from collections.abc import Callable, Iterable

import structlog

from shared.adapters.embedded.documents.reads import matching, run_query
from shared.adapters.embedded.sqlite import Database
from shared.domain.document_paths import Place, collection_name, document_place
from shared.domain.errors import Unavailable
from shared.ports.documents import Change, Document, Query, Version

POLL_SECONDS = 0.1
REQUERY_FROM = 200

Listener = Callable[[list[Change]], None]
_log = structlog.get_logger(__name__)


class RunningWatch:
    """One watch: its query, what its listener knows, and whether it was closed."""

    def __init__(self, query: Query, listener: Listener, forget: "Callable[[RunningWatch], None]") -> None:
        self.query = query
        self._listener = listener
        self._forget = forget
        self._name = collection_name(query.collection, group=query.group)
        self._known: dict[str, Version] | None = None
        self._lock = threading.RLock()
        self._closed = False

    def close(self) -> None:
        """End it; waits for a running call of the listener, unless it is that call which closes."""
        with self._lock:
            self._closed = True
        self._forget(self)

    def changes(self, connection: sqlite3.Connection, places: Iterable[Place] | None) -> list[Change] | None:
        """What the listener does not know yet (None: nothing to tell); without places, everything is compared."""
        if self._known is None:
            return [Change(document.path, document) for document in run_query(connection, self.query)]
        mine = None if places is None else [place for place in places if self._covers(place)]
        if mine == []:
            return None
        windowed = self.query.limit is not None or self.query.start_after is not None
        if mine is None or windowed or len(mine) > REQUERY_FROM:
            documents = {document.path: document for document in run_query(connection, self.query)}
            return self._compare([*self._known, *documents], documents) or None
        documents = {place.path: one for place in mine if (one := matching(connection, self.query, place))}
        return self._compare([place.path for place in mine], documents) or None

    def tell(self, changes: list[Change]) -> None:
        """Call the listener, unless the watch was closed; what it raises is logged."""
        with self._lock:
            if self._closed:
                return
            self._known = self._known or {}
            for change in changes:
                if change.document is None:
                    del self._known[change.path]
                else:
                    self._known[change.path] = change.document.version
            try:
                self._listener(changes)
            except Exception:  # noqa: BLE001 - the edge: a listener's fault must not blind the others
                _log.exception("watch_listener_failed", collection=self.query.collection, changes=len(changes))

    def _covers(self, place: Place) -> bool:
        return place.collection == self._name if self.query.group else place.parent == self.query.collection

    def _compare(self, paths: Iterable[str], documents: dict[str, Document]) -> list[Change]:
        known = self._known or {}
        changes: list[Change] = []
        for path in dict.fromkeys(paths):
            document = documents.get(path)
            if document is None:
                if path in known:
                    changes.append(Change(path, None))
            elif known.get(path) != document.version:
                changes.append(Change(path, document))
        return changes


class Watcher:
    """The thread; it starts with the first watch, wakes for commits of this process, and looks ten times a second."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._lock = threading.Lock()
        self._watches: list[RunningWatch] = []
        self._woken = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    def add(self, query: Query, listener: Listener) -> RunningWatch:
        """Start a watch; Unavailable after `close`."""
        watch = RunningWatch(query, listener, self._remove)
        with self._lock:
            if self._closing:
                raise Unavailable(f"{self._name} is closed.")
            self._watches.append(watch)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=f"watcher-{self._name}", daemon=True)
                self._thread.start()
        self._woken.set()
        return watch

    def wake(self) -> None:
        """Something was committed."""
        if self._watches:
            self._woken.set()

    def close(self) -> None:
        """End every watch and the thread; not to be called by a listener."""
        with self._lock:
            self._closing = True
            watches, thread = list(self._watches), self._thread
        for watch in watches:
            watch.close()
        self._woken.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _remove(self, watch: RunningWatch) -> None:
        with self._lock:
            if watch in self._watches:
                self._watches.remove(watch)

    def _run(self) -> None:
        seen: int | None = None
        failing = False
        while not self._closing:
            try:
                seen = self._look(seen)
                failing = False
            except Unavailable as error:
                if not failing:
                    _log.warning("watch_cannot_read", detail=error.detail)
                failing = True
            self._woken.wait(POLL_SECONDS if self._watches else None)
            self._woken.clear()

    def _look(self, seen: int | None) -> int:
        """Tell every watch what came after `seen`, and give where the table ends now."""
        with self._lock:
            watches = list(self._watches)
        with self._database.read() as connection:
            # One snapshot: what is told and how far it reaches belong together.
            connection.execute("BEGIN")
            try:
                last, places = _changed(connection, seen)
                found = [(watch, watch.changes(connection, places)) for watch in watches]
            finally:
                connection.execute("ROLLBACK")
        for watch, changes in found:
            if changes is not None:
                watch.tell(changes)
        return last


def _changed(connection: sqlite3.Connection, seen: int | None) -> tuple[int, list[Place] | None]:
    """Where the table ends, and the places changed since `seen`; None where its rows are gone already."""
    first, last = connection.execute("SELECT (SELECT min(seq) FROM changes), (SELECT max(seq) FROM changes)").fetchone()
    if seen is None or last is None or first > seen + 1:
        return last or 0, None
    if last == seen:
        return last, []
    rows = connection.execute("SELECT paths FROM changes WHERE seq > ?", (seen,)).fetchall()
    paths = dict.fromkeys(path for (joined,) in rows for path in joined.split("\n"))
    return last, [document_place(path) for path in paths]
