"""What an organisation keeps: finished images."""

from datetime import datetime
from typing import Any

from pydantic import Field

from shared.domain.documents import Part, Stored


class AssetObjects(Part):
    """Names of the stored objects of one image."""

    original: str
    optimised: str
    thumbnail: str


class Asset(Stored):
    """A finished image, at `orgs/{org}/assets/{id}`; `recipe` is all that is needed to make it again, `index` its place in its batch.

    `fallen_from` names the models that were to make it and could not, the one that was asked for first. `rating` is from 0 (failed)
    to 4 (excellent).
    """

    id: str
    batch: str
    item: str
    # None in documents that were written before images kept it.
    index: int | None = None
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
