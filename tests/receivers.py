"""A stranger's HTTP server for tests: it records what it gets, answers as it is told, and may misbehave."""

import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar


@dataclass(frozen=True)
class Hit:
    """One request as it arrived; `headers` have lower-case names."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """A status with headers and a body, or raw pieces of bytes after which the connection is closed."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    raw: Iterable[bytes] | None = None


@dataclass
class Receiver:
    """Where it listens; `answer` decides each reply and may wait; `stopping` is set when the test ends."""

    host: str
    port: int
    answer: Callable[[Hit], Reply] = field(default=lambda _hit: Reply())
    hits: list[Hit] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def url(self, path: str = "/hook", *, scheme: str = "http", host: str | None = None) -> str:
        """An address of it."""
        return f"{scheme}://{host or self.host}:{self.port}{path}"

    def receive(self, hit: Hit) -> Reply:
        with self.changed:
            self.hits.append(hit)
            self.changed.notify_all()
        return self.answer(hit)

    def wait_for(self, count: int) -> list[Hit]:
        """The requests once there are that many; fails when they do not come."""
        with self.changed:
            came = self.changed.wait_for(lambda: len(self.hits) >= count, timeout=30)
            assert came, f"{len(self.hits)} of {count} requests came"
            return list(self.hits)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: ClassVar[Receiver]

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.receiver.receive(Hit(self.command, self.path, headers, body))
        if reply.raw is not None:
            for piece in reply.raw:
                self.wfile.write(piece)
                self.wfile.flush()
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True  # whoever asked has gone

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the base class gave it
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A handshake that was refused is what some tests are about."""


@contextmanager
def receiver(*, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A server on loopback until the block ends."""

    class Handler(_Handler):
        receiver = Receiver(host, 0)

    with _Server((host, 0), Handler) as server:
        made = Handler.receiver
        made.port = server.server_address[1]
        if tls is not None:
            # The handshake belongs to the connection's own thread, not to the one that accepts.
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield made
        finally:
            made.stopping.set()
            server.shutdown()
            thread.join()
