"""Credits: amounts that are granted, spent down and renewed."""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from shared.domain.callers import Caller
from shared.domain.limit_settings import CreditGrant
from shared.http.auth import ADMIN, VIEWER
from shared.http.bodies import Body, JsonBody
from shared.http.idempotency import idempotency_key
from shared.http.pages import PageParameters, only_page
from shared.http.services import Services
from shared.http.views import View
from shared.services.credits import CreditAccount

EXAMPLE = {
    "amount_micros": 100_000_000,
    "renewal": {"amount_micros": 100_000_000, "on": "2030-01-01", "monthly": True},
}

router = APIRouter(prefix="/v1/credits", tags=["limits"])

Viewer = Annotated[Caller, Depends(VIEWER)]
Admin = Annotated[Caller, Depends(ADMIN)]
Key = Annotated[str | None, Depends(idempotency_key)]
New = Annotated[Body[CreditGrant], Depends(JsonBody(CreditGrant, example=EXAMPLE))]


class CreditsView(View):
    """Credits of the organisation (`organisation`) or of a member (its id), in micros of US dollars."""

    holder: str
    amount_micros: int = Field(description="What there was at the last reset, and grants since.")
    spent_micros: int
    reserved_micros: int
    left_micros: int
    last_reset_at: datetime
    resets_at: datetime | None
    renewal_micros: int | None = Field(description="To what they are renewed; null where they never are.")
    renews_on: date | None = Field(description="The first day of the renewal.")
    monthly: bool

    @classmethod
    def of(cls, account: CreditAccount) -> Self:
        """The view of credits."""
        kept, standing = account.credits, account.standing
        return cls(
            holder=account.holder,
            amount_micros=standing.limit,
            spent_micros=standing.spent,
            reserved_micros=standing.reserved,
            left_micros=max(standing.room, 0),
            last_reset_at=standing.window.starts_at,
            resets_at=standing.window.resets_at,
            renewal_micros=kept.renewal_micros,
            renews_on=date.fromisoformat(kept.renews_on) if kept.renews_on else None,
            monthly=kept.monthly,
        )


class CreditsList(BaseModel):
    """All credits that the caller may see, on one page."""

    credits: list[CreditsView]
    next_page_token: str


@router.get("")
def list_credits(caller: Viewer, parameters: Annotated[PageParameters, Query()], services: Services) -> CreditsList:
    """Your organisation's credits and your own; for admins every member's."""
    only_page(parameters)
    views = [CreditsView.of(account) for account in services.credits.list(caller)]
    return CreditsList(credits=views, next_page_token="")


@router.post("", status_code=201)
def grant_credits(caller: Admin, body: New, key: Key, services: Services) -> CreditsView:
    """Grant credits on top of what is left: from the first grant on, nothing is spent beyond them."""
    account = services.credits.grant(caller, body.value, idempotency_key=key, fingerprint=body.fingerprint)
    return CreditsView.of(account)


@router.delete("/{holder_id:id}", status_code=204)
def end_credits(holder_id: str, caller: Admin, services: Services) -> Response:
    """End the credits of the organisation (`organisation`) or of a member: what is spent is bound by limits alone."""
    services.credits.end(caller, holder_id)
    return Response(status_code=204)
