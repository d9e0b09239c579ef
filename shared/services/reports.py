"""Cost reports, as people and machines look at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.domain.callers import Caller
from shared.domain.modes import Role
from shared.domain.reports import CostReport
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.objects import ObjectStore
from shared.repositories.collections import Position, Read
from shared.repositories.pages import Listing, Page, PageTokens, checked_size, gather
from shared.repositories.reports import ReportRepository
from shared.services.links import LinkService
from shared.services.usage import check_days


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedReport:
    """A report with signed links to its files, and when they end."""

    report: CostReport
    json_url: str
    csv_url: str
    expires_at: datetime


class ReportService:
    """The reports of an organisation."""

    def __init__(
        self, documents: DocumentStore, *, objects: ObjectStore, pages: PageTokens, clock: Clock, link_hours: int = 6
    ) -> None:
        self._reports = ReportRepository(documents)
        self._links = LinkService(objects, clock=clock, grid=timedelta(hours=link_hours))
        self._pages = pages

    def list(
        self, caller: Caller, *, from_: date, to: date, page_size: int | None = None, page_token: str = ""
    ) -> Page[LinkedReport]:
        """The reports of these days, both included, the last day first; a day without one is not finished, or long ago.

        Raises Invalid (days in the wrong order, more than 366 of them, size), Malformed (a token of another list).
        """
        caller.require(Role.VIEWER)
        check_days(from_, to)
        size = checked_size(page_size)
        listing = Listing(org=caller.org, resource="reports", sort="-day", filters={"from": from_, "to": to})

        def read(position: Position | None, limit: int) -> list[Read[CostReport]]:
            return self._reports.between(caller.org, from_, to, limit=limit, start_after=position)

        found, position = gather(
            read,
            size=size,
            start=self._pages.position(listing, page_token),
            position_of=lambda one: (one.value.day.isoformat(), one.path),
            keep=lambda _: True,
        )
        return Page([*self._linked([one.value for one in found])], self._pages.token(listing, position))

    def _linked(self, reports: Sequence[CostReport]) -> Sequence[LinkedReport]:
        names = [name for report in reports for name in (report.json_object, report.csv_object)]
        urls, expires_at = self._links.downloads(names)
        return [
            LinkedReport(
                report=report,
                json_url=urls[report.json_object],
                csv_url=urls[report.csv_object],
                expires_at=expires_at,
            )
            for report in reports
        ]
