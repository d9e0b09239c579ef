"""An item: one image to be made, its attempts, its state machine's fields."""

from datetime import datetime
from typing import Any

from pydantic import Field

from shared.domain.documents import Part, Stored
from shared.domain.errors import ErrorKind, RefusalStage
from shared.domain.modes import ItemStatus, ReferenceMode
from shared.domain.steering import Steering


class ItemReference(Part):
    """A reference picture as an item uses it: the stored object and the hash of its bytes."""

    id: str
    object: str
    media_type: str
    sha256: str


class AttemptError(Part):
    """Why an attempt failed."""

    kind: ErrorKind
    detail: str
    stage: RefusalStage | None = None


class Attempt(Part):
    """One try: `count` says how many times in a row a provider was busy; `lost` that its worker never reported."""

    number: int
    model: str = ""
    started_at: datetime
    finished_at: datetime | None = None
    error: AttemptError | None = None
    cost_micros: int = 0
    count: int = 1
    lost: bool = False


class ProviderJob(Part):
    """A job that runs on a provider's side, as it is kept between two looks at it.

    `id` and `place` mean something to the provider alone: which job it is, and where it is asked for, in the provider's own
    words and never as a URL. `usage` holds the units that it bills, where it said so at once.
    """

    id: str
    place: str = ""
    seed: int | None = None
    usage: dict[str, int] = Field(default_factory=dict)


class RunningJob(Part):
    """The job of the running attempt: looked at `polls` times so far, next at `poll_at` by a task of this `lane`.

    `lost` counts the looks whose workers never reported.
    """

    provider_job: ProviderJob
    lane: str
    submitted_at: datetime
    poll_at: datetime
    polls: int = 0
    lost: int = 0


class ItemError(Part):
    """Why an item failed, in words, with what a person can do."""

    kind: ErrorKind
    detail: str
    hint: str


class Item(Stored):
    """An item as it is stored at `orgs/{org}/batches/{batch}/items/{id}`; listeners see it as it is here.

    `attempt` is the number of the try that is due or running. `due_at` is when the item next needs a step: to be
    dispatched, to be dispatched again, to be taken back from a worker; None at the end. `in_flight` is true from its
    dispatch until it comes back or ends; all that time `held_micros` is kept free for it. `retried_at` is when a person
    last asked to try it again: from then on it may wait for a provider as long as a new item. `place_at` is its place
    in its batch's line, a moment long past: what comes back undone from its dispatch is due at its place again. A failed
    item is a dead letter until somebody tries it again or discards it. `fallback` names the models that it may still go
    on with, `fallen_from` those that it has left, the one that was asked for first.
    """

    id: str
    org: str
    batch: str
    index: int
    row: int
    variant: int
    kind: str = "image"
    status: ItemStatus = ItemStatus.PENDING
    prompt: str
    model: str
    provider: str
    seed: int | None = None
    strength: float | None = None
    steps: int | None = None
    guidance: float | None = None
    aspect_ratio: str
    size: str
    references: list[ItemReference] = Field(default_factory=list)
    reference_mode: ReferenceMode = ReferenceMode.STYLE_ONLY
    fallback: list[str] = Field(default_factory=list)
    fallen_from: list[str] = Field(default_factory=list)
    tags: list[str] = Field(default_factory=list)
    metadata: dict[str, Any] = Field(default_factory=dict)
    recipe: str
    reuse: bool = False
    created_at: datetime
    created_by: str
    started_at: datetime | None = None
    finished_at: datetime | None = None

    attempts: list[Attempt] = Field(default_factory=list)
    attempt: int = 1
    tries: int = 0
    series: int = 1
    retried_at: datetime | None = None
    not_before: datetime | None = None
    due_at: datetime | None = None
    place_at: datetime | None = None
    dispatch: int = 0
    dispatched_until: datetime | None = None
    in_flight: bool = False
    held_micros: int = 0
    lease_owner: str = ""
    lease_until: datetime | None = None
    job: RunningJob | None = None

    error: ItemError | None = None
    discarded_at: datetime | None = None
    discarded_by: str = ""
    discard_reason: str = ""
    cost_micros: int = 0
    duration_ms: int | None = None
    reused: bool = False
    duplicate_purchases: int = 0
    asset_id: str | None = None
    width: int | None = None
    height: int | None = None
    media_type: str | None = None
    bytes: int | None = None

    @property
    def steering(self) -> Steering:
        """How far the model is told to follow what it starts from."""
        return Steering(self.strength, self.steps, self.guidance)
