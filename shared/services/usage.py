"""What was made and spent, from the ledger of every call."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeAlias

from shared.domain.callers import Caller
from shared.domain.errors import FieldError, Invalid
from shared.domain.modes import Role
from shared.domain.offers import Offer
from shared.ports.documents import DocumentStore, Where
from shared.repositories.batches import BatchRepository
from shared.repositories.members import MemberRepository
from shared.repositories.money import LedgerRepository, UsageSums

MAX_DAYS = 366
MAX_ROWS = 500
OTHER = "other"
ALL = "all"

GroupBy: TypeAlias = Literal["day", "model", "member", "batch", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRow:
    """One day, model, member or batch: images made, calls to providers, micros of US dollars spent; members and batches are named."""

    key: str
    name: str
    images: int
    calls: int
    cost_micros: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReport:
    """Usage in rows, and all of it together, read at one moment."""

    rows: list[UsageRow]
    total_micros: int


class UsageService:
    """Adds up the ledger."""

    def __init__(self, documents: DocumentStore, *, offer: Offer) -> None:
        self._ledger = LedgerRepository(documents)
        self._members = MemberRepository(documents)
        self._batches = BatchRepository(documents)
        self._offer = offer

    def report(self, caller: Caller, *, from_: date, to: date, group_by: GroupBy = "none") -> UsageReport:
        """Usage from the first to the last day, both included, in UTC; only rows with something in them.

        Days come in order, everything else by its cost. What belongs to none of the 500 rows that a report can tell
        apart (a model that is not known any more, a member who is gone) stands in a row `other`, so that the rows
        always add up to the total. Raises Invalid for days in the wrong order or more than 366 of them.
        """
        caller.require(Role.VIEWER)
        check_days(from_, to)
        period = (Where("at", ">=", _start(from_)), Where("at", "<=", datetime.combine(to, time.max, UTC)))
        names = self._names(caller.org, from_, to, group_by)
        groups = {ALL: period, **_groups(names, group_by, period)}
        sums = self._ledger.usage(caller.org, groups)
        total = sums.pop(ALL)
        if group_by == "none":
            return UsageReport(rows=_rows({ALL: total}, names, by_cost=False), total_micros=total.cost_micros)
        sums[OTHER] = _rest(total, list(sums.values()))
        return UsageReport(rows=_rows(sums, names, by_cost=group_by != "day"), total_micros=total.cost_micros)

    def _names(self, org: str, from_: date, to: date, group_by: GroupBy) -> dict[str, str]:
        """What rows may stand for, each with the name that people know it by."""
        if group_by == "day":
            days = [from_ + timedelta(days=number) for number in range((to - from_).days + 1)]
            return {day.isoformat(): "" for day in days}
        if group_by == "model":
            return {spec.id: "" for spec in self._offer.known()[:MAX_ROWS]}
        if group_by == "member":
            return {read.value.id: read.value.name for read in self._members.all(org, limit=MAX_ROWS)}
        if group_by == "batch":
            # A call changes its batch: one that has not changed since the first day made no call after it.
            changed = self._batches.changed_since(org, _start(from_), limit=MAX_ROWS)
            ended = datetime.combine(to, time.max, UTC)
            return {read.value.id: read.value.name for read in changed if read.value.created_at <= ended}
        return {}


def check_days(from_: date, to: date) -> None:
    """Raise Invalid for days in the wrong order, or more than 366 of them."""
    if from_ > to:
        raise Invalid([FieldError("/query/from", f"The first day is after the last one, {to}. Swap them.")])
    if (to - from_).days >= MAX_DAYS:
        raise Invalid(
            [FieldError("/query/to", f"A report covers at most {MAX_DAYS} days. Choose an earlier last day.")]
        )


def _groups(names: Iterable[str], group_by: GroupBy, period: tuple[Where, ...]) -> Mapping[str, tuple[Where, ...]]:
    if group_by == "day":
        return {day: _within_day(date.fromisoformat(day)) for day in names}
    return {key: (Where(group_by, "==", key), *period) for key in names}


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _within_day(day: date) -> tuple[Where, ...]:
    return Where("at", ">=", _start(day)), Where("at", "<=", datetime.combine(day, time.max, UTC))


def _rest(total: UsageSums, rows: Sequence[UsageSums]) -> UsageSums:
    return UsageSums(
        images=total.images - sum(row.images for row in rows),
        calls=total.calls - sum(row.calls for row in rows),
        cost_micros=total.cost_micros - sum(row.cost_micros for row in rows),
    )


def _rows(sums: Mapping[str, UsageSums], names: Mapping[str, str], *, by_cost: bool) -> list[UsageRow]:
    rows = [
        UsageRow(key=key, name=names.get(key, ""), images=one.images, calls=one.calls, cost_micros=one.cost_micros)
        for key, one in sums.items()
        if one.images or one.calls or one.cost_micros
    ]
    return sorted(rows, key=lambda row: (row.key == OTHER, -row.cost_micros, row.key)) if by_cost else rows
