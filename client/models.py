"""What Fanfold answers and takes, typed; answers ignore fields of later versions."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ENDED = frozenset({"completed", "completed_with_failures", "failed", "cancelled"})


class Answer(BaseModel):
    """The base of every answer: frozen, unknown fields kept aside."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Request(BaseModel):
    """The base of every request: misspelt fields are refused before they are sent."""

    model_config = ConfigDict(extra="forbid")


class RowSettings(Request):
    """A row without its prompt: what defaults may give to all rows."""

    variants: int | None = None
    references: list[str] | None = None
    pack: str | None = None
    reference_mode: Literal["style_only", "style_and_composition"] | None = None
    aspect_ratio: str | None = None
    size: str | None = None
    model: str | None = None
    seed: int | None = None
    strength: float | None = None
    steps: int | None = None
    guidance: float | None = None
    variables: dict[str, Any] | None = None
    tags: list[str] | None = None
    metadata: dict[str, Any] | None = None
    expand: dict[str, Any] | None = None
    fallback: list[str] | None = None


class Row(RowSettings):
    """One line of a batch."""

    prompt: str


class BatchCreate(Request):
    """A batch as it is submitted or estimated."""

    rows: list[Row]
    name: str | None = None
    defaults: RowSettings | None = None
    priority: Literal["high", "standard", "economy"] | None = None
    start_at: datetime | None = None
    budget_micros: int | None = None
    reuse: bool | None = None
    tags: list[str] | None = None


class BatchAccepted(Answer):
    """The answer to a submit."""

    id: str
    status: str = "accepted"
    images: int = 0
    estimated_micros: int = 0
    status_url: str = ""
    items_url: str = ""
    events_url: str = ""


class Suggestion(Answer):
    """A way to spend less."""

    saves_micros: int = 0
    text: str = ""
    change: dict[str, Any] = Field(default_factory=dict)


class ReuseShare(Answer):
    """Images whose equals exist already or are asked for twice, and what it saves to take those."""

    images: int = 0
    saves_micros: int = 0


class LimitFit(Answer):
    """Whether all images may begin under the limits in force; else how many may, and which limit is hit then."""

    fits: bool = True
    images: int = 0
    limit: str | None = None


class Estimate(Answer):
    """What a batch would cost and take."""

    images: int
    estimated_micros: int
    estimated_seconds: float | None = None
    by_model: list[dict[str, Any]] = Field(default_factory=list)
    reuse: ReuseShare = ReuseShare()
    suggestions: list[Suggestion] = Field(default_factory=list)
    limits: LimitFit = LimitFit()


class Progress(Answer):
    """Counts of a batch's items."""

    total: int = 0
    pending: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    percent: float = 0
    message: str = ""
    images_per_minute: float | None = None
    eta_seconds: float | None = None


class Cost(Answer):
    """Money of a batch in micros of US dollars."""

    estimated_micros: int = 0
    reserved_micros: int = 0
    spent_micros: int = 0
    budget_micros: int | None = None


class Queue(Answer):
    """A place in the queue: about how many images go first, and about when it is one's turn."""

    position: int = 0
    starts_at: datetime | None = None


class Batch(Answer):
    """A batch and how far it is."""

    id: str
    name: str | None = None
    status: str = ""
    status_reason: str | None = None
    priority: str | None = None
    tags: list[str] = Field(default_factory=list)
    created_at: datetime | None = None
    created_by: str | None = None
    start_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    progress: Progress = Progress()
    cost: Cost = Cost()
    queue: Queue = Queue()
    revision: int = 0
    changed_at: datetime | None = None

    @property
    def ended(self) -> bool:
        """True when the status will not change by itself."""
        return self.status in ENDED


class Failure(Answer):
    """Why an item failed, and what a person may do."""

    kind: str = ""
    detail: str = ""
    hint: str | None = None


class Attempt(Answer):
    """One try of an item."""

    number: int
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: Failure | None = None


class Asset(Answer):
    """A stored image; links are signed and expire."""

    id: str
    url: str | None = None
    thumbnail_url: str | None = None
    width: int | None = None
    height: int | None = None
    media_type: str | None = None
    bytes: int | None = None


class Item(Answer):
    """One image to be made."""

    id: str
    index: int = 0
    row: int = 0
    variant: int = 0
    kind: str = "image"
    status: str = ""
    prompt: str | None = None
    model: str | None = None
    provider: str | None = None
    seed: int | None = None
    strength: float | None = None
    steps: int | None = None
    guidance: float | None = None
    aspect_ratio: str | None = None
    size: str | None = None
    fallback: list[str] = Field(default_factory=list)
    fallen_from: list[str] = Field(default_factory=list)
    attempts: list[Attempt] = Field(default_factory=list)
    not_before: datetime | None = None
    error: Failure | None = None
    cost_micros: int = 0
    duration_ms: int | None = None
    reused: bool = False
    asset: Asset | None = None
    tags: list[str] = Field(default_factory=list)
    metadata: dict[str, Any] = Field(default_factory=dict)
    revision: int = 0
    changed_at: datetime | None = None
