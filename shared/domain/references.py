"""Reference pictures: what is uploaded, what is kept, what an item uses."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from shared.domain.documents import Stored
from shared.domain.items import ItemReference


class ReferenceStatus(StrEnum):
    """Where an upload stands."""

    AWAITING_UPLOAD = "awaiting_upload"
    READY = "ready"
    REFUSED = "refused"


class Reference(Stored):
    """A reference picture, at `orgs/{org}/references/{id}`; `object` is the cleaned picture once it is ready."""

    id: str
    filename: str
    status: ReferenceStatus = ReferenceStatus.AWAITING_UPLOAD
    detail: str = ""
    media_type: str
    bytes: int
    width: int | None = None
    height: int | None = None
    sha256: str | None = None
    upload: str
    object: str | None = None
    thumbnail: str | None = None
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    terms: list[str] = Field(default_factory=list)
    deleted_at: datetime | None = None


def as_used(reference: Reference) -> ItemReference:
    """A reference that is ready, as an item keeps it."""
    return ItemReference(
        id=reference.id,
        object=reference.object or "",
        media_type=reference.media_type,
        sha256=reference.sha256 or "",
    )
