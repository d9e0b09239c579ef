"""Cost reports, and how far they reach."""

from datetime import date
from typing import Any

from shared.domain.reports import CostCheckpoint, CostReport
from shared.ports.documents import DocumentStore, Order, Query, Where
from shared.repositories import paths
from shared.repositories.collections import Collection, Read


class ReportRepository(Collection[CostReport]):
    """What each day cost."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, CostReport, "report")

    def one(self, org: str, day: date) -> Read[CostReport] | None:
        """The report of a day, or None."""
        return self.find(paths.report(org, day.isoformat()))

    def between(
        self, org: str, first: date, last: date, *, limit: int, start_after: tuple[Any, ...] | None
    ) -> list[Read[CostReport]]:
        """The reports of these days, both included, the last day first; `start_after` is (`day` as text, path) of the last one."""
        where = (Where("day", ">=", first.isoformat()), Where("day", "<=", last.isoformat()))
        return self.query(Query(paths.reports(org), where, (Order("day", descending=True),), limit, start_after))


class CheckpointRepository(Collection[CostCheckpoint]):
    """How far organisations' reports reach."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, CostCheckpoint, "checkpoint")

    def one(self, org: str) -> Read[CostCheckpoint] | None:
        """The organisation's, or None before its first report."""
        return self.find(paths.report_checkpoint(org))
