"""A server on this machine that speaks Gemini's protocol: real sockets for the real SDK, scripted answers."""

import base64
import json
import socket
import ssl
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.providers import gemini_replies as replies
from tests.providers.gemini_replies import Reply

DRIBBLE_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request as it came over the wire; `number` counts from 1."""

    number: int
    path: str
    headers: dict[str, str]
    json: dict[str, Any] = field(repr=False)

    @property
    def parts(self) -> list[dict[str, Any]]:
        return [part for content in self.json["contents"] for part in content["parts"]]

    @property
    def text(self) -> str:
        return "\n".join(part["text"] for part in self.parts if "text" in part)

    @property
    def pictures(self) -> list[tuple[str, bytes]]:
        """Media type and bytes of each reference, in their order."""
        blobs = [part.get("inlineData") or part["inline_data"] for part in self.parts if "text" not in part]
        return [
            (blob.get("mimeType") or blob["mime_type"], base64.urlsafe_b64decode(_alphabet(blob["data"])))
            for blob in blobs
        ]

    @property
    def config(self) -> dict[str, Any]:
        config: dict[str, Any] = self.json["generationConfig"]
        return config

    @property
    def image_config(self) -> dict[str, str]:
        config: dict[str, str] = self.config.get("imageConfig", {})
        return config


Script = Callable[[Received], Reply | int]


def draw(received: Received) -> Reply:
    """The picture that was asked for: its colour says which prompt and seed (without a seed, which call)."""
    config = received.image_config
    cause = received.config.get("seed", f"call {received.number}")
    colour = replies.colour_of(received.text, cause)
    data = replies.picture(config.get("aspectRatio", "1:1"), config.get("imageSize", "1K"), colour)
    billed = replies.usage(prompt=len(received.text) // 4 + 1, reference_tokens=258 * len(received.pictures))
    return replies.answer(replies.inline(data), billed=billed)


class GeminiServer:
    """A context manager: `url` to call, `script` to answer by (a bare number answers that status), `requests` as seen.

    `latency_seconds` passes before each answer. Beyond `per_second` starts in any second the answer is a 429, with
    RetryInfo unless `tells_wait` is false; those are counted in `turned_away` and not shown to the script. With `tls` the
    address is one of https.
    """

    def __init__(
        self,
        script: Script = draw,
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
        self.requests: list[Received] = []
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
                return self._turn_away()
            received = Received(
                number=len(self.requests) + 1,
                path=path,
                headers={name.lower(): value for name, value in headers.items()},
                json=json.loads(body),
            )
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
        return replies.error(reply, "SCRIPTED", "scripted") if isinstance(reply, int) else reply

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

    def _turn_away(self) -> Reply:
        quota = replies.violation("GenerateRequestsPerMinutePerProjectPerModel")
        return replies.too_many(quota, replies.retry_info("1s")) if self.tells_wait else replies.too_many(quota)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, gemini: GeminiServer) -> None:
        self.gemini = gemini
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
        body = self.rfile.read(int(self.headers["Content-Length"]))
        reply = self.server.gemini.reply_to(self.path, dict(self.headers), body)
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
            self.server.gemini.stopping.wait()
        elif reply.manner == "dribble":
            self.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Length: {10**9}\r\n\r\n".encode())
            self._dribble(b" ")
        elif reply.manner == "dribble_headers":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            self._dribble(b"a")

    def _dribble(self, piece: bytes) -> None:
        while not self.server.gemini.stopping.wait(DRIBBLE_SECONDS):
            self.wfile.write(piece)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: what came in is kept in `requests`."""


def _alphabet(data: str) -> str:
    return data.replace("+", "-").replace("/", "_")
