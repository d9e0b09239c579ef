"""Usage: what was made and spent."""

from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from shared.domain.callers import Caller
from shared.http.auth import VIEWER
from shared.http.services import Services
from shared.http.views import View

DEFAULT_DAYS = 30

router = APIRouter(prefix="/v1/usage", tags=["usage"])


class UsageParameters(BaseModel):
    """Which days, and how to add them up."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_: Annotated[date | None, Field(alias="from", description="First day; by default 30 days before the last.")] = (
        None
    )
    to: Annotated[date | None, Field(description="Last day; by default today, in UTC.")] = None
    group_by: Annotated[
        Literal["day", "model", "member", "batch"], Field(description="What a row stands for; by default a day.")
    ] = "day"


class UsageRow(View):
    """One day, model, member or batch: images made, calls to providers, money spent."""

    key: str
    name: str = Field(description="What people call a member or a batch; empty otherwise.")
    images: int
    calls: int
    cost_micros: int


class UsageView(BaseModel):
    """Usage in rows, and all of it together, in micros of US dollars."""

    usage: list[UsageRow]
    total_micros: int
    next_page_token: str


@router.get("")
def report_usage(
    caller: Annotated[Caller, Depends(VIEWER)],
    parameters: Annotated[UsageParameters, Query()],
    services: Services,
) -> UsageView:
    """What was made and spent, from the ledger of every call."""
    last = parameters.to or services.clock.now().date()
    first = parameters.from_ or last - min(timedelta(days=DEFAULT_DAYS), last - date.min)
    found = services.usage.report(caller, from_=first, to=last, group_by=parameters.group_by)
    rows = [UsageRow.model_validate(row) for row in found.rows]
    return UsageView(usage=rows, total_micros=found.total_micros, next_page_token="")
