"""A batch as it is stored."""

from datetime import datetime
from typing import Any

from pydantic import Field

from shared.domain.documents import Part, Stored
from shared.domain.items import ItemReference
from shared.domain.modes import BatchStatus, Desired, Priority


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
