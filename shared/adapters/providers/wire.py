"""The connection to the provider: a whole call has one bound in seconds and its answer one in bytes.

The time-outs of an HTTP client hold for each read, so a server that sends a byte now and then would keep a call open
for ever. Here every connect, read and write gets what is left of the call's own time.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any

import httpcore2
import httpx2

from shared.ports.clock import Clock

MAX_ANSWER_BYTES = 64 * 2**20
CONNECT_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 30.0
KEPT_CONNECTIONS = 64
_PIECE_BYTES = 64 * 2**10


class AnswerTooLarge(Exception):
    """The answer has more bytes than any image of the known models."""


class AnswerEncoded(Exception):
    """The answer is compressed although that was refused; its true size cannot be bounded."""


@dataclass(slots=True)
class Call:
    """What is known of one call: when it must end, whether any of it was sent, and the status that came back."""

    clock: Clock
    ends_at: float
    sent: bool = False
    status: int | None = None

    def bound(self, timeout: float | None, overdue: type[httpcore2.TimeoutException]) -> float:
        """The time-out of one step in seconds: what is left of the call at most; raises `overdue` when nothing is."""
        left = self.ends_at - self.clock.monotonic()
        if left <= 0:
            raise overdue("The call's time is over.")
        return left if timeout is None else min(left, timeout)


_call: ContextVar[Call] = ContextVar("_call")


@contextmanager
def call(clock: Clock, seconds: float) -> Iterator[Call]:
    """Bound whatever this thread sends and receives inside by so many seconds from now."""
    current = Call(clock=clock, ends_at=clock.monotonic() + seconds)
    token = _call.set(current)
    try:
        yield current
    finally:
        _call.reset(token)


def http_client(tls: SSLContext) -> httpx2.Client:
    """A client for use inside `call`: no redirects (they would carry the key elsewhere), no compression, no repeats."""
    return httpx2.Client(
        transport=_Transport(tls), headers={"Accept-Encoding": "identity"}, follow_redirects=False, timeout=None
    )


class _Transport(httpx2.BaseTransport):
    def __init__(self, tls: SSLContext) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=tls,
            max_connections=None,
            max_keepalive_connections=KEPT_CONNECTIONS,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
            retries=0,
            network_backend=_Backend(),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if not isinstance(request.stream, httpx2.SyncByteStream):
            raise TypeError("Only requests with a synchronous body are sent here.")
        answer = self._pool.handle_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        _call.get().status = answer.status
        body = _Body(answer)
        response = httpx2.Response(
            status_code=answer.status, headers=answer.headers, stream=body, extensions=answer.extensions
        )
        if response.headers.get("content-encoding", "identity") != "identity":
            body.close()
            raise AnswerEncoded
        return response

    def close(self) -> None:
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        received = 0
        for piece in self._answer.iter_stream():
            received += len(piece)
            if received > MAX_ANSWER_BYTES:
                raise AnswerTooLarge
            yield piece

    def close(self) -> None:
        self._answer.close()


class _Backend(httpcore2.NetworkBackend):
    def __init__(self) -> None:
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        seconds = _call.get().bound(timeout, httpcore2.ConnectTimeout)
        return _Stream(
            self._sockets.connect_tcp(host, port, min(seconds, CONNECT_SECONDS), local_address, socket_options)
        )


class _Stream(httpcore2.NetworkStream):
    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _call.get().bound(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        current = _call.get()
        view = memoryview(buffer)
        for start in range(0, len(view), _PIECE_BYTES):
            seconds = current.bound(timeout, httpcore2.WriteTimeout)
            current.sent = True
            self._inner.write(bytes(view[start : start + _PIECE_BYTES]), seconds)

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        seconds = _call.get().bound(timeout, httpcore2.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, min(seconds, CONNECT_SECONDS)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def close(self) -> None:
        self._inner.close()
