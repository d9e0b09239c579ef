"""Services' tokens, signed on this machine with the claims of Google's."""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.adapters.embedded.signatures import signed, verified
from shared.domain.errors import Unauthenticated
from shared.domain.tokens import check_expiry, texts
from shared.ports.clock import Clock
from shared.services.recollections import Recollection

SERVICE_ACCOUNT = "tasks@fanfold.local"
SERVICE_SECONDS = 3600
_RENEW_BEFORE_SECONDS = 300
_MAX_REMEMBERED = 256
_CLAIMS = ("iss", "aud", "sub", "email")


class LocalServiceTokens:
    """ServiceTokens that are issued and verified with one Ed25519 key. Issuer, audience and claims differ from people's tokens."""

    def __init__(
        self,
        key: Ed25519PrivateKey,
        *,
        clock: Clock,
        issuer: str = "https://fanfold.local/services",
        account: str = SERVICE_ACCOUNT,
    ) -> None:
        self._key = key
        self._public_key = key.public_key()
        self._clock = clock
        self._issuer = issuer
        self._account = account
        self._lock = Lock()
        self._issued: OrderedDict[str, tuple[str, int]] = OrderedDict()
        self._verified: Recollection[tuple[Mapping[str, str], int]] = Recollection(
            clock, seconds=SERVICE_SECONDS, most=_MAX_REMEMBERED
        )

    def token(self, audience: str) -> str:
        """A token by which this stack calls the function at the URL `audience`; the same one until five minutes before its end."""
        if not audience.startswith(("http://", "https://")):
            raise ValueError("the audience of a service's token is the URL that it calls")
        now = int(self._clock.now().timestamp())
        with self._lock:
            token, expires = self._issued.get(audience, ("", 0))
            if now < expires - _RENEW_BEFORE_SECONDS:
                return token
            expires = now + SERVICE_SECONDS
            claims: Mapping[str, str | int | bool] = {
                "iss": self._issuer,
                "aud": audience,
                "sub": self._account,
                "email": self._account,
                "email_verified": True,
                "iat": now,
                "exp": expires,
            }
            token = signed(claims, self._key)
            self._issued[audience] = (token, expires)
            self._issued.move_to_end(audience)
            while len(self._issued) > _MAX_REMEMBERED:
                self._issued.popitem(last=False)
            return token

    def verify(self, token: str, *, audience: str) -> Mapping[str, str]:
        """The claims `iss`, `aud`, `sub` and `email` of a service's token for this audience; raises Unauthenticated."""
        now = self._clock.now()
        name = f"{audience} {token}"
        known = self._verified.find(name)
        if known is not None:
            check_expiry(known[1], now=now)
            return known[0]
        claims, expires = verified(
            token,
            self._public_key,
            audience=audience,
            issuer=self._issuer,
            now=now,
            longest_seconds=SERVICE_SECONDS,
        )
        if claims.get("email_verified") is not True:
            raise Unauthenticated("This token does not name a service.")
        said = texts(claims, _CLAIMS)
        self._verified.put(name, (said, expires))
        return said
