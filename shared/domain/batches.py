"""A batch: what is submitted, what is stored, what is answered."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, field_validator
from pydantic.json_schema import SkipJsonSchema

from shared.domain.documents import Part, Stored
from shared.domain.items import ItemReference
from shared.domain.modes import BatchStatus, Desired, Priority, ReferenceMode
from shared.domain.requests import Changes, Strict
from shared.domain.rows import (
    MAX_REFERENCES,
    MAX_TAGS,
    Guidance,
    ModelId,
    Prompt,
    Ratio,
    ReferenceId,
    Row,
    RowSettings,
    Seed,
    Size,
    Steps,
    Strength,
    Tag,
    placeholders,
)
from shared.domain.texts import Visible

BatchName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Visible]
MAX_RETRY_ITEMS = 1_000


def _not_empty(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    # A least length declared on the field is complained of for wrong rows too, beside what is wrong with them.
    if not rows:
        raise ValueError("A batch needs at least one row.")
    return rows


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("This time lies outside the calendar: give one within the next days.") from None


class BatchCreate(Strict):
    """A batch as it is submitted or estimated."""

    name: BatchName = "Untitled batch"
    rows: Annotated[tuple[Row, ...], AfterValidator(_not_empty)] = Field(json_schema_extra={"minItems": 1})
    defaults: RowSettings = Field(default_factory=RowSettings)
    priority: Priority = Priority.STANDARD
    start_at: Annotated[AwareDatetime, AfterValidator(_in_utc)] | None = None
    budget_micros: Annotated[int, Field(ge=0, le=10**15, strict=True)] | None = None
    reuse: bool = False
    tags: tuple[Tag, ...] = Field((), max_length=MAX_TAGS)


class BatchUpdate(Changes):
    """What may be changed of a batch at any time; fields that are left out stay."""

    name: BatchName | SkipJsonSchema[None] = None
    tags: Annotated[tuple[Tag, ...], Field(max_length=MAX_TAGS)] | SkipJsonSchema[None] = None
    archived: bool | SkipJsonSchema[None] = None
    budget_micros: Annotated[int, Field(ge=0, le=10**15, strict=True)] | SkipJsonSchema[None] = None


class RetryChanges(Changes):
    """Settings that failed items are tried with instead of their own."""

    prompt: Prompt | SkipJsonSchema[None] = None
    model: ModelId | SkipJsonSchema[None] = None
    aspect_ratio: Ratio | SkipJsonSchema[None] = None
    size: Size | SkipJsonSchema[None] = None
    seed: Seed | SkipJsonSchema[None] = None
    strength: Strength | SkipJsonSchema[None] = None
    steps: Steps | SkipJsonSchema[None] = None
    guidance: Guidance | SkipJsonSchema[None] = None
    references: Annotated[tuple[ReferenceId, ...], Field(max_length=MAX_REFERENCES)] | SkipJsonSchema[None] = None
    reference_mode: ReferenceMode | SkipJsonSchema[None] = None

    @field_validator("prompt")
    @classmethod
    def _prompt_is_whole(cls, value: str | None) -> str | None:
        # The rows were rendered when they were planned: nothing would fill such a place any more, and it would be bought.
        for name in placeholders(value or ""):
            raise ValueError(
                f"Write the value instead of {{{{{name}}}}}: images that are tried again have no variables."
            )
        return value

    def settings(self) -> dict[str, Any]:
        """The stored fields that become different, but for references: those are looked up first."""
        return self.model_dump(exclude_none=True, exclude={"references"})


class BatchRetry(Strict):
    """Which failed items to try again (none named: all), and with what changes."""

    items: tuple[str, ...] | None = Field(None, min_length=1, max_length=MAX_RETRY_ITEMS)
    changes: RetryChanges = Field(default_factory=RetryChanges)


class BatchAccepted(Strict):
    """The answer to a submit."""

    id: str
    status: BatchStatus
    images: int
    estimated_micros: int
    status_url: str
    items_url: str
    events_url: str


class Progress(Part):
    """Counts by state, and what follows from them; `eta_seconds` is estimated until it is measured, None while it cannot be told."""

    total: int = 0
    pending: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    percent: int = 0
    message: str = ""
    images_per_minute: float = 0.0
    eta_seconds: int | None = None

    @property
    def finished(self) -> int:
        """Items in a terminal state."""
        return self.succeeded + self.failed + self.cancelled


class Cost(Part):
    """Money of a batch, in micros of US dollars."""

    estimated_micros: int = 0
    reserved_micros: int = 0
    spent_micros: int = 0
    budget_micros: int | None = None


class ModelDemand(Part):
    """What a batch made of one model's room at its last step: images in flight, and images that could start (or more).

    `started_at` is the last starting time that it was given, None before the first.
    """

    model: str
    outstanding: int = 0
    waiting: int = 0
    started_at: datetime | None = None


class Queue(Part):
    """Where a batch stands while it waits: about how many images of others in its lane go first, and when its next one starts.

    `starts_at` is None while that is not known, or while nothing waits.
    """

    position: int = 0
    starts_at: datetime | None = None


class RetryOrder(Part):
    """A retry that the next step carries out: failed items of earlier series than this one, all or the named ones."""

    series: int
    items: list[str] | None = None
    changes: dict[str, Any] = Field(default_factory=dict)
    # The pictures that the changes name, as they were when the retry was accepted.
    references: list[ItemReference] | None = None


class Ending(Part):
    """How a series of a batch ended."""

    series: int
    status: BatchStatus
    finished_at: datetime


class Batch(Stored):
    """A batch as it is stored at `orgs/{org}/batches/{id}`; listeners see it as it is here."""

    id: str
    name: str
    status: BatchStatus
    status_reason: str = ""
    desired: Desired = Desired.RUN
    priority: Priority = Priority.STANDARD
    tags: list[str] = Field(default_factory=list)
    created_at: datetime
    created_by: str
    start_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    progress: Progress = Field(default_factory=Progress)
    cost: Cost = Field(default_factory=Cost)
    rows: int = 0
    models: list[str] = Field(default_factory=list)
    reuse: bool = False
    series: int = 1
    retry: RetryOrder | None = None
    queue: Queue = Field(default_factory=Queue)
    # None until the first step has looked.
    demand: list[ModelDemand] | None = None
    # How often dispatched items were wanted back, because the batch goes on in another lane.
    recalls: int = 0
    next_step_at: datetime | None = None
    announced_series: int = 0
    # Ends that a retry followed before anybody was told of them.
    unannounced: list[Ending] = Field(default_factory=list)
    archived: bool = False
    deleted_at: datetime | None = None
    duplicate_of: str | None = None
    terms: list[str] = Field(default_factory=list)

    @property
    def begun_at(self) -> datetime:
        """From when on it could start images."""
        return max(self.created_at, self.start_at or self.created_at)

    @property
    def is_live(self) -> bool:
        """Whether steps still have something to do."""
        return not self.status.is_terminal or self.retry is not None


class StepControl(Stored):
    """What only steps need, at `batches/{batch}/control/step`: the lease, the place in the plan, the measure of speed, the pace."""

    lease_owner: str = ""
    lease_until: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    # Under which number the latest step was asked for: most often its tick.
    number: int = 0
    next_row: int = 0
    next_index: int = 0
    retried_series: int = 1
    recalls: int = 0
    published_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    samples: list[dict[str, Any]] = Field(default_factory=list)
    # The last starting time that was given out, by model.
    booked: dict[str, datetime] = Field(default_factory=dict)
