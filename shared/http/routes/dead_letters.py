"""Dead letters: images that failed for good, for admins to try again or to give up."""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from shared.domain.callers import Caller
from shared.domain.dead_letters import DeadLetter, DeadLetterFilter, Discard, LettersActed, Requeue
from shared.domain.errors import ErrorKind
from shared.http.auth import ADMIN
from shared.http.bodies import Body, JsonBody
from shared.http.idempotency import idempotency_key
from shared.http.pages import PageParameters
from shared.http.services import Services
from shared.http.views import ItemView, View

router = APIRouter(prefix="/v1/dead-letters", tags=["dead letters"])

Admin = Annotated[Caller, Depends(ADMIN)]
Key = Annotated[str | None, Depends(idempotency_key)]
Wanted = Annotated[
    Body[Requeue],
    Depends(JsonBody(Requeue, example={"filter": {"kind": "refused"}, "changes": {"prompt": "A walker by the sea"}})),
]
GivenUp = Annotated[
    Body[Discard],
    Depends(JsonBody(Discard, example={"items": ["itm_abcdefghijklmnopqrst"], "reason": "The product was withdrawn."})),
]


class LetterFilters(PageParameters):
    """Which dead letters to list."""

    kind: Annotated[ErrorKind | None, Field(description="Only those that ended with this kind of error.")] = None
    batch: Annotated[str | None, Field(min_length=1, max_length=64, description="Only those of this batch.")] = None
    model: Annotated[str | None, Field(min_length=1, max_length=100, description="Only those of this model.")] = None
    provider: Annotated[
        str | None, Field(min_length=1, max_length=100, description="Only those of this provider's models.")
    ] = None
    q: Annotated[str, Field(max_length=200, description="Words of the prompt or of what went wrong.")] = ""
    from_: Annotated[
        datetime | date | None,
        Field(alias="from", description="Failed (or discarded) at or after; a time, or a day of the organisation's."),
    ] = None
    to: Annotated[
        datetime | date | None,
        Field(description="Failed (or discarded) before; a day of the organisation's stands for its end."),
    ] = None
    discarded: Annotated[bool, Field(description="Those that were discarded, instead of those that wait.")] = False

    def wanted(self) -> DeadLetterFilter:
        """What the list is filtered by."""
        said = self.model_dump(include={"kind", "batch", "model", "provider", "q", "from_", "to"})
        return DeadLetterFilter.model_construct(**said)


class HindranceView(View):
    """Why it cannot be requeued now."""

    code: str
    detail: str


class DeadLetterView(ItemView):
    """An image that failed for good, with every try, and whether it can be requeued as it is."""

    batch_name: str
    can_requeue: bool
    hindrance: HindranceView | None
    discarded_at: datetime | None
    discarded_by: str
    discard_reason: str

    @classmethod
    def letter(cls, letter: DeadLetter) -> Self:
        """The view of a dead letter."""
        more = {"batch_name": letter.batch_name, "can_requeue": letter.hindrance is None, "hindrance": letter.hindrance}
        hindrance = letter.hindrance and HindranceView.model_validate(letter.hindrance)
        return cls.model_validate({**vars(letter.item), "asset": None, **more, "hindrance": hindrance})


class DeadLetterPage(BaseModel):
    """A page of dead letters, the latest first; a short page with a token has more behind it."""

    dead_letters: list[DeadLetterView]
    next_page_token: str


@router.get("")
def list_dead_letters(caller: Admin, filters: Annotated[LetterFilters, Query()], services: Services) -> DeadLetterPage:
    """The organisation's images that failed for good, the latest first; discarded ones only where they are asked for."""
    page = services.dead_letters.list(
        caller,
        filters.wanted(),
        discarded=filters.discarded,
        page_size=filters.page_size,
        page_token=filters.page_token,
    )
    return DeadLetterPage(
        dead_letters=[DeadLetterView.letter(one) for one in page.values], next_page_token=page.next_page_token
    )


@router.get("/{item_id:id}")
def get_dead_letter(item_id: str, caller: Admin, services: Services) -> DeadLetterView:
    """One image that failed for good, discarded or not, with every try."""
    return DeadLetterView.letter(services.dead_letters.get(caller, item_id))


@router.post(":requeue")
def requeue_dead_letters(caller: Admin, body: Wanted, key: Key, services: Services) -> LettersActed:
    """Try dead letters again, with changed settings if wanted: those that are named (discarded ones too), or all that a filter finds.

    In each batch all of them are ordered or none; the answer says which, and why not.
    """
    return services.requeues.requeue(caller, body.value, idempotency_key=key, fingerprint=body.fingerprint)


@router.post(":discard")
def discard_dead_letters(caller: Admin, body: GivenUp, key: Key, services: Services) -> LettersActed:
    """Give up dead letters, with the reason: they stay failed in their batch and leave the list."""
    return services.discards.discard(caller, body.value, idempotency_key=key, fingerprint=body.fingerprint)
