"""Services' tokens as Google signs them for Cloud Tasks, Cloud Scheduler and push subscriptions."""

from collections.abc import Mapping

from shared.adapters.google.certificates import OAUTH_URL, Certificates
from shared.adapters.google.signatures import verified
from shared.domain.errors import Unauthenticated
from shared.domain.tokens import check_expiry, texts
from shared.ports.clock import Clock
from shared.services.recollections import Recollection

ISSUER = "https://accounts.google.com"
_SECONDS = 3600
_MAX_REMEMBERED = 256
_CLAIMS = ("iss", "aud", "sub", "email")


class GoogleServiceTokens:
    """ServiceTokens signed by Google; `certs_url` is where its certificates are, or those of a stand-in on this machine.

    What was verified is remembered: a queue shows the same token for an hour. Raises ConfigurationWrong for an address
    that is neither https nor on this machine.
    """

    def __init__(self, *, clock: Clock, certs_url: str = OAUTH_URL) -> None:
        self._clock = clock
        self._certificates = Certificates(certs_url, clock=clock)
        self._verified: Recollection[tuple[Mapping[str, str], int]] = Recollection(
            clock, seconds=_SECONDS, most=_MAX_REMEMBERED
        )

    def verify(self, token: str, *, audience: str) -> Mapping[str, str]:
        """The claims `iss`, `aud`, `sub` and `email` of a service's token for this audience; raises Unauthenticated, Unavailable."""
        now = self._clock.now()
        name = f"{audience} {token}"
        known = self._verified.find(name)
        if known is not None:
            check_expiry(known[1], now=now)
            return known[0]
        claims, expires = verified(
            token, self._certificates, audience=audience, issuer=ISSUER, now=now, longest_seconds=_SECONDS
        )
        if claims.get("email_verified") is not True:
            raise Unauthenticated("This token does not name a service.")
        said = texts(claims, _CLAIMS)
        self._verified.put(name, (said, expires))
        return said
