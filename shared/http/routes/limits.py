"""Limits: what may be spent by whom, and how much of it is left."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from shared.domain.callers import Caller
from shared.domain.limit_settings import LimitSettings, MemberLimitSettings, OrganisationLimitSettings
from shared.domain.limit_words import named
from shared.domain.limits import Holder, Period, Standing, Unit
from shared.http.auth import ADMIN, VIEWER
from shared.http.bodies import Body, JsonBody
from shared.http.pages import PageParameters, only_page
from shared.http.services import Services
from shared.http.views import View
from shared.services.limits import Binding

router = APIRouter(prefix="/v1/limits", tags=["limits"])

Viewer = Annotated[Caller, Depends(VIEWER)]
Admin = Annotated[Caller, Depends(ADMIN)]
Ours = Annotated[
    Body[OrganisationLimitSettings],
    Depends(JsonBody(OrganisationLimitSettings, example={"day_micros": 50_000_000, "warn_percent": 80})),
]
Theirs = Annotated[
    Body[MemberLimitSettings],
    Depends(JsonBody(MemberLimitSettings, example={"day_micros": 5_000_000, "month_images": 1_000})),
]
Each = Annotated[Body[LimitSettings], Depends(JsonBody(LimitSettings, example={"total_micros": 20_000_000}))]


class LimitSetView(View):
    """Limits as they are set, in micros of US dollars; null where there is none. Images are limited for members only."""

    day_micros: int | None
    month_micros: int | None
    total_micros: int | None
    month_images: int | None


class StandingView(View):
    """A limit in force, in its unit: what was spent of it (or made), what batches have set aside, what is left."""

    name: str = Field(description="The limit in words.")
    holder: Holder
    period: Period
    unit: Unit
    limit: int
    spent: int
    reserved: int = Field(description="What it spends in the next minute may be counted here and as spent.")
    left: int
    starts_at: datetime | None = Field(description="From when on spending counts; null where it always does.")
    resets_at: datetime | None = Field(description="When it begins anew; null where it never does.")
    warned: bool = Field(description="Whether so much is spent that people are warned.")

    @classmethod
    def of(cls, standing: Standing, warn_percent: int) -> Self:
        """The view of a limit."""
        window = standing.window
        return cls(
            name=named(standing),
            holder=standing.holder,
            period=standing.period,
            unit=standing.unit,
            limit=standing.limit,
            spent=standing.spent,
            reserved=standing.reserved,
            left=max(standing.room, 0),
            starts_at=None if standing.period is Period.TOTAL else window.starts_at,
            resets_at=window.resets_at,
            warned=standing.is_warned_at(warn_percent),
        )


class LimitsView(View):
    """What binds a member's work. `own` are the member's own limits, which stand instead of `members`."""

    member: str
    time_zone: str
    warn_percent: int
    organisation: LimitSetView
    members: LimitSetView
    batches: LimitSetView
    own: LimitSetView | None
    in_force: list[StandingView]

    @classmethod
    def of(cls, binding: Binding) -> Self:
        """The view of what binds."""
        standings = [StandingView.of(one, binding.warn_percent) for one in binding.in_force]
        said = {name: getattr(binding, name) for name in cls.model_fields if name != "in_force"}
        return cls.model_validate({**said, "in_force": standings})


class MemberLimitsView(View):
    """A member's own limits."""

    member: str
    limits: LimitSetView


class MemberLimitsList(BaseModel):
    """Limits of members' own, on one page."""

    members: list[MemberLimitsView]
    next_page_token: str


@router.get("")
def get_limits(caller: Viewer, services: Services) -> LimitsView:
    """What binds you: limits and credits of your organisation and of yourself, and how much of each is left."""
    return LimitsView.of(services.limits.binding(caller))


@router.get("/members")
def list_member_limits(
    caller: Admin, parameters: Annotated[PageParameters, Query()], services: Services
) -> MemberLimitsList:
    """Members who have limits of their own; for all others `members` of `/v1/limits` holds."""
    only_page(parameters)
    found = [MemberLimitsView.model_validate(one) for one in services.limits.of_members(caller)]
    return MemberLimitsList(members=found, next_page_token="")


@router.get("/members/{member_id:id}")
def get_member_limits(member_id: str, caller: Admin, services: Services) -> LimitsView:
    """What binds one member, and how much of each limit is left."""
    return LimitsView.of(services.limits.binding(caller, member_id))


@router.put("/organisation")
def set_organisation_limits(caller: Admin, body: Ours, services: Services) -> LimitsView:
    """What the organisation may spend, in place of what was set before; in force at once."""
    return LimitsView.of(services.limits.set_organisation(caller, body.value))


@router.put("/members")
def set_members_limits(caller: Admin, body: Theirs, services: Services) -> LimitsView:
    """What each member may spend who has no limits of their own, in place of what was set before; in force at once."""
    return LimitsView.of(services.limits.set_members(caller, body.value))


@router.put("/batches")
def set_batches_limits(caller: Admin, body: Each, services: Services) -> LimitsView:
    """What each batch may spend, whatever its own budget, in place of what was set before; in force at once."""
    return LimitsView.of(services.limits.set_batches(caller, body.value))


@router.put("/members/{member_id:id}")
def set_member_limits(member_id: str, caller: Admin, body: Theirs, services: Services) -> LimitsView:
    """What one member may spend, instead of what holds for all members; in force at once."""
    return LimitsView.of(services.limits.set_member(caller, member_id, body.value))


@router.delete("/members/{member_id:id}", status_code=204)
def clear_member_limits(member_id: str, caller: Admin, services: Services) -> Response:
    """From now on what holds for all members holds for this one; their credits stay."""
    services.limits.clear_member(caller, member_id)
    return Response(status_code=204)
