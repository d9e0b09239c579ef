"""Usage: what was made and spent."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from shared.domain.callers import Caller
from shared.http.auth import VIEWER
from shared.http.services import Services
from shared.http.views import View

router = APIRouter(prefix="/v1/usage", tags=["usage"])


class UsageParameters(BaseModel):
    """Which days, and how to add them up."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_: Annotated[date | None, Field(alias="from", description="First day; by default 30 days before the last.")] = (
        None
    )
    to: Annotated[date | None, Field(description="Last day; by default today, by the organisation's clocks.")] = None
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
    from_: date = Field(serialization_alias="from", description="The first day that is added up.")
    to: date = Field(description="The last one.")
    time_zone: str = Field(description="The organisation's, by whose clocks these days begin and end.")
    next_page_token: str


@router.get("")
def report_usage(
    caller: Annotated[Caller, Depends(VIEWER)],
    parameters: Annotated[UsageParameters, Query()],
    services: Services,
) -> UsageView:
    """What was made and spent, from the ledger of every call; days are those of the organisation's time zone."""
    found = services.usage.report(caller, from_=parameters.from_, to=parameters.to, group_by=parameters.group_by)
    return UsageView(
        usage=[UsageRow.model_validate(row) for row in found.rows],
        total_micros=found.total_micros,
        from_=found.from_,
        to=found.to,
        time_zone=found.time_zone,
        next_page_token="",
    )
