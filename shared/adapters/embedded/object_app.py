"""Serves signed links: a browser puts an object straight into the store, or reads one, without the API in between."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import TypeVar

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from shared.adapters.embedded.object_files import StoredObject
from shared.adapters.embedded.object_headers import byte_range, safe_headers
from shared.adapters.embedded.objects import FileObjectStore, ObjectDraft
from shared.domain.errors import (
    Conflict,
    FanfoldError,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    TooLarge,
    Unavailable,
    UnsupportedMedia,
)
from shared.domain.object_names import object_parts
from shared.logging import logger

CHUNK_BYTES = 256 * 1024
# A refused upload is read to its end up to here: a browser that is still sending would see a broken connection, not the reason.
MAX_DRAINED_BYTES = 64 * 2**20
MAX_DRAIN_SECONDS = 30
MAX_UPLOAD_SECONDS = 600
_PROBLEMS: Mapping[type[FanfoldError], tuple[int, str]] = {
    Malformed: (400, "Malformed request"),
    Forbidden: (403, "Link not accepted"),
    NotFound: (404, "Not found"),
    Invalid: (404, "Not found"),
    Conflict: (412, "Object exists already"),
    TooLarge: (413, "Too large"),
    UnsupportedMedia: (415, "Wrong media type"),
    Unavailable: (503, "Not available now"),
}
_log = logger(__name__)
_T = TypeVar("_T")


def object_app(
    store: FileObjectStore, *, threads: int = 16, uploaded: Callable[[str], None] = lambda _: None
) -> Starlette:
    """An ASGI application to be mounted where the store's `base_url` points; file work takes at most `threads` threads.

    `uploaded` is called, in one of these threads, with the name of each object that a client has put.
    """
    endpoint = _ObjectEndpoint(store, threads, uploaded)
    cors = Middleware(
        CORSMiddleware,
        allow_origins=["*"],  # a link is its own permission: no cookie is ever read here
        allow_methods=["GET", "HEAD", "PUT"],
        allow_headers=["Content-Type", "Range", "If-Range", "If-None-Match"],
        expose_headers=["ETag", "Content-Range", "Content-Length", "Content-Disposition", "Accept-Ranges"],
        max_age=3600,
    )
    return Starlette(
        routes=[Route("/{name:path}", endpoint)],
        middleware=[cors],
        exception_handlers={FanfoldError: _problem},
    )


class _ObjectEndpoint:
    """An ASGI endpoint of its own, so that one place closes what it opened, however the client leaves."""

    def __init__(self, store: FileObjectStore, threads: int, uploaded: Callable[[str], None]) -> None:
        self._store = store
        self._threads = threads
        self._uploaded = uploaded
        self._limit: anyio.CapacityLimiter | None = None

    @property
    def _limiter(self) -> anyio.CapacityLimiter:
        """Its own, so that slow disks do not take the threads of the API; made in the loop that uses it."""
        if self._limit is None:
            self._limit = anyio.CapacityLimiter(self._threads)
        return self._limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        name = str(request.path_params["name"])
        if request.method == "PUT":
            response = await self._upload(request, name)
            await response(scope, receive, send)
        elif request.method in {"GET", "HEAD"}:
            await self._download(request, name, send)
        else:
            response = _body(request, 405, "Method not allowed", "Objects are read by GET and HEAD and made by PUT.")
            response.headers["Allow"] = "GET, HEAD, PUT"
            await response(scope, receive, send)

    async def _run(self, work: Callable[..., _T], *arguments: object) -> _T:
        return await anyio.to_thread.run_sync(work, *arguments, limiter=self._limiter)

    async def _upload(self, request: Request, name: str) -> Response:
        body = _Body(request.receive)
        try:
            with anyio.fail_after(MAX_UPLOAD_SECONDS):
                await self._store_body(request, body, name)
        except FanfoldError as error:
            await body.drain()
            return _problem(request, error)
        except ClientDisconnect:
            _log.info("upload_abandoned", object=name)
            return Response(status_code=499)
        except TimeoutError:
            return _body(request, 408, "Too slow", f"An upload takes at most {MAX_UPLOAD_SECONDS} seconds.")
        return Response(status_code=201, headers={"Content-Length": "0", "Cache-Control": "no-store"})

    async def _store_body(self, request: Request, body: "_Body", name: str) -> None:
        media_type, max_bytes = self._store.links.check_upload(name, request.query_params)
        _check_headers(request, media_type, max_bytes)
        if await self._run(self._store.find, name) is not None:
            raise _exists()
        draft = await self._run(lambda: self._store.draft(name, media_type=media_type))
        try:
            await self._receive(body, draft, max_bytes)
            if not await self._run(draft.commit):
                raise _exists()
        finally:
            with anyio.CancelScope(shield=True):
                await self._run(draft.discard)
        await self._tell(name)

    async def _tell(self, name: str) -> None:
        """Say that an object was put; that nobody hears does not undo it: whoever put it asks for it to be looked at, too."""
        try:
            await self._run(self._uploaded, name)
        except Unavailable as error:
            _log.warning("upload_not_announced", object=name, detail=error.detail)

    async def _receive(self, body: "_Body", draft: ObjectDraft, max_bytes: int) -> None:
        waiting = bytearray()
        received = 0
        async for part in body:
            received += len(part)
            if received > max_bytes:
                raise _too_large(max_bytes)
            waiting += part
            if len(waiting) >= CHUNK_BYTES:
                await self._run(draft.write, bytes(waiting))
                waiting.clear()
        if waiting:
            await self._run(draft.write, bytes(waiting))

    async def _download(self, request: Request, name: str, send: Send) -> None:
        seconds = self._store.links.check_download(name, request.query_params)
        stored = await self._run(self._store.open, name)
        try:
            await self._send_object(request, stored, seconds, send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._run(stored.close)

    async def _send_object(self, request: Request, stored: StoredObject, seconds: int, send: Send) -> None:
        size = stored.info.bytes
        download = request.query_params.get("download")
        filename = object_parts(stored.info.name)[-1]
        headers = safe_headers(stored.info.media_type, filename, attachment=download is not None)
        headers |= {"ETag": stored.etag, "Accept-Ranges": "bytes", "Cache-Control": f"private, max-age={seconds}"}
        if request.headers.get("if-none-match") == stored.etag:
            await _start(send, 304, headers)
            await send({"type": "http.response.body", "body": b""})
            return
        wanted = request.headers.get("range", "")
        if request.headers.get("if-range", stored.etag) != stored.etag:
            wanted = ""
        span = byte_range(wanted, size)
        if span is None:
            await _start(send, 416, {**headers, "Content-Range": f"bytes */{size}", "Content-Length": "0"})
            await send({"type": "http.response.body", "body": b""})
            return
        start, end = span.start, span.stop
        status = 206 if span.partial else 200
        if span.partial:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        await _start(send, status, {**headers, "Content-Length": str(end - start)})
        if request.method == "HEAD":
            end = start
        for offset in range(start, end, CHUNK_BYTES):
            part = await self._run(stored.read, offset, min(CHUNK_BYTES, end - offset))
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


class _Body:
    """A request's body in pieces, which knows whether its end was seen: reading on after it would wait for ever."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._ended = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while not self._ended:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._ended = True
                raise ClientDisconnect
            self._ended = not message.get("more_body", False)
            yield message.get("body", b"")

    async def drain(self) -> None:
        """Read the rest and forget it, within limits."""
        left = MAX_DRAINED_BYTES
        with suppress(ClientDisconnect), anyio.move_on_after(MAX_DRAIN_SECONDS):
            async for part in self:
                left -= len(part)
                if left < 0:
                    return


def _check_headers(request: Request, media_type: str, max_bytes: int) -> None:
    """Raises when the request is not the one that the link describes."""
    given = request.headers.get("content-type", "")
    if given != media_type:
        raise UnsupportedMedia(
            f"This link takes {media_type}; send exactly that Content-Type (it was {given or 'absent'})."
        )
    if request.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMedia("Send the file as it is, without a Content-Encoding.")
    length = request.headers.get("content-length")
    if length is None and "chunked" not in request.headers.get("transfer-encoding", "").lower():
        raise Malformed("Send a Content-Length.")
    if length is not None and not (length.isascii() and length.isdigit()):
        raise Malformed("Send a Content-Length that is a number.")
    if length is not None and int(length) > max_bytes:
        raise _too_large(max_bytes)


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(f"This link takes at most {max_bytes} bytes.")


def _exists() -> Conflict:
    return Conflict("There is an object of this name already; a link uploads once. Ask for a new one.")


def _problem(request: Request, error: Exception) -> Response:
    status, title = next(
        (known for kind, known in _PROBLEMS.items() if isinstance(error, kind)), (500, "Something is wrong here")
    )
    if status >= 500:
        _log.error("object_request_failed", status=status, method=request.method, path=request.url.path, exc_info=error)
    response = _body(request, status, title, error.detail if isinstance(error, FanfoldError) else title)
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


def _body(request: Request, status: int, title: str, detail: str) -> Response:
    """A problem (RFC 9457); its instance is the path alone, because the query is the link's secret."""
    return JSONResponse(
        {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": request.url.path},
        status,
        {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
        "application/problem+json",
    )


async def _start(send: Send, status: int, headers: Mapping[str, str]) -> None:
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
