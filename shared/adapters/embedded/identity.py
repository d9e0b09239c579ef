"""People's tokens, signed on this machine."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.adapters.embedded.signatures import signed, verified
from shared.domain.tokens import texts
from shared.ports.clock import Clock
from shared.ports.identity import Person, Session

AUDIENCE = "fanfold"
_CLAIMS = ("sub", "email", "name", "org", "role")


class LocalIdentityProvider:
    """An IdentityProvider that signs with its own Ed25519 key."""

    def __init__(
        self, key: Ed25519PrivateKey, *, clock: Clock, lifetime: timedelta, issuer: str = "https://fanfold.local"
    ) -> None:
        self._key = key
        self._public_key = key.public_key()
        self._clock = clock
        self._lifetime = lifetime
        self._issuer = issuer

    def sign_in(self, person: Person) -> Session:
        """A new bearer token for a person whose password was already checked."""
        now = int(self._clock.now().timestamp())
        expires = now + int(self._lifetime.total_seconds())
        claims: Mapping[str, str | int] = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": person.member,
            "email": person.email,
            "name": person.name,
            "org": person.org,
            "role": person.role,
            "iat": now,
            "exp": expires,
        }
        return Session(token=signed(claims, self._key), expires_at=datetime.fromtimestamp(expires, UTC))

    def verify(self, token: str) -> Person:
        """The person whom this token names; raises Unauthenticated when it is forged, expired or for another audience."""
        claims, _ = verified(
            token,
            self._public_key,
            audience=AUDIENCE,
            issuer=self._issuer,
            now=self._clock.now(),
            longest_seconds=int(self._lifetime.total_seconds()),
        )
        said = texts(claims, _CLAIMS)
        return Person(member=said["sub"], email=said["email"], name=said["name"], org=said["org"], role=said["role"])
