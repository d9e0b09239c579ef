"""Dead letters and what was done about them, as the API answers them."""

from datetime import datetime

from pydantic import Field

from client.models import Answer, Item


class Hindrance(Answer):
    """Why something was not, or cannot be, done: a name for programs and a sentence for people."""

    code: str = ""
    detail: str = ""


class DeadLetter(Item):
    """An image that failed for good, with every try, and whether it can be requeued as it is."""

    batch: str = ""
    batch_name: str = ""
    finished_at: datetime | None = None
    can_requeue: bool = True
    hindrance: Hindrance | None = None
    discarded_at: datetime | None = None
    discarded_by: str = ""
    discard_reason: str = ""


class BatchActed(Answer):
    """What was done in one batch."""

    batch: str
    name: str = ""
    selected: int = 0
    done: int = 0
    reason: Hindrance | None = None


class LettersActed(Answer):
    """What a requeue or a discard did, batch by batch; with `more`, the filter may find more: `next_page_token` goes on there."""

    done: int = 0
    batches: list[BatchActed] = Field(default_factory=list)
    more: bool = False
    next_page_token: str = ""


class ItemLeft(Answer):
    """An image that kept its place, and why."""

    item: str
    detail: str = ""


class ItemsMoved(Answer):
    """How many images got their new places, and which did not."""

    moved: int = 0
    left: list[ItemLeft] = Field(default_factory=list)
