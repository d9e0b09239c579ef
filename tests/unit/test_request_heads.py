"""What may be sent before a body, to servers that anybody may reach."""

import socket
from collections.abc import Iterator
from itertools import repeat

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from infra.local.request_heads import MAX_HEAD_BYTES, BoundedHeads
from tests.servers import serve_on

BEGUN = b"POST / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = BEGUN + b"Transfer-Encoding: chunked\r\n\r\n"
PIECE = b"y" * 16_384
MOST_PIECES = 1_000


async def count(scope: Scope, receive: Receive, send: Send) -> None:
    """How many bytes the body has."""
    body = await Request(scope, receive).body()
    await Response(str(len(body)))(scope, receive, send)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening, serve_on(listening, count, http=BoundedHeads):
        yield listening.getsockname()[1]


def sent(port: int, begun: bytes, piece: bytes) -> int:
    """How many pieces were taken until the server hung up."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        try:
            connection.sendall(begun)
            for number in range(MOST_PIECES):
                connection.sendall(piece)
                connection.setblocking(False)
                try:
                    if connection.recv(100) is not None:
                        return number
                except BlockingIOError:
                    pass
                connection.settimeout(20)
        except OSError:
            return number
    return MOST_PIECES


@pytest.mark.parametrize(
    ("begun", "piece"),
    [
        (b"GET /", PIECE),
        (BEGUN + b"X-Long: ", PIECE),
        (BEGUN, b"X-Many: yyyyyyyy\r\n" * 1_000),
        (CHUNKED + b"0\r\n", b"X-Many: yyyyyyyy\r\n" * 1_000),
        (CHUNKED + b"0\r\nX-Long: ", PIECE),
        (CHUNKED + b"1;", PIECE),
    ],
    ids=["address", "header", "headers", "trailers", "trailer", "extension"],
)
def test_nobody_fills_the_memory_without_a_body(port: int, begun: bytes, piece: bytes) -> None:
    assert sent(port, begun, piece) < MOST_PIECES


def test_a_large_head_and_a_larger_body_are_taken(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        head = BEGUN + b"X-Large: " + b"y" * (MAX_HEAD_BYTES - 2_000) + b"\r\n"
        for whole in (
            head + b"Content-Length: 9000000\r\n\r\n" + b"z" * 9_000_000,
            head + b"Content-Length: 0\r\n\r\n",
        ):
            connection.sendall(whole)
            assert connection.recv(10_000).startswith(b"HTTP/1.1 200 OK")


def test_many_requests_behind_one_another_are_taken(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"".join(repeat(BEGUN + b"Content-Length: 0\r\n\r\n", 4_000)))
        told = b""
        while told.count(b"200 OK") < 4_000:
            told += connection.recv(1_000_000)
