"""A server on this machine that stands in for a provider: real sockets for the real SDK, scripted answers."""

import socket
import ssl
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from tests.providers.replies import Reply

DRIBBLE_SECONDS = 0.05

Got = TypeVar("Got")


class ProviderServer(ABC, Generic[Got]):
    """A context manager: `url` to call, `script` to answer by (a bare number answers that status), `requests` as seen.

    `latency_seconds` passes before each answer. Beyond `per_second` starts in any second the answer is a 429, with
    the wait unless `tells_wait` is false; those are counted in `turned_away` and not shown to the script. With `tls` the
    address is one of https.
    """

    def __init__(
        self,
        script: Callable[[Got], Reply | int],
        *,
        latency_seconds: float = 0.0,
        per_second: float | None = None,
        tells_wait: bool = True,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.script = script
        self.latency_seconds = latency_seconds
        self.per_second = per_second
        self.tells_wait = tells_wait
        self.requests: list[Got] = []
        self.turned_away = 0
        self.most_at_once = 0
        self.stopping = threading.Event()
        self._at_once = 0
        self._lock = threading.Lock()
        self._starts: deque[float] = deque()
        self._server = _Listener(self)
        self._scheme = "http" if tls is None else "https"
        if tls is not None:
            # The handshake belongs to the connection's own thread: it must not hold up the others.
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)

    @abstractmethod
    def received(self, number: int, path: str, headers: dict[str, str], body: bytes) -> Got:
        """One request as the script gets to see it; `number` counts from 1, headers are named in lower case."""

    @abstractmethod
    def turn_away(self) -> Reply:
        """The answer to whoever comes too often."""

    @abstractmethod
    def error(self, status: int) -> Reply:
        """An error in the provider's own form."""

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    @property
    def calls(self) -> int:
        """Requests that came in, those turned away among them."""
        with self._lock:
            return len(self.requests) + self.turned_away

    @property
    def connections(self) -> int:
        """Connections that were opened so far."""
        return self._server.accepted

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.close_connections()
        self._server.server_close()

    def reply_to(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """The answer to one request, after the latency and within the limit."""
        with self._lock:
            if self._is_over_limit():
                self.turned_away += 1
                return self.turn_away()
            lowered = {name.lower(): value for name, value in headers.items()}
            received = self.received(len(self.requests) + 1, path, lowered, body)
            self.requests.append(received)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if self.latency_seconds:
                self.stopping.wait(self.latency_seconds)
            reply = self.script(received)
        finally:
            with self._lock:
                self._at_once -= 1
        return self.error(reply) if isinstance(reply, int) else reply

    def _is_over_limit(self) -> bool:
        if self.per_second is None:
            return False
        now = time.monotonic()
        while self._starts and self._starts[0] <= now - 1:
            self._starts.popleft()
        if len(self._starts) >= self.per_second:
            return True
        self._starts.append(now)
        return False


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, provider: ProviderServer[Any]) -> None:
        self.provider = provider
        self.accepted = 0
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
            self.accepted += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # connections that break are part of what is tested
            super().handle_error(request, client_address)

    def close_connections(self) -> None:
        """Wake every thread that waits for a next request, so that closing the server can join it."""
        with self._guard:
            still_open = list(self._open)
        for connection in still_open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the other side was faster


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self) -> None:
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        reply = self.server.provider.reply_to(self.path, dict(self.headers), body)
        try:
            self._send(reply)
        except OSError:
            self.close_connection = True

    def _send(self, reply: Reply) -> None:
        head = [
            f"HTTP/1.1 {reply.status} Scripted",
            f"Content-Type: {reply.media_type}",
            f"Content-Length: {len(reply.body)}",
            *(f"{name}: {value}" for name, value in reply.headers),
            "",
            "",
        ]
        whole = "\r\n".join(head).encode() + reply.body
        self.close_connection = self.close_connection or reply.manner != "whole"
        if reply.manner == "whole":
            self.wfile.write(whole)
        elif reply.manner == "cut":
            self.wfile.write(whole[: -(len(reply.body) // 2 + 1)])
        elif reply.manner == "hang":
            self.server.provider.stopping.wait()
        elif reply.manner == "dribble":
            self.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Length: {10**9}\r\n\r\n".encode())
            self._dribble(b" ")
        elif reply.manner == "dribble_headers":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            self._dribble(b"a")

    def _dribble(self, piece: bytes) -> None:
        while not self.server.provider.stopping.wait(DRIBBLE_SECONDS):
            self.wfile.write(piece)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: what came in is kept in `requests`."""
