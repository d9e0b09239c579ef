"""Sending and fetching; what a connection needs is loaded with the first of them."""

import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from shared.domain.errors import TooLarge
from shared.ports.clock import Clock
from shared.ports.outbound import OutboundAnswer

TOTAL_SECONDS = 10.0

Lookup: TypeAlias = Callable[..., Iterable[tuple[int, int, int, str, tuple[Any, ...]]]]


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
        from shared.adapters.outbound import addresses

        addresses.checked(url, allow_loopback=self._allow_loopback)

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str], max_bytes: int) -> OutboundAnswer:
        """As the port says."""
        return self._exchange("POST", url, headers, body, max_bytes)[0]

    def get(self, url: str, *, headers: Mapping[str, str], max_bytes: int) -> OutboundAnswer:
        """As the port says."""
        answer, is_whole = self._exchange("GET", url, headers, b"", max_bytes)
        if not is_whole:
            raise TooLarge(f"There are more than {max_bytes:,} bytes at that address.")
        return answer

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, max_bytes: int
    ) -> tuple[OutboundAnswer, bool]:
        from shared.adapters.outbound import addresses, connections

        target, policy = addresses.checked(url, allow_loopback=self._allow_loopback)
        deadline = connections.Deadline(self._clock, self._clock.monotonic() + self._total_seconds)
        backend = connections.PinnedBackend(policy, deadline, self._lookup)
        request = connections.request(method, target, url, headers, body)
        return connections.exchange(request, self._context(), backend, max_bytes=max_bytes)

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            import certifi

            self._tls = ssl.create_default_context(cafile=certifi.where())
        return self._tls
