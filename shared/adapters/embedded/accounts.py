"""People's accounts on this machine: a hash of the password in the login's document, tokens signed with a key of our own."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.adapters.embedded.signatures import signed, verified
from shared.domain.tokens import texts
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.identity import Bearer, Person, Session
from shared.repositories.members import LoginRepository

AUDIENCE = "fanfold"
_CLAIMS = ("sub", "org")


class PasswordHasher(Protocol):
    """Slow, salted hashes of passwords."""

    def hash(self, password: str) -> str:
        """A hash to keep; raises Invalid (/password)."""
        ...

    def matches(self, password: str, hashed: str) -> bool:
        """Whether the password is the one that was hashed; as slow for a wrong one and for an empty hash (no such account)."""
        ...


class LocalAccounts:
    """Accounts whose logins are documents, made in the same commit as the member: nothing beside them has to follow."""

    def __init__(
        self,
        documents: DocumentStore,
        *,
        passwords: PasswordHasher,
        key: Ed25519PrivateKey,
        clock: Clock,
        lifetime: timedelta,
        issuer: str = "https://fanfold.local",
    ) -> None:
        self._logins = LoginRepository(documents)
        self._passwords = passwords
        self._key = key
        self._public_key = key.public_key()
        self._clock = clock
        self._seconds = int(lifetime.total_seconds())
        self._issuer = issuer

    def credentials(self, email: str, password: str) -> str:  # noqa: ARG002 - any address will do
        """A slow, salted hash of the password; raises Invalid (/password)."""
        return self._passwords.hash(password)

    def follow(
        self,
        person: Person,
        *,
        password: str | None = None,
        is_disabled: bool = False,
        valid_after: datetime | None = None,
    ) -> None:
        """Nothing: who may come in is read from the member's document, and the login's document was made with it."""

    def follows(self, person: Person) -> bool:  # noqa: ARG002 - there is nothing that could lag
        """Always."""
        return True

    def forget(self, member: str) -> None:
        """Nothing: the login's document is deleted with the member's."""

    def sign_in(self, email: str, password: str) -> Session | None:
        """A new bearer token, or None when the address or the password is wrong."""
        login = self._logins.of_email(email)
        # An empty hash is checked as slowly as a real one: the time tells nobody which addresses exist.
        if not self._passwords.matches(password, login.value.password_hash if login else "") or login is None:
            return None
        return self.session(login.value.org, login.value.member)

    def session(self, org: str, member: str) -> Session:
        """A bearer token for a member whose password was already checked."""
        now = int(self._clock.now().timestamp())
        expires = now + self._seconds
        claims: dict[str, str | int | bool] = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": member,
            "org": org,
            "iat": now,
            "exp": expires,
        }
        return Session(
            token=signed(claims, self._key),
            org=org,
            member=member,
            expires_at=datetime.fromtimestamp(expires, UTC),
        )

    def verify(self, token: str) -> Bearer:
        """Whom this token names; raises Unauthenticated when it is forged, expired or for something else."""
        claims, _ = verified(
            token,
            self._public_key,
            audience=AUDIENCE,
            issuer=self._issuer,
            now=self._clock.now(),
            longest_seconds=self._seconds,
        )
        said = texts(claims, _CLAIMS)
        return Bearer(org=said["org"], member=said["sub"], signed_in_at=datetime.fromtimestamp(claims["iat"], UTC))
