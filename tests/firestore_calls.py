"""What is asked of Firestore, counted at the wire as it would be billed."""

from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any

import grpc


class FirestoreCalls(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Counts documents read, written and deleted, and keeps the queries; one for any number of stores."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._read: dict[tuple[Any, ...], int] = {}
        self.writes = 0
        self.deletes = 0
        self.queries: list[Any] = []

    @property
    def reads(self) -> int:
        """Documents read; an aggregation is one for each thousand that it counts, and no question is free.

        What is asked a second time at the very same moment, for the emulator's sake, counts once.
        """
        return sum(max(1, found) for found in self._read.values())

    def intercept_unary_unary(self, continuation: Callable[..., Any], details: Any, request: Any) -> Any:
        answer = continuation(details, request)
        if details.method.endswith("/Commit") and answer.code() is grpc.StatusCode.OK:
            deletes = sum(1 for write in request.writes if write.delete)
            with self._lock:
                self.deletes += deletes
                self.writes += len(request.writes) - deletes
        return answer

    def intercept_unary_stream(self, continuation: Callable[..., Any], details: Any, request: Any) -> Any:
        method = details.method.rpartition("/")[2]
        if method in {"RunQuery", "RunAggregationQuery"}:
            with self._lock:
                self.queries.append(request)
        return _Counted(continuation(details, request), lambda answer: self._count(method, request, answer))

    def _count(self, method: str, request: Any, answer: Any) -> None:
        moment = str(answer.read_time)
        if method == "BatchGetDocuments":
            key: tuple[Any, ...] = (method, moment, answer.found.name or answer.missing)
            found = 1
        elif method == "RunQuery":
            key, found = (method, moment, id(request)), 1 if answer.document.name else 0
        else:
            asked = type(request.structured_aggregation_query).serialize(request.structured_aggregation_query)
            key, found = (method, moment, request.parent, asked), 1
        with self._lock:
            self._read[key] = self._read.get(key, 0) + found if method == "RunQuery" else found


class _Counted:
    """A stream of answers, each told of as it passes."""

    def __init__(self, call: Any, tell: Callable[[Any], None]) -> None:
        self._call = call
        self._tell = tell

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        answer = next(self._call)
        self._tell(answer)
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)
