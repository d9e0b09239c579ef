"""Acts that are remembered."""

from datetime import datetime

from pydantic import Field

from shared.domain.documents import Stored


class AuditEntry(Stored):
    """An act that is remembered, at `orgs/{org}/audit/{id}`: who did what to which thing."""

    id: str
    at: datetime
    caller: str
    member: str
    action: str
    subject: str
    details: dict[str, str] = Field(default_factory=dict)
