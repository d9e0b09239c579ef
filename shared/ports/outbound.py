"""Requests to addresses that somebody else typed in: webhooks' receivers, media named by a link."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from shared.domain.errors import FanfoldError


class OutboundTrouble(StrEnum):
    """Why no answer came."""

    REFUSED = "refused"
    """The address is one that this platform never sends to."""
    NAME = "name"
    """The host's name does not resolve."""
    CONNECTION = "connection"
    """Nobody listens there, or the connection broke off."""
    TLS = "tls"
    """The certificate is not valid for the name, or the handshake failed."""
    TIMEOUT = "timeout"
    """The answer did not come in time."""
    PROTOCOL = "protocol"
    """What came is not an HTTP answer that can be used."""


class OutboundFailed(FanfoldError):
    """No answer: why, in a word for programs and a sentence for people."""

    def __init__(self, trouble: OutboundTrouble, detail: str) -> None:
        super().__init__(detail)
        self.trouble = trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundAnswer:
    """What came back: the status, headers by lowercase name, and at most as many bytes as were asked for."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Outbound(Protocol):
    """HTTP to the public internet and nowhere else.

    A name is resolved once and the connection goes to the address that was checked, with the certificate checked by
    name. Every address that is not public unicast is refused, also one that is written inside an IPv6 address. No
    redirect is followed, no proxy is used, nothing is unpacked; the whole exchange has one bound in seconds.
    """

    def check(self, url: str) -> None:
        """Raise OutboundFailed (REFUSED) with what is wrong when the URL alone shows that nothing is ever sent there."""
        ...

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str], max_bytes: int) -> OutboundAnswer:
        """Send the body; of the answer's own at most `max_bytes` are read, the rest is left. Raises OutboundFailed."""
        ...

    def get(self, url: str, *, headers: Mapping[str, str], max_bytes: int) -> OutboundAnswer:
        """Fetch it whole. Raises OutboundFailed, and TooLarge when there are more than `max_bytes`."""
        ...
