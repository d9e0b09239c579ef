"""People who call, by their tokens and passwords."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member as an account knows them."""

    member: str
    email: str
    name: str
    org: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Whom a bearer token names, and when they gave their password for it."""

    org: str
    member: str
    signed_in_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A bearer token, whose it is, and when it ends."""

    token: str = field(repr=False)
    org: str
    member: str
    expires_at: datetime


class Accounts(Protocol):
    """How people sign in and prove it afterwards.

    The member's document is the truth about who may come in and in which role; what the platform keeps beside it follows.
    """

    def credentials(self, email: str, password: str) -> str:
        """What the member's login keeps of a new password: a slow, salted hash, or "" where others check passwords.

        Raises Invalid naming /email or /password when nobody could sign in with them.
        """
        ...

    def follow(
        self,
        person: Person,
        *,
        password: str | None = None,
        is_disabled: bool = False,
        valid_after: datetime | None = None,
    ) -> None:
        """Bring the account to these facts, and make it when it is not there; again is fine.

        A password that is given is theirs from now on; sign-ins before `valid_after` end. Raises NotFound when there is no
        account and no password to make one, Conflict `email-taken` when another account has the address, Unavailable.
        """
        ...

    def follows(self, person: Person) -> bool:
        """Whether the person can sign in as who they are; False after a crash between the member and their account. Raises Unavailable."""
        ...

    def forget(self, member: str) -> None:
        """Remove the account, if there is one; raises Unavailable."""
        ...

    def sign_in(self, email: str, password: str) -> Session | None:
        """A new bearer token, or None when the address or the password is wrong: which one, no difference tells.

        Raises Unauthenticated for an account that belongs to no organisation, RateLimited, Unavailable.
        """
        ...

    def verify(self, token: str) -> Bearer:
        """Whom this token names; raises Unauthenticated when it is forged, expired or for something else, Unavailable.

        Whether they may still come in is for the member's document to say.
        """
        ...
