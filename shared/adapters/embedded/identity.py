"""People's and services' tokens, signed on this machine."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, TypeVar

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.domain.errors import Unauthenticated
from shared.ports.clock import Clock
from shared.ports.identity import Person, Session

AUDIENCE = "fanfold"
SERVICE_ACCOUNT = "tasks@fanfold.local"
SERVICE_SECONDS = 3600
_ALGORITHM = "EdDSA"
_LEEWAY_SECONDS = 10
_RENEW_BEFORE_SECONDS = 300
_MAX_TOKEN_CHARACTERS = 8 * 1024
_MAX_REMEMBERED = 256
_PERSON_CLAIMS = ("sub", "email", "name", "org", "role")
_SERVICE_CLAIMS = ("iss", "aud", "sub", "email")
_K = TypeVar("_K")
_V = TypeVar("_V")


class LocalIdentityProvider:
    """An IdentityProvider that signs with its own Ed25519 key; services' tokens carry the claims of Google's.

    People's and services' tokens differ in issuer, audience and claims: neither passes for the other.
    """

    def __init__(
        self,
        key: Ed25519PrivateKey,
        *,
        clock: Clock,
        lifetime: timedelta,
        issuer: str = "https://fanfold.local",
        service_account: str = SERVICE_ACCOUNT,
    ) -> None:
        self._key = key
        self._public_key = key.public_key()
        self._clock = clock
        self._lifetime = lifetime
        self._issuer = issuer
        self._service_issuer = f"{issuer}/services"
        self._service_account = service_account
        self._lock = Lock()
        self._issued: OrderedDict[str, tuple[str, int]] = OrderedDict()
        self._verified: OrderedDict[tuple[str, str], tuple[Mapping[str, str], int]] = OrderedDict()

    def sign_in(self, person: Person) -> Session:
        """A new bearer token for a person whose password was already checked."""
        now = self._now()
        expires = now + int(self._lifetime.total_seconds())
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": person.member,
            "email": person.email,
            "name": person.name,
            "org": person.org,
            "role": person.role,
        }
        return Session(token=self._sign(claims, now, expires), expires_at=datetime.fromtimestamp(expires, UTC))

    def verify(self, token: str) -> Person:
        """The person whom this token names; raises Unauthenticated when it is forged, expired or for another audience."""
        claims = self._claims(token, audience=AUDIENCE, issuer=self._issuer)
        texts = _texts(claims, _PERSON_CLAIMS)
        return Person(
            member=texts["sub"], email=texts["email"], name=texts["name"], org=texts["org"], role=texts["role"]
        )

    def service_token(self, audience: str) -> str:
        """A token by which this stack calls the function at the URL `audience`; the same one until five minutes before its end."""
        if not audience.startswith(("http://", "https://")):
            raise ValueError("the audience of a service's token is the URL that it calls")
        now = self._now()
        with self._lock:
            token, expires = self._issued.get(audience, ("", 0))
            if now < expires - _RENEW_BEFORE_SECONDS:
                return token
            expires = now + SERVICE_SECONDS
            claims: dict[str, str | bool] = {
                "iss": self._service_issuer,
                "aud": audience,
                "sub": self._service_account,
                "email": self._service_account,
                "email_verified": True,
            }
            token = self._sign(claims, now, expires)
            _remember(self._issued, audience, (token, expires))
            return token

    def verify_service(self, token: str, *, audience: str) -> Mapping[str, str]:
        """The claims `iss`, `aud`, `sub` and `email` of a service's token for this audience; raises Unauthenticated."""
        key = (audience, token)
        with self._lock:
            known = self._verified.get(key)
        if known is not None:
            self._check_expiry(known[1])
            return known[0]
        claims = self._claims(token, audience=audience, issuer=self._service_issuer)
        if claims.get("email_verified") is not True:
            raise Unauthenticated("This token does not name a service.")
        texts = _texts(claims, _SERVICE_CLAIMS)
        with self._lock:
            _remember(self._verified, key, (texts, claims["exp"]))
        return texts

    def _sign(self, claims: Mapping[str, str | bool], now: int, expires: int) -> str:
        return jwt.encode({**claims, "iat": now, "exp": expires}, self._key, algorithm=_ALGORITHM)

    def _claims(self, token: str, *, audience: str, issuer: str) -> dict[str, Any]:
        """Everything but the times is PyJWT's to check: it reads the machine's clock, we read ours."""
        if len(token) > _MAX_TOKEN_CHARACTERS or not token.isascii():
            raise Unauthenticated("This is not a token of Fanfold's. Sign in again.")
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._public_key,
                algorithms=[_ALGORITHM],
                audience=audience,
                issuer=issuer,
                options={
                    "require": ["iss", "aud", "sub", "iat", "exp"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                    "strict_aud": True,
                },
            )
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise Unauthenticated("This token is forged, damaged or for something else. Sign in again.") from None
        issued, expires = claims["iat"], claims["exp"]
        longest = max(int(self._lifetime.total_seconds()), SERVICE_SECONDS)
        if type(issued) is not int or type(expires) is not int:
            raise Unauthenticated("This token has no times. Sign in again.")
        if issued > self._now() + _LEEWAY_SECONDS or expires - issued > longest:
            raise Unauthenticated("This token is of another time. Sign in again.")
        self._check_expiry(expires)
        return claims

    def _check_expiry(self, expires: int) -> None:
        if self._clock.now().timestamp() >= expires + _LEEWAY_SECONDS:
            raise Unauthenticated("This token has expired. Sign in again.")

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _texts(claims: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    texts = {name: claims.get(name) for name in names}
    if not all(isinstance(text, str) for text in texts.values()):
        raise Unauthenticated("This token lacks a claim. Sign in again.")
    return {name: str(text) for name, text in texts.items()}


def _remember(known: OrderedDict[_K, _V], key: _K, value: _V) -> None:
    known[key] = value
    known.move_to_end(key)
    while len(known) > _MAX_REMEMBERED:
        known.popitem(last=False)
