"""Machines' keys."""

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from shared.domain.documents import Stored
from shared.domain.modes import Role
from shared.domain.requests import Strict
from shared.domain.texts import Visible


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
