"""Organisations, their members and their keys."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from shared.domain.documents import Stored
from shared.domain.modes import Role
from shared.domain.requests import Strict
from shared.domain.texts import Visible


class Organisation(Stored):
    """Who owns everything below `orgs/{id}`; whoever may leave it without an admin writes `admins_changed_at`, guarded."""

    id: str
    name: str
    created_at: datetime
    time_zone: str = "UTC"
    admins_changed_at: datetime | None = None


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


class KeyCreate(Strict):
    """A key to be made for a machine."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), Visible]
    role: Role = Role.EDITOR


class ApiKey(Stored):
    """A machine's key without the key itself, at `orgs/{org}/keys/{id}`; `hint` is its first characters."""

    id: str
    name: str
    role: Role
    hint: str
    created_at: datetime
    created_by: str
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


class KeyHash(Stored):
    """Where a key's SHA-256 leads, at `system/keys/by_hash/{sha256}`."""

    org: str
    key: str
    member: str
    role: Role
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


class IdempotencyRecord(Stored):
    """What a create answered, at `orgs/{org}/idempotency/{h(caller, route, key)}`: the fingerprint of its body and the id of its resource."""

    fingerprint: str
    resource: str
    created_at: datetime
    expires_at: datetime


class AuditEntry(Stored):
    """An act that is remembered, at `orgs/{org}/audit/{id}`: who did what to which thing."""

    id: str
    at: datetime
    caller: str
    member: str
    action: str
    subject: str
    details: dict[str, str] = Field(default_factory=dict)


class SubmitCounter(Stored):
    """How many batches a caller submitted in the current and the former minute, at `orgs/{org}/counters/submits-{caller}`."""

    minute: int
    current: int
    former: int
