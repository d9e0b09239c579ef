"""What people decide about finished images: tags, picks, ratings, and which are deleted."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.json_schema import SkipJsonSchema

from shared.domain import search
from shared.domain.library import Asset
from shared.domain.requests import Changes, Strict
from shared.domain.rows import MAX_TAGS, Tag

MAX_ASSETS = 100
PICKED = "is:picked"
RATED = "is:rated"

AssetId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


def _each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


AssetIds = Annotated[tuple[AssetId, ...], Field(min_length=1, max_length=MAX_ASSETS), AfterValidator(_each_once)]
Tags = Annotated[tuple[Tag, ...], Field(max_length=MAX_TAGS), AfterValidator(_each_once)]


class AssetUpdate(Changes):
    """What is to be different of one image; fields that are left out stay."""

    tags: Tags | SkipJsonSchema[None] = None


class AssetsTag(Strict):
    """Images, the tags that they are to have, and those that they are to have no more; upper and lower case are the same."""

    ids: AssetIds
    add: Tags = ()
    remove: Tags = ()

    @model_validator(mode="after")
    def _says_something(self) -> "AssetsTag":
        if not self.add and not self.remove:
            raise ValueError("Name at least one tag to add or to remove.")
        if both := {tag.casefold() for tag in self.add} & {tag.casefold() for tag in self.remove}:
            raise ValueError(f"Either add or remove {min(both)}.")
        return self


class AssetsPick(Strict):
    """Images that are picked as winners, or are no winners any more."""

    ids: AssetIds
    picked: bool = True


class AssetsRate(Strict):
    """Images and how good they are: 0 failed, 1 poor, 2 acceptable, 3 good, 4 excellent; null takes a rating back."""

    ids: AssetIds
    rating: Annotated[int, Field(ge=0, le=4, strict=True)] | None


class AssetsDelete(Strict):
    """Images to be deleted."""

    ids: AssetIds


class Outcome(StrEnum):
    """What became of one image that was named."""

    DONE = "done"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    MISSING = "missing"


class AssetOutcome(BaseModel):
    """What became of one image: `unchanged` was so already, `missing` is unknown or deleted, `refused` has its reason in `detail`."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    id: str
    outcome: Outcome
    detail: str = ""


class AssetsChanged(BaseModel):
    """What became of each image, in the order in which they were named."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    outcomes: tuple[AssetOutcome, ...]


def rating_mark(rating: int) -> str:
    """The term of a rating."""
    return f"rating:{rating}"


def marks(asset: Asset) -> Iterator[str]:
    """The terms by which what people decided is found."""
    if asset.picked:
        yield PICKED
    if asset.rating is not None:
        yield RATED
        yield rating_mark(asset.rating)


def changed(asset: Asset, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of an image that become others, with the terms that follow; none when nothing does."""
    different = {name: value for name, value in fields.items() if getattr(asset, name) != value}
    if not different:
        return {}
    after = asset.model_copy(update=different)
    return {**different, "terms": search.terms(after.prompt, tags=after.tags, marks=marks(after))}


def retagged(tags: Iterable[str], *, add: Iterable[str], remove: Iterable[str]) -> list[str]:
    """Tags without some and with others; those that differ by case alone are the same, and keep how they were written first."""
    unwanted = {tag.casefold() for tag in remove}
    named: dict[str, str] = {}
    for tag in [*tags, *add]:
        if tag.casefold() not in unwanted:
            named.setdefault(tag.casefold(), tag)
    return list(named.values())
