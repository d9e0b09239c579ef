"""What may be changed of images that wait: what is to be made, and in which order."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema

from shared.domain.modes import Priority, ReferenceMode
from shared.domain.requests import Changes, Strict
from shared.domain.rows import (
    LEFT_TO_THE_MODEL,
    MAX_METADATA_KEYS,
    MAX_REFERENCES,
    MAX_TAGS,
    Cell,
    Guidance,
    ModelId,
    Name,
    Prompt,
    Ratio,
    ReferenceId,
    Seed,
    Size,
    Steps,
    Strength,
    Tag,
    check_metadata,
    check_ratio,
)

MAX_ITEMS = 1_000

ItemId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


def _each_once(items: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))


Items = Annotated[tuple[ItemId, ...], Field(min_length=1, max_length=MAX_ITEMS), AfterValidator(_each_once)]


class ItemUpdate(Changes):
    """What is to be different of one image that waits; fields that are left out stay."""

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
    tags: Annotated[tuple[Tag, ...], Field(max_length=MAX_TAGS)] | SkipJsonSchema[None] = None
    metadata: Annotated[dict[Name, Cell], Field(max_length=MAX_METADATA_KEYS)] | SkipJsonSchema[None] = None

    @field_validator("aspect_ratio")
    @classmethod
    def _ratio_is_a_ratio(cls, value: str | None) -> str | None:
        if value is not None:
            check_ratio(value)
        return value

    @field_validator("metadata")
    @classmethod
    def _metadata_is_small(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        check_metadata(value or {})
        return value


class BatchPromote(Strict):
    """The lane that a batch is to go on in."""

    priority: Priority


class ItemsPromote(Strict):
    """Images that are to be made before all others of their batch, in this order."""

    items: Items


class ItemsReorder(Strict):
    """Images in the order in which they are to be made: in the places that they hold together, right before or after another
    one, or behind all others of their batch that wait.
    """

    items: Items
    before: ItemId | None = None
    after: ItemId | None = None
    last: bool = False

    @model_validator(mode="after")
    def _one_neighbour(self) -> Any:
        if (self.before is not None) + (self.after is not None) + self.last > 1:
            raise ValueError("Give one of before, after and last.")
        return self


class ItemLeft(Strict):
    """An image that kept its place, and why."""

    item: str
    detail: str


class ItemsMoved(Strict):
    """How many images got their new places, and which did not."""

    moved: int
    left: tuple[ItemLeft, ...] = ()
