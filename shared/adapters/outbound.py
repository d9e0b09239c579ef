"""HTTP to addresses that somebody else typed in, over connections that cannot reach this side of the wall.

ssrfguard decides what may be reached, by IANA's tables of addresses; what is added here is one bound on the whole
exchange in seconds and one on the answer in bytes.
"""

import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeAlias
from urllib.parse import quote, urlsplit

import httpcore2
import ssrfguard

from shared.domain.errors import TooLarge
from shared.ports.clock import Clock
from shared.ports.outbound import OutboundAnswer, OutboundFailed, OutboundTrouble

TOTAL_SECONDS = 10.0
CONNECT_SECONDS = 4.0
LOOKUP_SECONDS = 4.0
MAX_URL_CHARACTERS = 2_048
PORTS = frozenset({443, 8443})
USER_AGENT = b"Fanfold"
_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_ADDRESSES_TRIED = 2
_PATH_SAFE = "%/:=&?~+!$,;'@()*[]"

Lookup: TypeAlias = Callable[..., Iterable[tuple[int, int, int, str, tuple[Any, ...]]]]

_PUBLIC = ssrfguard.Policy(
    allowed_schemes=frozenset({"https"}),
    allowed_ports=PORTS,
    max_url_length=MAX_URL_CHARACTERS,
    max_connection_attempts=_ADDRESSES_TRIED,
)
_THIS_MACHINE = ssrfguard.Policy(
    allowed_schemes=frozenset({"http", "https"}),
    allowed_hosts=_LOOPBACK_HOSTS,
    allowed_networks=("127.0.0.0/8", "::1/128"),  # type: ignore[arg-type] # text is parsed, as its documentation says
    allowed_ports=frozenset(range(1, 65_536)),
    max_url_length=MAX_URL_CHARACTERS,
    max_connection_attempts=_ADDRESSES_TRIED,
)


class SafeOutbound:
    """An Outbound. `allow_loopback` lets it also reach this machine by http, for developers: never where others type.

    `lookup` stands in for `socket.getaddrinfo`, `tls` for the usual certificate authorities: tests give their own.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        allow_loopback: bool = False,
        total_seconds: float = TOTAL_SECONDS,
        lookup: Lookup = socket.getaddrinfo,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._allow_loopback = allow_loopback
        self._total_seconds = total_seconds
        self._lookup = lookup
        self._tls = tls

    def check(self, url: str) -> None:
        """As the port says; nothing is looked up."""
        self._target(url)

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str], max_bytes: int) -> OutboundAnswer:
        """As the port says."""
        with self._exchange("POST", url, headers, body) as answer:
            kept, _ = _read(answer, max_bytes)
            return _answered(answer, kept)

    def get(self, url: str, *, headers: Mapping[str, str], max_bytes: int) -> OutboundAnswer:
        """As the port says."""
        with self._exchange("GET", url, headers, b"") as answer:
            kept, is_whole = _read(answer, max_bytes)
            if not is_whole:
                raise TooLarge(f"There are more than {max_bytes:,} bytes at that address.")
            return _answered(answer, kept)

    @contextmanager
    def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Iterator[httpcore2.Response]:
        target, policy = self._target(url)
        deadline = _Deadline(self._clock, self._clock.monotonic() + self._total_seconds)
        backend = _Backend(policy, deadline, self._lookup)
        with (
            _translated(),
            _pool(self._context(target), backend) as pool,
            pool.stream(
                method,
                httpcore2.URL(
                    scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=_path(url)
                ),
                headers=_headers(target, headers, body),
                content=body,
            ) as answer,
        ):
            yield answer

    def _target(self, url: str) -> tuple[ssrfguard.Target, ssrfguard.Policy]:
        policy = _THIS_MACHINE if self._allow_loopback and _host(url) in _LOOPBACK_HOSTS else _PUBLIC
        try:
            return policy.check_url(url), policy
        except ssrfguard.BlockedURLError as error:
            raise OutboundFailed(OutboundTrouble.REFUSED, _words(error.reason)) from error

    def _context(self, target: ssrfguard.Target) -> ssl.SSLContext:
        if self._tls is None:
            if target.scheme != "https":
                return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            import certifi

            self._tls = ssl.create_default_context(cafile=certifi.where())
        return self._tls


@dataclass(frozen=True, slots=True)
class _Deadline:
    clock: Clock
    ends_at: float

    def bound(self, overdue: type[httpcore2.TimeoutException], most: float | None = None) -> float:
        """What is left in seconds, at most `most`; raises `overdue` when nothing is."""
        left = self.ends_at - self.clock.monotonic()
        if left <= 0:
            raise overdue("The time is over.")
        return left if most is None else min(left, most)


class _Backend(httpcore2.NetworkBackend):
    """Resolves once, checks every answer, connects to an address that was checked."""

    def __init__(self, policy: ssrfguard.Policy, deadline: _Deadline, lookup: Lookup) -> None:
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
        for address in addresses[:_ADDRESSES_TRIED]:
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

    def __init__(self, inner: httpcore2.NetworkStream, deadline: _Deadline) -> None:
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


def _pool(tls: ssl.SSLContext, backend: _Backend) -> httpcore2.ConnectionPool:
    """One connection, used once: what a receiver's name meant a minute ago says nothing of now."""
    return httpcore2.ConnectionPool(
        ssl_context=tls, max_connections=1, max_keepalive_connections=0, retries=0, network_backend=backend
    )


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


def _answered(answer: httpcore2.Response, body: bytes) -> OutboundAnswer:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
    return OutboundAnswer(status=answer.status, headers=headers, body=body)


def _headers(target: ssrfguard.Target, headers: Mapping[str, str], body: bytes) -> list[tuple[bytes, bytes]]:
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = {"http": 80, "https": 443}[target.scheme]
    sent = {
        b"host": (host if target.port == usual else f"{host}:{target.port}").encode(),
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


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _words(reason: str) -> str:
    """A reason of the guard's as a sentence."""
    return f"The address is not one that is sent to: {reason.split(';', maxsplit=1)[0].strip()}."
