"""A watch: one stream from Firestore, followed in a thread of its own and taken up again where it broke."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import structlog
from google.api_core.exceptions import GoogleAPICallError
from google.auth.exceptions import GoogleAuthError
from google.cloud.firestore_v1.types import firestore

from shared.adapters.google.documents.connections import Connection
from shared.adapters.google.documents.reads import microseconds, read_document
from shared.domain.errors import Unavailable
from shared.ports.clock import Clock
from shared.ports.documents import Change
from shared.retry import exponential_delay_seconds

Listener = Callable[[list[Change]], None]
_TARGET = 1
_BASE_SECONDS, _MAX_SECONDS = 0.2, 30.0
_PbListen: Any = firestore.ListenRequest.pb()
_Kind = firestore.TargetChange.TargetChangeType
_log = structlog.get_logger(__name__)


class _Restart(Exception):
    """What is known no longer fits: everything has to be asked anew."""


class FirestoreWatch:
    """One watch; its thread runs until `close`."""

    def __init__(
        self,
        connection: Connection,
        request: Any,
        listener: Listener,
        *,
        clock: Clock,
        forget: "Callable[[FirestoreWatch], None]",
    ) -> None:
        self._connection = connection
        self._request = request
        self._listener = listener
        self._clock = clock
        self._forget = forget
        self._news = _News()
        self._lock = threading.RLock()
        self._closed = threading.Event()
        self._call: Any = None
        self._thread = threading.Thread(target=self._run, name="firestore-watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it; waits for a running call of the listener, unless it is that call which closes."""
        self._closed.set()
        with self._lock:
            if self._call is not None:
                self._call.cancel()
        self._forget(self)
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        failures = 0
        while not self._closed.is_set():
            reason = "the stream ended"
            try:
                self._follow()
            except _Restart:
                self._news.forget()
                reason = "it missed something"
            except (grpc.RpcError, GoogleAPICallError, GoogleAuthError, Unavailable) as error:
                reason = _reason(error)
            if self._closed.is_set():
                return
            failures = 1 if self._news.heard else failures + 1
            _log.warning("watch_interrupted", failures=failures, reason=reason)
            delay = exponential_delay_seconds(
                failures, base_seconds=_BASE_SECONDS, max_seconds=_MAX_SECONDS, jitter=0.0
            )
            self._closed.wait(delay)

    def _follow(self) -> None:
        """Tell what the stream brings until it ends."""
        self._news.begin()
        ended = threading.Event()
        # The transport's own method is typed as the client's; it is gRPC's, which takes and gives streams.
        listen: Any = self._connection.api.transport.listen
        call = listen(self._asked(ended), metadata=self._connection.metadata)
        with self._lock:
            self._call = call
        if self._closed.is_set():
            call.cancel()
        try:
            for answer in call:
                changes = self._news.take(firestore.ListenResponse.pb(answer), self._connection)
                if changes is not None:
                    self._tell(changes)
        finally:
            ended.set()
            call.cancel()

    def _asked(self, ended: threading.Event) -> Iterator[Any]:
        """The one request of the stream, which stays open as long as its requests do."""
        asked = _PbListen(database=self._connection.database)
        asked.add_target.target_id = _TARGET
        asked.add_target.query.parent = self._request.parent
        asked.add_target.query.structured_query.CopyFrom(self._request.structured_query)
        if self._news.resume_token:
            asked.add_target.resume_token = self._news.resume_token
        yield firestore.ListenRequest.wrap(asked)
        ended.wait()

    def _tell(self, changes: list[Change]) -> None:
        if self._closed.is_set():
            return
        try:
            self._listener(changes)
        except Exception:  # noqa: BLE001 - the edge: a listener's fault must not end the watch
            _log.exception("watch_listener_failed", changes=len(changes))


class _News:
    """What a stream told, gathered until it is a consistent moment, and what the listener knows of it."""

    def __init__(self) -> None:
        self.resume_token = b""
        self.heard = False
        self._known: dict[str, int] | None = None
        self._gathered: dict[str, Any] = {}
        self._current = False

    def begin(self) -> None:
        """A stream starts: what the one before told and did not finish is told again; without its token, all is."""
        self._gathered = {} if self.resume_token else dict.fromkeys(self._known or {})
        self._current = self.heard = False

    def forget(self) -> None:
        """Ask everything anew at the next start; what the listener knows stays known."""
        self.resume_token = b""

    def take(self, answer: Any, connection: Connection) -> list[Change] | None:
        """Take one answer; the changes when they make a whole and there is something to tell."""
        self.heard = True
        kind = answer.WhichOneof("response_type")
        if kind == "document_change":
            change = answer.document_change
            self._gathered[change.document.name] = change.document if _TARGET in change.target_ids else None
        elif kind == "document_delete":
            self._gathered[answer.document_delete.document] = None
        elif kind == "document_remove":
            self._gathered[answer.document_remove.document] = None
        elif kind == "filter":
            self._check(answer.filter.count)
        elif kind == "target_change":
            return self._turn(answer.target_change, connection)
        return None

    def _turn(self, change: Any, connection: Connection) -> list[Change] | None:
        kind = change.target_change_type
        if kind == _Kind.REMOVE:
            raise Unavailable(f"Firestore ended a watch: {change.cause.message}")
        if kind == _Kind.RESET:
            self._reset()
        elif kind == _Kind.CURRENT:
            self._current = True
        elif kind == _Kind.NO_CHANGE and not change.target_ids and change.HasField("read_time") and self._current:
            return self._whole(change.resume_token, connection)
        return None

    def _reset(self) -> None:
        """All is told again: what is not told by then is gone."""
        self._current = False
        self.resume_token = b""
        self._gathered = dict.fromkeys(self._known or {})

    def _check(self, count: int) -> None:
        """Restart when Firestore counts other documents than we know: something went away unseen."""
        known = set(self._known or {})
        known |= {name for name, document in self._gathered.items() if document is not None}
        known -= {name for name, document in self._gathered.items() if document is None}
        if len(known) != count:
            raise _Restart

    def _whole(self, resume_token: bytes, connection: Connection) -> list[Change] | None:
        known = self._known if self._known is not None else {}
        changes: list[Change] = []
        for name, document in sorted(self._gathered.items()):
            if document is None:
                if known.pop(name, None) is not None:
                    changes.append(Change(connection.path(name), None))
            elif known.get(name) != (version := microseconds(document.update_time)):
                known[name] = version
                changes.append(Change(connection.path(name), read_document(connection, document)))
        first, self._known = self._known is None, known
        self._gathered.clear()
        self.resume_token = resume_token
        return changes if changes or first else None


def _reason(error: Exception) -> str:
    if isinstance(error, Unavailable):
        return error.detail
    return str(error.code()) if isinstance(error, grpc.Call) else type(error).__name__
