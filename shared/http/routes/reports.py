"""Reports: what each finished day cost, to be downloaded."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from shared.domain.callers import Caller
from shared.http.auth import VIEWER
from shared.http.pages import PageParameters
from shared.http.services import Services
from shared.http.views import View
from shared.services.reports import LinkedReport

DEFAULT_DAYS = 30

router = APIRouter(prefix="/v1/reports", tags=["reports"])


class ReportParameters(PageParameters):
    """Which days."""

    from_: Annotated[date | None, Field(alias="from", description="First day; by default 30 days before the last.")] = (
        None
    )
    to: Annotated[date | None, Field(description="Last day; by default today, by the organisation's clocks.")] = None


class ReportSums(View):
    """Images made, calls to providers, micros of US dollars spent."""

    images: int
    calls: int
    cost_micros: int


class CostReportView(BaseModel):
    """One finished day of the organisation's own time zone; the links lead to every member, model and batch of it."""

    day: date
    time_zone: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    total: ReportSums
    made_at: AwareDatetime
    json_url: str
    csv_url: str
    expires_at: AwareDatetime

    @classmethod
    def of(cls, linked: LinkedReport) -> "CostReportView":
        """The report as it is answered."""
        report = linked.report
        return cls(
            day=report.day,
            time_zone=report.time_zone,
            starts_at=report.starts_at,
            ends_at=report.ends_at,
            total=ReportSums.model_validate(report.total),
            made_at=report.made_at,
            json_url=linked.json_url,
            csv_url=linked.csv_url,
            expires_at=linked.expires_at,
        )


class CostReportPage(BaseModel):
    """A page of cost reports, the last day first."""

    reports: list[CostReportView]
    next_page_token: str


@router.get("/costs")
def list_cost_reports(
    caller: Annotated[Caller, Depends(VIEWER)],
    parameters: Annotated[ReportParameters, Query()],
    services: Services,
) -> CostReportPage:
    """What each finished day cost, with signed links to the whole report in JSON and CSV."""
    last = parameters.to or services.organisation.get(caller).day
    first = parameters.from_ or last - min(timedelta(days=DEFAULT_DAYS), last - date.min)
    page = services.reports.list(
        caller, from_=first, to=last, page_size=parameters.page_size, page_token=parameters.page_token
    )
    return CostReportPage(
        reports=[CostReportView.of(linked) for linked in page.values], next_page_token=page.next_page_token
    )
