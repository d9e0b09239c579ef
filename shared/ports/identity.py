"""Who is calling: people by signed tokens, machines' tasks by signed tokens of another audience."""

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
    """People and tokens."""

    def sign_in(self, person: Person) -> Session:
        """A new bearer token for a person whose password was already checked."""
        ...

    def verify(self, token: str) -> Person:
        """The person whom this token names; raises Unauthenticated when it is forged, expired or for another audience."""
        ...

    def verify_service(self, token: str, *, audience: str) -> Mapping[str, str]:
        """The claims (`email`, `sub`, …) of a service's token for this audience; raises Unauthenticated."""
        ...


class PasswordHasher(Protocol):
    """Slow, salted hashes of passwords."""

    def hash(self, password: str) -> str:
        """A hash to keep."""
        ...

    def matches(self, password: str, hashed: str) -> bool:
        """Whether the password is the one that was hashed; as slow for a wrong one and for an empty hash (no such account)."""
        ...
