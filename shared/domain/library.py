"""What an organisation keeps: assets and references."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from shared.domain.documents import Part, Stored
from shared.domain.items import ItemReference
from shared.domain.requests import Strict
from shared.domain.texts import Visible


class AssetObjects(Part):
    """Names of the stored objects of one image."""

    original: str
    optimised: str
    thumbnail: str


class Asset(Stored):
    """A finished image, at `orgs/{org}/assets/{id}`; `recipe` is all that is needed to make it again.

    `fallen_from` names the models that were to make it and could not, the one that was asked for first. `rating` is from 0 (failed)
    to 4 (excellent).
    """

    id: str
    batch: str
    item: str
    row: int
    variant: int
    prompt: str
    model: str
    provider: str
    seed: int | None = None
    aspect_ratio: str
    size: str
    tags: list[str] = Field(default_factory=list)
    metadata: dict[str, Any] = Field(default_factory=dict)
    width: int
    height: int
    media_type: str
    bytes: int
    objects: AssetObjects
    recipe: dict[str, Any]
    recipe_hash: str
    fallen_from: list[str] = Field(default_factory=list)
    cost_micros: int = 0
    reused: bool = False
    created_at: datetime
    created_by: str
    terms: list[str] = Field(default_factory=list)
    picked_at: datetime | None = None
    picked_by: str | None = None
    rating: int | None = None
    rated_at: datetime | None = None
    rated_by: str | None = None
    deleted_at: datetime | None = None
    deleted_by: str | None = None

    @property
    def picked(self) -> bool:
        """Whether somebody picked it as a winner."""
        return self.picked_at is not None


class ReferenceStatus(StrEnum):
    """Where an upload stands."""

    AWAITING_UPLOAD = "awaiting_upload"
    READY = "ready"
    REFUSED = "refused"


class ReferenceCreate(Strict):
    """A picture that is about to be uploaded: what the client says of it; the content decides."""

    filename: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Visible]
    media_type: Literal["image/png", "image/jpeg", "image/webp"]
    bytes: Annotated[int, Field(ge=1, strict=True)]


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
