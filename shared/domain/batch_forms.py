"""What people ask of batches and are answered: submits, changes, retries."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field, field_validator
from pydantic.json_schema import SkipJsonSchema

from shared.domain.draft_forms import BatchName
from shared.domain.modes import BatchStatus, Priority, ReferenceMode
from shared.domain.requests import Changes, Strict
from shared.domain.rows import (
    LEFT_TO_THE_MODEL,
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
    """Settings that failed items are tried with instead of their own; a null leaves a setting to the model."""

    optional = LEFT_TO_THE_MODEL

    prompt: Prompt | SkipJsonSchema[None] = None
    model: ModelId | SkipJsonSchema[None] = None
    aspect_ratio: Ratio | SkipJsonSchema[None] = None
    size: Size | SkipJsonSchema[None] = None
    seed: Seed | None = None
    strength: Strength | None = None
    steps: Steps | None = None
    guidance: Guidance | None = None
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
        """The stored fields that become different, None for what is left to the model; but for references: those are looked up
        first.
        """
        return self.model_dump(exclude_unset=True, exclude={"references"})


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
