"""Who is calling: people by their tokens and passwords, services by tokens that the platform signs for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A signed-in person; `org` and `role` come from the token's claims."""

    member: str
    email: str
    name: str
    org: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A bearer token and when it ends."""

    token: str
    expires_at: datetime


class IdentityProvider(Protocol):
    """People and their tokens."""

    def sign_in(self, person: Person) -> Session:
        """A new bearer token for a person whose password was already checked."""
        ...

    def verify(self, token: str) -> Person:
        """The person whom this token names; raises Unauthenticated when it is forged, expired or for another audience."""
        ...


class ServiceTokens(Protocol):
    """Services' tokens: what a queue, a schedule or a push subscription shows to the function that it calls."""

    def verify(self, token: str, *, audience: str) -> Mapping[str, str]:
        """The claims `iss`, `aud`, `sub` and `email` of a service's token for this audience, never past its end.

        Raises Unauthenticated when it is forged, expired or for another audience; Unavailable when that cannot be found out now.
        """
        ...


class PasswordHasher(Protocol):
    """Slow, salted hashes of passwords."""

    def hash(self, password: str) -> str:
        """A hash to keep."""
        ...

    def matches(self, password: str, hashed: str) -> bool:
        """Whether the password is the one that was hashed; as slow for a wrong one and for an empty hash (no such account)."""
        ...
