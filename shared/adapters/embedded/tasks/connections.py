"""Requests over kept-alive connections on one event loop: hundreds wait for their answers without a thread each.

llhttp (through httptools) reads the answers; a delivered task costs a sixth of the CPU that urllib3's threads take, and
a request ends when its task is cancelled, whatever the other side trickles meanwhile.
"""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast
from urllib.parse import urlsplit

import httptools

MAX_HEAD_BYTES = 64 * 1024
MAX_IDLE_SECONDS = 4.0


class NotReached(Exception):
    """No connection could be made: the target certainly got nothing."""


class AnswerLost(Exception):
    """The request may have arrived, and no whole, well-formed answer came back."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an absolute URL points, taken apart once."""

    scheme: str
    host: str
    port: int
    authority: str
    target: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The status of an answer and its Retry-After header."""

    status: int
    retry_after: str | None


@lru_cache(maxsize=1024)
def address(url: str) -> Address:
    """The parts of an absolute http or https URL."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Address(parts.scheme, parts.hostname or "", port, parts.netloc.rpartition("@")[2], target)


class ConnectionPool:
    """Keeps idle connections for the next request to the same place; lives on one event loop."""

    def __init__(self) -> None:
        self._idle: defaultdict[tuple[str, str, int], list[_Connection]] = defaultdict(list)
        self._tls: ssl.SSLContext | None = None

    async def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one request and wait for its whole answer; redirects are answers like any other.

        Raises NotReached or AnswerLost. Cancelling the call closes its connection.
        """
        place = address(url)
        connection = self._reusable(place) or await self._connect(place)
        lines = [f"{method} {place.target} HTTP/1.1\r\nHost: {place.authority}\r\n"]
        lines += [f"{name}: {value}\r\n" for name, value in headers.items()]
        lines.append(f"Content-Length: {len(body)}\r\n\r\n")
        try:
            answer = await connection.exchange("".join(lines).encode("latin-1") + body, has_body=method != "HEAD")
        except BaseException:
            connection.close()
            raise
        if connection.is_reusable:
            self._idle[place.scheme, place.host, place.port].append(connection)
        else:
            connection.close()
        return answer

    def close(self) -> None:
        """Close the idle connections."""
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    def _reusable(self, place: Address) -> "_Connection | None":
        idle = self._idle[place.scheme, place.host, place.port]
        while idle:
            connection = idle.pop()
            if connection.is_reusable and connection.idle_seconds() < MAX_IDLE_SECONDS:
                return connection
            connection.close()
        return None

    async def _connect(self, place: Address) -> "_Connection":
        if place.scheme == "https" and self._tls is None:
            self._tls = ssl.create_default_context()
        tls = self._tls if place.scheme == "https" else None
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(lambda: _Connection(loop), place.host, place.port, ssl=tls)
        except (OSError, UnicodeError) as error:  # UnicodeError: a host name that DNS cannot carry
            raise NotReached(type(error).__name__) from error
        return connection


class _Connection(asyncio.Protocol):
    """One connection and the one exchange that it is busy with."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[Answer] | None = None
        self._retry_after: str | None = None
        self.is_reusable = True
        self._used_at = loop.time()
        self._begin()

    def idle_seconds(self) -> float:
        return self._loop.time() - self._used_at

    async def exchange(self, request: bytes, *, has_body: bool) -> Answer:
        self._begin()
        self._has_body = has_body
        self._waiter = self._loop.create_future()
        if self._transport is None or self._transport.is_closing():
            raise AnswerLost("ConnectionClosed")
        self._transport.write(request)
        try:
            return await self._waiter
        finally:
            self._waiter = None
            self._used_at = self._loop.time()

    def close(self) -> None:
        self.is_reusable = False
        if self._transport is not None:
            self._transport.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one without inheriting from it

    def data_received(self, data: bytes) -> None:
        if self._waiter is None or self._waiter.done():
            self.close()  # bytes that nobody asked for: what follows could not be told apart
            return
        self._head_bytes += 0 if self._head_is_over else len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail("BadAnswer")
            return
        if self._head_bytes > MAX_HEAD_BYTES and not self._head_is_over:
            self._fail("HeadTooLarge")

    def connection_lost(self, error: Exception | None) -> None:
        self.is_reusable = False
        if self._waiter is None or self._waiter.done():
            return
        if self._head_is_over and not self._is_framed and error is None:
            self._done()  # an answer without a length lasts until the connection ends
        else:
            self._fail("ConnectionLost")

    # What httptools calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        lowered = name.lower()
        if lowered in {b"content-length", b"transfer-encoding"}:
            self._is_framed = True
        elif lowered == b"retry-after":
            self._retry_after = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200:
            self._status, self._head_is_over = status, True
            if not self._has_body:
                self._done()

    def on_message_complete(self) -> None:
        if self._head_is_over:
            self._keeps = self._has_body and self._parser.should_keep_alive()
            self._done()
        else:
            self._is_framed = False  # an interim answer (1xx): the real one follows
            self._retry_after = None

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._status, self._retry_after = 0, None
        self._head_bytes = 0
        self._head_is_over = self._is_framed = self._keeps = False
        self._has_body = True

    def _done(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            if not self._keeps:
                self.is_reusable = False
            self._waiter.set_result(Answer(self._status, self._retry_after))

    def _fail(self, reason: str) -> None:
        self.is_reusable = False
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(AnswerLost(reason))
