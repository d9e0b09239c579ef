"""Listeners of a batch's event stream: many connections on one loop, of which some are read event by event."""

import asyncio
import time
from threading import Thread
from typing import Self, cast
from urllib.parse import urlsplit

import httptools
import orjson
import uvloop

from benchmarks.clients import BenchmarkFailed, moment

TERMINAL = frozenset({"succeeded", "failed", "cancelled"})
PATIENCE_SECONDS = 30.0


class Listener(asyncio.Protocol):
    """One event stream. An attentive one notes, for each item, how long after its end it heard of it."""

    def __init__(self, request: bytes, *, is_attentive: bool) -> None:
        self._request = request
        self._is_attentive = is_attentive
        self._parser = httptools.HttpResponseParser(self)
        self._rest = b""
        self.transport: asyncio.WriteTransport | None = None
        self.lags: dict[str, float] = {}
        self.received_bytes = 0
        self.is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        # A TCP transport can write, though uvloop's says so nowhere.
        self.transport = cast("asyncio.WriteTransport", transport)
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Bytes of the answer; one that nobody reads closely only counts them."""
        self.received_bytes += len(data)
        if self._is_attentive or not self.is_open:
            self._parser.feed_data(data)

    def on_headers_complete(self) -> None:
        """The answer has begun."""
        self.is_open = self._parser.get_status_code() == 200

    def on_body(self, body: bytes) -> None:
        """A part of the stream, without the framing of HTTP."""
        if not self._is_attentive:
            return
        now = time.time()
        *frames, self._rest = (self._rest + body).split(b"\n\n")
        for frame in frames:
            if frame.startswith(b"event: item"):
                self._note(orjson.loads(frame[frame.index(b"data: ") + 6 :]), now)

    def _note(self, item: dict[str, object], now: float) -> None:
        if item["status"] in TERMINAL and item["id"] not in self.lags:
            self.lags[str(item["id"])] = now - moment(str(item["finished_at"]))


class Watchers:
    """`count` listeners of one batch in a thread of their own, until the block ends; every tenth is attentive."""

    def __init__(self, address: str, key: str, batch: str, count: int) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or 80
        request = (
            f"GET /v1/batches/{batch}/events HTTP/1.1\r\nHost: {parts.netloc}\r\nX-API-Key: {key}\r\n"
            "Accept: text/event-stream\r\n\r\n"
        ).encode()
        self._listeners = [Listener(request, is_attentive=number % 10 == 0) for number in range(count)]
        self._loop = uvloop.new_event_loop()
        self._thread = Thread(target=self._run, name="watchers", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        end = time.monotonic() + PATIENCE_SECONDS
        while not all(listener.is_open for listener in self._listeners):
            if time.monotonic() > end:
                raise BenchmarkFailed("Not all event streams were opened.")
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    @property
    def attentive(self) -> int:
        """How many of them are read event by event."""
        return len(range(0, len(self._listeners), 10))

    @property
    def received_bytes(self) -> int:
        """What all of them were sent."""
        return sum(listener.received_bytes for listener in self._listeners)

    def lags(self) -> list[float]:
        """How long after an item's end each attentive listener heard of it, in seconds."""
        return [lag for listener in self._listeners for lag in listener.lags.values()]

    def wait_for(self, items: int) -> None:
        """Return when every attentive listener has heard of the end of so many items; raises BenchmarkFailed."""
        end = time.monotonic() + PATIENCE_SECONDS
        while len(self.lags()) < items * self.attentive:
            if time.monotonic() > end:
                raise BenchmarkFailed(f"Listeners heard of {len(self.lags())} ends, not {items * self.attentive}.")
            time.sleep(0.05)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        connecting = [self._loop.create_task(self._connect(listener)) for listener in self._listeners]
        self._loop.run_forever()
        for task in connecting:
            task.cancel()
        for listener in self._listeners:
            if listener.transport is not None:
                listener.transport.abort()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _connect(self, listener: Listener) -> None:
        await self._loop.create_connection(lambda: listener, self._host, self._port)
