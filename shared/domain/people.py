"""Members of organisations, and how they sign in."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from shared.domain.documents import Stored
from shared.domain.modes import Role


class MemberStatus(StrEnum):
    """Whether a member can come in."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"
    REMOVED = "removed"


class Member(Stored):
    """A person of an organisation, at `orgs/{org}/members/{id}`; whoever signed in before `tokens_valid_after` must do so again.

    One who was removed is disabled too, and keeps only the name by which past work is told.
    """

    id: str
    email: str
    name: str
    role: Role
    created_at: datetime
    invited: bool = False
    disabled_at: datetime | None = None
    removed_at: datetime | None = None
    tokens_valid_after: datetime | None = None
    preferences: dict[str, Any] = Field(default_factory=dict)

    @property
    def status(self) -> MemberStatus:
        """Whether they can come in."""
        if self.removed_at is not None:
            return MemberStatus.REMOVED
        if self.disabled_at is not None:
            return MemberStatus.DISABLED
        return MemberStatus.INVITED if self.invited else MemberStatus.ACTIVE

    @property
    def leads(self) -> bool:
        """Whether this is an admin who can come in."""
        return self.role is Role.ADMIN and self.status is MemberStatus.ACTIVE


class Login(Stored):
    """Whose an e-mail address is, at `system/logins/by_email/{h(email)}`; without a hash where others check passwords.

    `invitation_hash` is the SHA-256 of the token with which a password may be set until `invitation_ends_at`.
    """

    org: str
    member: str
    password_hash: str = Field(repr=False)
    invitation_hash: str = Field("", repr=False)
    invitation_ends_at: datetime | None = None
