"""Which addresses may be sent to, by ssrfguard and IANA's tables of addresses."""

from urllib.parse import urlsplit

import ssrfguard

from shared.ports.outbound import OutboundFailed, OutboundTrouble

MAX_URL_CHARACTERS = 2_048
PORTS = frozenset({443, 8443})
ADDRESSES_TRIED = 2
_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})

_PUBLIC = ssrfguard.Policy(
    allowed_schemes=frozenset({"https"}),
    allowed_ports=PORTS,
    max_url_length=MAX_URL_CHARACTERS,
    max_connection_attempts=ADDRESSES_TRIED,
)
_THIS_MACHINE = ssrfguard.Policy(
    allowed_schemes=frozenset({"http", "https"}),
    allowed_hosts=_LOOPBACK_HOSTS,
    allowed_networks=("127.0.0.0/8", "::1/128"),  # type: ignore[arg-type] # text is parsed, as its documentation says
    allowed_ports=frozenset(range(1, 65_536)),
    max_url_length=MAX_URL_CHARACTERS,
    max_connection_attempts=ADDRESSES_TRIED,
)


def checked(url: str, *, allow_loopback: bool) -> tuple[ssrfguard.Target, ssrfguard.Policy]:
    """Where the URL leads, and the rules that its name's addresses must keep; raises OutboundFailed (REFUSED)."""
    policy = _THIS_MACHINE if allow_loopback and _host(url) in _LOOPBACK_HOSTS else _PUBLIC
    try:
        return policy.check_url(url), policy
    except ssrfguard.BlockedURLError as error:
        reason = error.reason.split(";")[0].strip()
        raise OutboundFailed(OutboundTrouble.REFUSED, f"The address is not one that is sent to: {reason}.") from error


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
