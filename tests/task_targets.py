"""A real HTTP target for tasks, which records what it gets and answers as it is told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar


@dataclass(frozen=True)
class Delivery:
    """One request as it arrived; `headers` have lower-case names."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def task(self) -> str:
        return self.headers["x-cloudtasks-taskname"]

    @property
    def payload(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """A status with headers, or raw bytes after which the connection is closed (b"": hang up at once)."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None


@dataclass
class Target:
    """Where tasks are delivered; `answer` decides each reply and may wait."""

    url: str
    answer: Callable[[Delivery], Reply] = field(default=lambda _delivery: Reply())
    deliveries: list[Delivery] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    running: int = 0
    most_running: int = 0

    def receive(self, delivery: Delivery) -> Reply:
        with self.changed:
            self.deliveries.append(delivery)
            self.running += 1
            self.most_running = max(self.most_running, self.running)
            self.changed.notify_all()
        try:
            return self.answer(delivery)
        finally:
            with self.changed:
                self.running -= 1
                self.changed.notify_all()

    def wait_for(self, count: int) -> list[Delivery]:
        """The deliveries once there are that many; fails when they do not come."""
        with self.changed:
            came = self.changed.wait_for(lambda: len(self.deliveries) >= count, timeout=30)
            assert came, f"{len(self.deliveries)} of {count} deliveries came"
            return list(self.deliveries)

    @property
    def tasks(self) -> list[str]:
        with self.changed:
            return [delivery.task for delivery in self.deliveries]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    target: ClassVar[Target]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.target.receive(Delivery(self.path, headers, body))
        try:
            if reply.raw is not None:
                self.wfile.write(reply.raw)
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in {"Content-Length": "2", **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"{}")
        except ConnectionError:
            self.close_connection = True  # the queue has given up waiting

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True  # the queue was killed or stopped

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that the base class gave it
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


@contextmanager
def target(port: int = 0) -> Iterator[Target]:
    """A target on 127.0.0.1 until the block ends."""
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", port), handler)
    made = Target(f"http://127.0.0.1:{server.server_address[1]}/work")
    handler.target = made  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
