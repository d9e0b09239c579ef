"""The public keys by which Google's tokens are checked, fetched seldom and kept."""

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from shared.adapters.google.sessions import check_address
from shared.domain.errors import Unavailable
from shared.ports.clock import Clock

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from urllib3 import PoolManager

OAUTH_URL = "https://www.googleapis.com/oauth2/v1/certs"
FIREBASE_URL = "https://www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com"
_TIMEOUT_SECONDS = 5.0
_MAX_BYTES = 256 * 1024
_MAX_CERTIFICATES = 50
_SHORTEST_SECONDS = 300
_LONGEST_SECONDS = 24 * 3600
# A token may name a key that is newer than what we hold, or none that ever was: whoever sends them decides nothing about
# how often we ask.
_BETWEEN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Kept:
    keys: "dict[str, RSAPublicKey]" = field(default_factory=dict)
    fresh_until: float = float("-inf")
    kept_until: float = float("-inf")


class Certificates:
    """Keys by their id, from an address that answers as Google's do: a JSON object of ids and X.509 certificates in PEM.

    They are kept for as long as the answer allows (five minutes to a day), and for a day when the address is silent.
    An unknown id makes them be fetched again, though not within ten seconds of the last time.
    """

    def __init__(self, url: str, *, clock: Clock) -> None:
        check_address(url)
        self._url = url
        self._clock = clock
        self._kept = _Kept()
        self._asked_at = float("-inf")
        self._fetching = Lock()
        self._pool: PoolManager | None = None

    def find(self, name: str) -> "RSAPublicKey | None":
        """The key of this id, or None when there is none; raises Unavailable when that cannot be found out now."""
        kept = self._kept
        key = kept.keys.get(name)
        if key is not None and self._clock.monotonic() < kept.fresh_until:
            return key
        with self._fetching:
            return self._renewed(name)

    def _renewed(self, name: str) -> "RSAPublicKey | None":
        now = self._clock.monotonic()
        # Another thread may have fetched them while this one waited.
        is_fresh = now < self._kept.fresh_until
        if (key := self._kept.keys.get(name)) is not None and is_fresh:
            return key
        problem: Unavailable | None = None
        if now - self._asked_at >= _BETWEEN_SECONDS:
            self._asked_at = now
            try:
                self._kept = self._fetch(now)
                is_fresh = True
            except Unavailable as error:
                problem = error
        if (key := self._kept.keys.get(name)) is not None and now < self._kept.kept_until:
            return key
        if not is_fresh:
            raise problem or Unavailable("Google's certificates could not be fetched a moment ago.")
        return None

    def _fetch(self, now: float) -> _Kept:
        import urllib3

        if self._pool is None:
            self._pool = urllib3.PoolManager(num_pools=1, retries=False, timeout=urllib3.Timeout(_TIMEOUT_SECONDS))
        try:
            answer = self._pool.request("GET", self._url, redirect=False, preload_content=False)
            try:
                body = answer.read(_MAX_BYTES + 1, decode_content=True)
            finally:
                answer.release_conn()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unavailable(f"Google's certificates cannot be fetched ({type(error).__name__}).") from None
        if answer.status != 200 or len(body) > _MAX_BYTES:
            raise Unavailable(f"Google's certificates cannot be fetched (status {answer.status}).")
        seconds = _max_age(answer.headers.get("cache-control", ""))
        return _Kept(_keys(body), now + seconds, now + _LONGEST_SECONDS)


def _keys(body: bytes) -> "dict[str, RSAPublicKey]":
    """The RSA keys of an answer; raises Unavailable when it is not one of Google's."""
    import orjson
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import load_pem_x509_certificate

    try:
        said = orjson.loads(body)
        if not isinstance(said, dict) or not 1 <= len(said) <= _MAX_CERTIFICATES:
            raise ValueError("not an object of certificates")
        found = {name: load_pem_x509_certificate(pem.encode()).public_key() for name, pem in said.items()}
    except (ValueError, AttributeError):
        raise Unavailable("Google's certificates cannot be read.") from None
    return {name: key for name, key in found.items() if isinstance(key, RSAPublicKey)}


def _max_age(cache_control: str) -> int:
    """For how many seconds an answer may be kept."""
    for part in cache_control.lower().split(","):
        name, _, seconds = part.strip().partition("=")
        if name == "max-age" and seconds.isdecimal():
            return min(max(int(seconds[:9]), _SHORTEST_SECONDS), _LONGEST_SECONDS)
    return _SHORTEST_SECONDS
