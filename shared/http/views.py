"""The public shapes of batches, items and assets: what is stored, without what is nobody's business, with fresh links."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.batches import Batch, Queue
from shared.domain.errors import ErrorKind
from shared.domain.items import Item
from shared.domain.library import Asset
from shared.domain.modes import BatchStatus, ItemStatus, Priority, ReferenceMode
from shared.domain.references import Reference, ReferenceStatus
from shared.ports.objects import SignedUpload
from shared.services.assets import AssetLinks
from shared.services.references import ReferenceLinks


class View(BaseModel):
    """A part of an answer, made from what is stored."""

    model_config = ConfigDict(defer_build=True, frozen=True, from_attributes=True)


class ProgressView(View):
    """Items by state, and what follows from them; `eta_seconds` is an estimate until the speed is measured, null while it cannot be told."""

    total: int
    pending: int
    running: int
    succeeded: int
    failed: int
    cancelled: int
    percent: int = Field(ge=0, le=100)
    message: str
    images_per_minute: float
    eta_seconds: int | None


class CostView(View):
    """Money in micros of US dollars (1,000,000 are one dollar)."""

    estimated_micros: int
    reserved_micros: int
    spent_micros: int
    budget_micros: int | None


class QueueView(View):
    """A place in the queue. Of a batch: while nothing of it is made; `status_reason` says why in words."""

    position: int = Field(description="About how many images of others in the same lane go first.", ge=0)
    starts_at: datetime | None = Field(description="About when the next image starts; null while that is not known.")


class BatchView(View):
    """A batch and how far it is. Apply an answer or event only if its `revision` is higher than what you have."""

    id: str
    name: str
    status: BatchStatus
    status_reason: str = Field(description="Why it stands there, in words; empty when that is plain.")
    priority: Priority
    tags: list[str]
    created_at: datetime
    created_by: str
    start_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    progress: ProgressView
    cost: CostView
    queue: QueueView
    rows: int
    models: list[str]
    reuse: bool
    archived: bool
    duplicate_of: str | None
    revision: int
    changed_at: datetime | None

    @classmethod
    def of(cls, batch: Batch) -> Self:
        """The view of a stored batch."""
        return cls.model_validate(batch)


class AttemptErrorView(View):
    """Why a try failed."""

    kind: ErrorKind
    detail: str


class AttemptView(View):
    """One try; `count` is how often in a row the provider was busy during it."""

    number: int
    model: str
    started_at: datetime
    finished_at: datetime | None
    error: AttemptErrorView | None
    cost_micros: int
    count: int
    lost: bool = Field(description="Its worker vanished without a word.")


class ItemErrorView(View):
    """Why an item failed, and what a person can do."""

    kind: ErrorKind
    detail: str
    hint: str


class ItemAssetView(View):
    """The image of an item; the links are signed and expire. In event streams, and once it was deleted, links and what people
    decided (`picked`, `rating`) are null: ask `/v1/assets:urls`.
    """

    id: str
    url: str | None
    thumbnail_url: str | None
    width: int | None
    height: int | None
    media_type: str | None
    bytes: int | None
    picked: bool | None
    rating: int | None


class ItemView(View):
    """One image to be made. `row` and `index` count from 0: the place of the row as sent, of the image in the batch."""

    id: str
    batch: str
    index: int
    row: int
    variant: int
    kind: str
    status: ItemStatus
    prompt: str
    model: str
    provider: str
    seed: int | None
    strength: float | None
    steps: int | None
    guidance: float | None
    aspect_ratio: str
    size: str
    references: list[str] = Field(description="Reference pictures that it starts from, by id and in order.")
    reference_mode: ReferenceMode
    fallback: list[str] = Field(description="Models that it may still go on with, in this order.")
    fallen_from: list[str] = Field(description="Models that it has left, the one asked for first.")
    tags: list[str]
    metadata: dict[str, Any]
    attempts: list[AttemptView]
    not_before: datetime | None
    error: ItemErrorView | None
    cost_micros: int
    duration_ms: int | None
    reused: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    asset: ItemAssetView | None
    revision: int
    changed_at: datetime | None

    @classmethod
    def of(cls, item: Item, links: Mapping[str, AssetLinks]) -> Self:
        """The view of a stored item; `links` may lack its asset (a deleted one, or an event stream)."""
        return cls.model_validate(_item_fields(item, links))


class PlacedItemView(ItemView):
    """One image with its own place in the queue while it waits."""

    queue: QueueView | None = Field(
        description="How many images go first, of its own batch and of those that its batch waits for; null unless pending."
    )

    @classmethod
    def placed(cls, item: Item, links: Mapping[str, AssetLinks], queue: Queue | None) -> Self:
        """The view of a stored item and its place."""
        return cls.model_validate({**_item_fields(item, links), "queue": queue})


def _item_fields(item: Item, links: Mapping[str, AssetLinks]) -> dict[str, Any]:
    references = [reference.id for reference in item.references]
    return {**vars(item), "references": references, "asset": _item_asset(item, links)}


def _item_asset(item: Item, links: Mapping[str, AssetLinks]) -> ItemAssetView | None:
    if item.asset_id is None:
        return None
    link = links.get(item.asset_id)
    return ItemAssetView(
        id=item.asset_id,
        url=link and link.url,
        thumbnail_url=link and link.thumbnail_url,
        width=item.width,
        height=item.height,
        media_type=item.media_type,
        bytes=item.bytes,
        picked=link and link.picked,
        rating=link and link.rating,
    )


class RecipeView(View):
    """What an image was made of, to be sent again as a row; what a model was not told is null.

    The prompt has its variables filled in; `seed` is the one that was used, `model_version` what the provider calls its model.
    """

    model_config = ConfigDict(extra="allow")

    kind: str = "image"
    prompt: str = ""
    model: str = ""
    provider: str = ""
    references: list[str] = []
    reference_mode: ReferenceMode | None = None
    aspect_ratio: str = ""
    size: str = ""
    seed: int | None = None
    strength: float | None = None
    steps: int | None = None
    guidance: float | None = None
    variant: int = 1
    model_version: str | None = None


class AssetView(View):
    """A finished image with its recipe: all that is needed to make it again."""

    id: str
    batch: str
    item: str
    index: int | None = Field(
        description="Its place in its batch, from 0, as its item's; null where it was made before places were kept."
    )
    row: int
    variant: int
    prompt: str
    model: str
    provider: str
    seed: int | None
    aspect_ratio: str
    size: str
    tags: list[str]
    metadata: dict[str, Any]
    width: int
    height: int
    media_type: str
    bytes: int
    url: str | None
    thumbnail_url: str | None
    expires_at: datetime | None = Field(description="When the links end; ask again for new ones.")
    recipe: RecipeView
    fallen_from: list[str] = Field(description="Models that were to make it and could not, the one asked for first.")
    cost_micros: int
    reused: bool
    picked: bool = Field(description="Whether somebody picked it as a winner.")
    picked_at: datetime | None
    picked_by: str | None
    rating: int | None = Field(description="0 failed, 1 poor, 2 acceptable, 3 good, 4 excellent; null while unrated.")
    rated_at: datetime | None
    rated_by: str | None
    created_at: datetime
    created_by: str
    revision: int
    changed_at: datetime | None

    @classmethod
    def of(cls, asset: Asset, links: Mapping[str, AssetLinks]) -> Self:
        """The view of a stored asset with its links."""
        link = links.get(asset.id)
        signed = {
            "url": link and link.url,
            "thumbnail_url": link and link.thumbnail_url,
            "expires_at": link and link.expires_at,
        }
        return cls.model_validate({**vars(asset), **signed, "picked": asset.picked})


class ReferenceView(View):
    """A reference picture; rows may use its id once its status is `ready`."""

    id: str
    filename: str
    status: ReferenceStatus
    detail: str = Field(description="Why it was refused, in words; empty otherwise.")
    media_type: str
    bytes: int
    width: int | None
    height: int | None
    created_at: datetime
    created_by: str
    url: str | None = Field(None, description="The picture as rows use it; null unless it is ready.")
    thumbnail_url: str | None = None
    expires_at: datetime | None = Field(None, description="When the links end; ask again for new ones.")

    @classmethod
    def of(cls, reference: Reference, links: Mapping[str, ReferenceLinks]) -> Self:
        """The view of a stored reference with its links; one that is not ready has none."""
        link = links.get(reference.id)
        signed = {"url": link.url, "thumbnail_url": link.thumbnail_url, "expires_at": link.expires_at} if link else {}
        return cls.model_validate({**vars(reference), "expires_at": None, **signed})


class UploadView(View):
    """How to send the picture: this method to this URL with exactly these headers, the bytes as the body."""

    method: str
    url: str
    headers: dict[str, str]


class ReferenceCreatedView(ReferenceView):
    """A reference that waits for its bytes."""

    upload: UploadView

    @classmethod
    def waiting(cls, reference: Reference, upload: SignedUpload) -> Self:
        """The view of a new reference and its upload link."""
        way = UploadView(method=upload.method, url=upload.url, headers=dict(upload.headers))
        return cls.model_validate({**vars(reference), "expires_at": None, "upload": way})
