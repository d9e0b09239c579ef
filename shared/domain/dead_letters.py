"""Dead letters: items that failed for good and were not discarded. There is no second copy of them: these are only views and orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints, model_validator

from shared.domain.batch_forms import RetryChanges
from shared.domain.errors import ErrorKind
from shared.domain.items import Item
from shared.domain.requests import Strict
from shared.domain.rows import ModelId
from shared.domain.texts import Visible

MAX_LETTERS = 1_000
MAX_BATCHES = 100
MAX_REASON = 500

ItemId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Provider = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_REASON), Visible]


def _each_once(items: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if items is None else tuple(dict.fromkeys(items))


class DeadLetterFilter(Strict):
    """Which dead letters; what is left out does not matter. `from` and `to` are times, or dates for whole days of the organisation's."""

    model_config = ConfigDict(populate_by_name=True)

    kind: ErrorKind | None = None
    batch: ItemId | None = None
    model: ModelId | None = None
    provider: Provider | None = None
    q: Annotated[str, StringConstraints(max_length=200)] = ""
    from_: AwareDatetime | date | None = Field(None, alias="from")
    to: AwareDatetime | date | None = None

    def equal(self) -> dict[str, str]:
        """The stored fields that must be equal, by their paths."""
        said = {"error.kind": self.kind, "batch": self.batch, "model": self.model, "provider": self.provider}
        return {name: str(value) for name, value in said.items() if value is not None}


class _Selection(Strict):
    """Dead letters by their items' ids, or all that a filter finds: at most 1,000 in one call.

    Of more, the answer has a `next_page_token`; the same body with it as `page_token` goes on behind them.
    """

    items: Annotated[
        tuple[ItemId, ...] | None, Field(min_length=1, max_length=MAX_LETTERS), AfterValidator(_each_once)
    ] = None
    filter: DeadLetterFilter | None = None
    page_token: Annotated[str, StringConstraints(max_length=4_096)] = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Any:
        if (self.items is None) == (self.filter is None):
            raise ValueError("Give either items or a filter ({} finds all).")
        if self.page_token and self.filter is None:
            raise ValueError("A page_token goes with the filter that it was given for.")
        return self


class Requeue(_Selection):
    """Dead letters to try again, with changed settings if wanted. Discarded ones come back when they are named."""

    changes: RetryChanges = Field(default_factory=RetryChanges)


class Discard(_Selection):
    """Dead letters to give up, and why."""

    reason: Reason


class Untouched(Strict):
    """Why nothing, or not all, was done in a batch: a name for programs and a sentence for people."""

    code: str
    detail: str


class BatchActed(Strict):
    """What was done in one batch: of how many letters that were meant, how many."""

    batch: str
    name: str
    selected: int
    done: int
    reason: Untouched | None = None


class LettersActed(Strict):
    """What a requeue or a discard did, batch by batch; with `more`, the filter may find more than one call takes.

    `next_page_token` then leads on behind those that this call looked at.
    """

    done: int
    batches: tuple[BatchActed, ...]
    more: bool = False
    next_page_token: str = ""


class Selected(Strict):
    """The letters that an act means, by batch."""

    by_batch: dict[str, list[str]]
    more: bool = False
    next_page_token: str = ""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter with the batch that it belongs to, and why it cannot be requeued now (None: it can)."""

    item: Item
    batch_name: str
    hindrance: Untouched | None


@dataclass(frozen=True, slots=True)
class DeadLetterCounts:
    """How many dead letters there are: in all, by kind of error, by (provider, model); zeros are left out."""

    total: int
    by_kind: Mapping[ErrorKind, int]
    by_model: Mapping[tuple[str, str], int]
