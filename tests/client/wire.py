"""A server on a real socket that speaks Fanfold's HTTP contract from a scripted state."""

import json
import re
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.client.wire_routes import ROUTES
from tests.client.wire_state import CLOSE, DROP, KEY, Reply, Seen, State, png, problem, progress

__all__ = ["CLOSE", "DROP", "KEY", "Reply", "Wire", "png", "problem", "progress"]


class Wire(State):
    """The server: started and stopped at will, always on the same port; every request is kept in `seen`."""

    def __init__(self) -> None:
        super().__init__()
        self.connections: set[socket.socket] = set()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        return self._server is not None

    def start(self) -> None:
        wire = self

        class Handler(_Handler):
            state = wire

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def stop(self) -> None:
        """Stop as a killed process does: the port closes and every open connection breaks."""
        if self._server and self._thread:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._server = None
            for connection in list(self.connections):
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: Wire

    def setup(self) -> None:
        super().setup()
        self.state.connections.add(self.connection)

    def finish(self) -> None:
        self.state.connections.discard(self.connection)
        with suppress(OSError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Stay quiet."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        seen = Seen(self.command, parts.path, query, dict(self.headers), raw)
        self.state.seen.append(seen)
        scripted = self.state.script.get((self.command, parts.path))
        if scripted:
            self._send(scripted.popleft())
            return
        if parts.path.startswith("/signed/"):
            self._send(self._storage(seen))
        elif parts.path.endswith("/events") and self._key_fits():
            self._stream(parts.path.split("/")[3])
        else:
            self._send(self._route(seen))

    def _key_fits(self) -> bool:
        return self.headers.get("X-API-Key") == KEY

    def _storage(self, seen: Seen) -> Reply:
        name = seen.path.rsplit("/", 1)[1]
        assert "X-API-Key" not in seen.headers
        assert "Authorization" not in seen.headers
        if seen.method == "PUT":
            if seen.headers.get("X-Upload-Check") != name:
                return Reply(403, raw=b"signature does not match")
            self.state.references[name]["data"] = seen.raw
            return Reply(200, raw=b"")
        if name in self.state.stale_links:
            return Reply(403, raw=b"expired")
        if "thumb" in seen.query:
            return Reply(200, raw=b"small " + self.state.images[name], headers={"Content-Type": "image/jpeg"})
        return Reply(200, raw=self.state.images[name], headers={"Content-Type": "image/png"})

    def _route(self, seen: Seen) -> Reply:
        open_routes = {
            ("GET", "/v1/health"): {"status": "ok"},
            ("GET", "/v1/ready"): {"status": "ok", "parts": {"documents": "ok"}},
            ("GET", "/v1/config"): {"limits": self.state.limits, "sign_in": "embedded"},
        }
        key = (seen.method, seen.path)
        if key in open_routes:
            return Reply(body=open_routes[key])
        if key == ("POST", "/v1/auth/login"):
            return self._login(seen)
        if not self._key_fits():
            return problem(401, "Unauthenticated", "This API key is not known.")
        for pattern, method, answer in ROUTES:
            match = re.fullmatch(pattern, seen.path)
            if match and method == seen.method:
                return answer(self.state, seen, *match.groups())
        return problem(404, "Not found", f"There is nothing at {seen.path}.")

    def _login(self, seen: Seen) -> Reply:
        if seen.body["password"] != "right":
            return problem(401, "Unauthenticated", "E-mail or password is wrong.")
        user = {"id": "mem_1", "email": seen.body["email"], "name": "Ada", "role": "admin"}
        organisation = {"id": "org_1", "name": "Demo"}
        return Reply(body={"token": "t0k3n", "expires_at": None, "user": user, "organisation": organisation})

    def _send(self, reply: Reply) -> None:
        if reply.drop:
            self.close_connection = True
            return
        raw = reply.raw if reply.raw is not None else json.dumps(reply.body).encode()
        self.send_response_only(reply.status)
        for name, value in ({"Content-Type": "application/json"} | reply.headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _stream(self, batch_id: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._chunk(b"retry: 10\n\n: hello\n\n")
        self.close_connection = True
        while self.state.events:
            event = self.state.events.popleft()
            if event is DROP:
                return
            if event is CLOSE:
                break
            if callable(event):
                event()
                return
            self.state.on_event()
            self.state.batches[batch_id].update(event)
            batch = self.state.batches[batch_id]
            batch["revision"] += 1
            text = f"id: {batch['revision']}\nevent: batch\ndata: {json.dumps(batch)}\n\n"
            self._chunk(text.encode())
        else:
            batch = self.state.finish(batch_id)
            self._chunk(f"id: {batch['revision']}\nevent: batch\ndata: {json.dumps(batch)}\n\n".encode())
        self._chunk(b"")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
