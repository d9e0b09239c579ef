"""Bodies that never end, over real HTTP."""

import socket
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from shared.domain.modes import Role
from tests.api.stacks import ApiStack
from tests.servers import serve


def answer_to(url: str, *parts: str) -> str:
    """All that comes back for these pieces of a request, up to the end of the connection."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=30) as connection:
        connection.sendall("\r\n".join(parts).encode())
        return b"".join(iter(lambda: connection.recv(4_096), b"")).decode()


def test_a_body_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    with closing(ApiStack(tmp_path, body_seconds=0.05)) as stack, serve() as server:
        server.mount("/", stack.app)
        head = ["POST /v1/batches HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
        key = f"X-API-Key: {stack.ours.keys[Role.EDITOR]}"
        for length in ("Content-Length: 100", "Transfer-Encoding: chunked"):
            told = answer_to(server.url, *head, key, length, "", "1" if "chunked" in length else "", "{")
            assert told.startswith("HTTP/1.1 408 ")
            assert "The body did not arrive within 0.05 seconds." in told


def test_strangers_are_refused_before_their_body_has_come(tmp_path: Path) -> None:
    with closing(ApiStack(tmp_path)) as stack, serve() as server:
        server.mount("/", stack.app)
        head = ["POST /v1/batches HTTP/1.1", "Host: localhost", "Connection: close", "Content-Length: 100", "", "{"]
        assert answer_to(server.url, *head).startswith("HTTP/1.1 401 ")
