"""The ports with a counter at each: what an image costs in reads, writes, tasks, objects and picture work."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime
from math import ceil
from threading import Lock

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.ports.documents import Change, CommitResult, Count, Document, DocumentStore, Query, Sum, Watch, Write
from shared.ports.objects import ObjectInfo, ObjectStore, SignedUpload
from shared.ports.pictures import CleanPicture, PictureFacts, PictureStudio, Renditions
from shared.ports.tasks import Task, TaskQueue

AGGREGATED_A_READ = 1_000

_origin: ContextVar[str] = ContextVar("origin", default="other")


class Meter:
    """Counts by what asked (`api`, `step`, `image`, `sweep`, `other`) and what was done."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._picture_seconds = 0.0
        self._lock = Lock()

    def add(self, what: str, amount: int = 1) -> None:
        """Count something for whoever asks now."""
        with self._lock:
            self._counts[f"{_origin.get()}.{what}"] += amount

    def add_picture_seconds(self, seconds: float) -> None:
        """Add processor time that went into a picture."""
        with self._lock:
            self._picture_seconds += seconds

    def figures(self) -> dict[str, object]:
        """All counts, the processor time of pictures, and that of the whole process, in seconds."""
        with self._lock:
            return {
                "counts": dict(self._counts),
                "picture_seconds": self._picture_seconds,
                "cpu_seconds": time.process_time(),
            }


class Origin:
    """An application whose work is counted under its name."""

    def __init__(self, app: ASGIApp, name: str) -> None:
        self._app = app
        self._name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        token = _origin.set(self._name)
        try:
            await self._app(scope, receive, send)
        finally:
            _origin.reset(token)


class CountedDocuments:
    """DocumentStore; reads are counted as Firestore bills them: at least one a query, one a thousand aggregated."""

    def __init__(self, store: DocumentStore, meter: Meter) -> None:
        self._store = store
        self._meter = meter

    def get(self, path: str) -> Document | None:
        """See DocumentStore."""
        self._meter.add("reads")
        self._meter.add("operations")
        return self._store.get(path)

    def get_many(self, paths: Sequence[str]) -> dict[str, Document]:
        """See DocumentStore."""
        self._meter.add("reads", len(paths))
        self._meter.add("operations")
        return self._store.get_many(paths)

    def query(self, query: Query) -> list[Document]:
        """See DocumentStore."""
        found = self._store.query(query)
        self._meter.add("reads", max(len(found), 1))
        self._meter.add("operations")
        return found

    def aggregate(
        self, collection: str, aggregations: Mapping[str, Count | Sum], *, group: bool = False
    ) -> dict[str, int]:
        """See DocumentStore; aggregations of the same documents share their reads."""
        found = self._store.aggregate(collection, aggregations, group=group)
        reads: dict[str, int] = {}
        for name, asked in aggregations.items():
            counted = ceil(found[name] / AGGREGATED_A_READ) if isinstance(asked, Count) else 1
            documents = repr(asked.where)
            reads[documents] = max(reads.get(documents, 1), counted)
        self._meter.add("reads", sum(reads.values()))
        self._meter.add("operations")
        return found

    def commit(self, writes: Sequence[Write]) -> CommitResult:
        """See DocumentStore."""
        self._meter.add("writes", len(writes))
        self._meter.add("operations")
        return self._store.commit(writes)

    def watch(self, query: Query, listener: Callable[[list[Change]], None]) -> Watch:
        """See DocumentStore."""
        return self._store.watch(query, listener)

    def ping(self) -> None:
        """See DocumentStore."""
        self._store.ping()


class CountedTasks:
    """TaskQueue; every task that is asked for is a call elsewhere, also one whose name is taken."""

    def __init__(self, queue: TaskQueue, meter: Meter) -> None:
        self._queue = queue
        self._meter = meter

    def create(self, tasks: Sequence[Task]) -> list[bool]:
        """See TaskQueue."""
        self._meter.add("tasks", len(tasks))
        self._meter.add("operations")
        return self._queue.create(tasks)

    def ping(self) -> None:
        """See TaskQueue."""
        self._queue.ping()


class CountedObjects:
    """ObjectStore."""

    def __init__(self, store: ObjectStore, meter: Meter) -> None:
        self._store = store
        self._meter = meter

    def put(
        self, name: str, data: bytes, *, media_type: str, metadata: Mapping[str, str] | None = None, absent: bool = True
    ) -> bool:
        """See ObjectStore."""
        self._meter.add("puts")
        self._meter.add("operations")
        return self._store.put(name, data, media_type=media_type, metadata=metadata, absent=absent)

    def get(self, name: str, *, max_bytes: int | None = None) -> bytes:
        """See ObjectStore."""
        self._meter.add("gets")
        self._meter.add("operations")
        return self._store.get(name, max_bytes=max_bytes)

    def find(self, name: str) -> ObjectInfo | None:
        """See ObjectStore."""
        self._meter.add("operations")
        return self._store.find(name)

    def delete(self, name: str) -> None:
        """See ObjectStore."""
        self._meter.add("operations")
        self._store.delete(name)

    def list(self, prefix: str, *, limit: int = 1000, start_after: str = "") -> list[ObjectInfo]:
        """See ObjectStore."""
        self._meter.add("operations")
        return self._store.list(prefix, limit=limit, start_after=start_after)

    def sign_upload(self, name: str, *, media_type: str, max_bytes: int, expires_at: datetime) -> SignedUpload:
        """See ObjectStore."""
        return self._store.sign_upload(name, media_type=media_type, max_bytes=max_bytes, expires_at=expires_at)

    def sign_downloads(self, names: Sequence[str], *, expires_at: datetime) -> Sequence[str]:
        """See ObjectStore."""
        return self._store.sign_downloads(names, expires_at=expires_at)

    def ping(self) -> None:
        """See ObjectStore."""
        self._store.ping()


class TimedStudio:
    """PictureStudio; the processor time of each call is measured in the thread that makes it."""

    def __init__(self, studio: PictureStudio, meter: Meter) -> None:
        self._studio = studio
        self._meter = meter

    def inspect_upload(self, data: bytes, *, max_bytes: int, max_pixels: int) -> CleanPicture:
        """See PictureStudio."""
        return self._studio.inspect_upload(data, max_bytes=max_bytes, max_pixels=max_pixels)

    def check_output(self, data: bytes, *, max_pixels: int) -> PictureFacts:
        """See PictureStudio."""
        begun = time.thread_time()
        try:
            return self._studio.check_output(data, max_pixels=max_pixels)
        finally:
            self._meter.add_picture_seconds(time.thread_time() - begun)

    def renditions(self, data: bytes) -> Renditions:
        """See PictureStudio."""
        begun = time.thread_time()
        try:
            return self._studio.renditions(data)
        finally:
            self._meter.add_picture_seconds(time.thread_time() - begun)
