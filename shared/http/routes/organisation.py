"""The organisation itself."""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import Field

from shared.domain.callers import Caller
from shared.domain.members import OrganisationUpdate
from shared.http.auth import ADMIN, VIEWER
from shared.http.bodies import Body, JsonBody
from shared.http.services import Services
from shared.http.views import View
from shared.services.organisation_settings import OrganisationNow

router = APIRouter(prefix="/v1/organisation", tags=["members"])

Changed = Annotated[
    Body[OrganisationUpdate], Depends(JsonBody(OrganisationUpdate, example={"time_zone": "Europe/Berlin"}))
]


class OrganisationNowView(View):
    """The organisation and its day at this moment: limits of a day and reports are about days of its time zone."""

    id: str
    name: str
    time_zone: str = Field(description="A name of the IANA time zone database, such as Europe/Berlin.")
    day: date = Field(description="What day it is there.")
    day_starts_at: datetime
    day_ends_at: datetime
    created_at: datetime

    @classmethod
    def of(cls, now: OrganisationNow) -> Self:
        """The view of an organisation now."""
        day = {"day": now.day, "day_starts_at": now.day_starts_at, "day_ends_at": now.day_ends_at}
        return cls.model_validate({**vars(now.organisation), **day})


@router.get("")
def get_organisation(caller: Annotated[Caller, Depends(VIEWER)], services: Services) -> OrganisationNowView:
    """Your organisation."""
    return OrganisationNowView.of(services.organisation.get(caller))


@router.patch("")
def update_organisation(
    caller: Annotated[Caller, Depends(ADMIN)], body: Changed, services: Services
) -> OrganisationNowView:
    """Give the organisation another name or time zone; fields that are left out stay.

    A time zone counts at once: limits measure the day and month that are `day_starts_at` in it, and the reports of the last
    days are made anew by the next run of `report_costs`.
    """
    return OrganisationNowView.of(services.organisation.update(caller, body.value))
