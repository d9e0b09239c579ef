"""One exchange over one connection, to an address that was checked: what is added to ssrfguard is one bound in seconds
for the whole of it and one in bytes.
"""

import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any
from urllib.parse import quote, urlsplit

import httpcore2
import ssrfguard

from shared.adapters.outbound.addresses import ADDRESSES_TRIED
from shared.adapters.outbound.senders import Lookup
from shared.ports.clock import Clock
from shared.ports.outbound import OutboundAnswer, OutboundFailed, OutboundTrouble

CONNECT_SECONDS = 4.0
LOOKUP_SECONDS = 4.0
USER_AGENT = b"Fanfold"
_USUAL_PORTS = {"http": 80, "https": 443}
_PATH_SAFE = "%/:=&?~+!$,;'@()*[]"


def request(
    method: str, target: ssrfguard.Target, url: str, headers: Mapping[str, str], body: bytes
) -> httpcore2.Request:
    """The request to what was checked; of the URL itself only path and query are used."""
    return httpcore2.Request(
        method,
        httpcore2.URL(scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=_path(url)),
        headers=_headers(target, headers, body),
        content=body,
    )


def exchange(
    sent: httpcore2.Request, tls: ssl.SSLContext, backend: "PinnedBackend", *, max_bytes: int
) -> tuple[OutboundAnswer, bool]:
    """The answer with at most so many bytes of its body, and whether that is all of it. Raises OutboundFailed."""
    # One connection, used once: what a receiver's name meant a minute ago says nothing of now.
    with (
        _translated(),
        httpcore2.ConnectionPool(
            ssl_context=tls, max_connections=1, max_keepalive_connections=0, retries=0, network_backend=backend
        ) as pool,
    ):
        answer = pool.handle_request(sent)
        try:
            body, is_whole = _read(answer, max_bytes)
        finally:
            answer.close()
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
    return OutboundAnswer(status=answer.status, headers=headers, body=body), is_whole


@dataclass(frozen=True, slots=True)
class Deadline:
    """When an exchange must be over, by the clock's monotonic seconds."""

    clock: Clock
    ends_at: float

    def bound(self, overdue: type[httpcore2.TimeoutException], most: float | None = None) -> float:
        """What is left in seconds, at most `most`; raises `overdue` when nothing is."""
        left = self.ends_at - self.clock.monotonic()
        if left <= 0:
            raise overdue("The time is over.")
        return left if most is None else min(left, most)


class PinnedBackend(httpcore2.NetworkBackend):
    """Resolves once, checks every answer, connects to an address that was checked."""

    def __init__(self, policy: ssrfguard.Policy, deadline: Deadline, lookup: Lookup) -> None:
        self._policy = policy
        self._deadline = deadline
        self._lookup = lookup
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline stands for it
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        target = ssrfguard.Target(scheme="", host=host, port=port, host_as_written=host)
        addresses = ssrfguard.resolve(target, policy=self._policy, resolver=self._bounded_lookup)
        failure: Exception = httpcore2.ConnectError("There is no address.")
        for address in addresses[:ADDRESSES_TRIED]:
            seconds = self._deadline.bound(httpcore2.ConnectTimeout, CONNECT_SECONDS)
            try:
                # A number, not a name: nothing is looked up a second time.
                stream = self._sockets.connect_tcp(str(address.ip), port, seconds, local_address, socket_options)
                return _Stream(stream, self._deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    def _bounded_lookup(self, *question: Any) -> Iterable[tuple[int, int, int, str, tuple[Any, ...]]]:
        """The system's own lookup has no time-out: a name server that never answers would hold this thread."""
        said: SimpleQueue[Any] = SimpleQueue()

        def look() -> None:
            try:
                said.put(list(self._lookup(*question)))
            except (OSError, UnicodeError) as error:
                said.put(error)

        Thread(target=look, name="lookup", daemon=True).start()
        try:
            answer = said.get(timeout=self._deadline.bound(httpcore2.ConnectTimeout, LOOKUP_SECONDS))
        except Empty:
            raise httpcore2.ConnectTimeout("The name server does not answer.") from None
        if isinstance(answer, Exception):
            raise OutboundFailed(OutboundTrouble.NAME, "The host's name does not resolve.") from answer
        if not answer:
            raise OutboundFailed(OutboundTrouble.NAME, "The host's name has no address.")
        return list(answer)


class _Stream(httpcore2.NetworkStream):
    """A connection whose every read and write gets what is left of the time."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline stands for it
        return self._inner.read(max_bytes, self._deadline.bound(httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - as above
        self._inner.write(buffer, self._deadline.bound(httpcore2.WriteTimeout))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - as above
    ) -> httpcore2.NetworkStream:
        seconds = self._deadline.bound(httpcore2.ConnectTimeout, CONNECT_SECONDS)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, seconds), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def close(self) -> None:
        self._inner.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Foreign errors end here; what a stranger's server sent stays out of the words."""
    try:
        yield
    except ssrfguard.SSRFGuardError as error:
        # Which private address a name leads to is nobody's business outside.
        told = "The host's name leads to an address that is not public."
        raise OutboundFailed(OutboundTrouble.REFUSED, told) from error
    except httpcore2.TimeoutException as error:
        raise OutboundFailed(OutboundTrouble.TIMEOUT, "The answer did not come in time.") from error
    except httpcore2.ConnectError as error:
        if isinstance(error.__cause__ or error.__context__, ssl.SSLError):
            told = "The certificate is not valid for this name, or the handshake failed."
            raise OutboundFailed(OutboundTrouble.TLS, told) from error
        raise OutboundFailed(OutboundTrouble.CONNECTION, "Nobody takes connections there.") from error
    except httpcore2.NetworkError as error:
        raise OutboundFailed(OutboundTrouble.CONNECTION, "The connection broke off.") from error
    except httpcore2.ProtocolError as error:
        raise OutboundFailed(OutboundTrouble.PROTOCOL, "What came back is no HTTP answer.") from error


def _read(answer: httpcore2.Response, max_bytes: int) -> tuple[bytes, bool]:
    """At most so many bytes of the body, and whether that is all of it."""
    kept = bytearray()
    for piece in answer.iter_stream():
        kept += piece
        if len(kept) > max_bytes:
            return bytes(kept[:max_bytes]), False
    return bytes(kept), True


def _headers(target: ssrfguard.Target, headers: Mapping[str, str], body: bytes) -> list[tuple[bytes, bytes]]:
    host = f"[{target.host}]" if ":" in target.host else target.host
    sent = {
        b"host": (host if target.port == _USUAL_PORTS[target.scheme] else f"{host}:{target.port}").encode(),
        b"user-agent": USER_AGENT,
        b"accept-encoding": b"identity",
        b"connection": b"close",
        **({b"content-length": str(len(body)).encode()} if body else {}),
        **{name.lower().encode("ascii"): value.encode("ascii") for name, value in headers.items()},
    }
    return list(sent.items())


def _path(url: str) -> bytes:
    """The path and query as they go over the wire."""
    split = urlsplit(url)
    path = split.path or "/"
    return quote(f"{path}?{split.query}" if split.query else path, safe=_PATH_SAFE).encode("ascii")
