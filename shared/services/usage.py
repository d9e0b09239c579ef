"""What was made and spent, from the ledger of every call."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from shared.domain.callers import Caller
from shared.domain.days import Day, zone_of
from shared.domain.errors import FieldError, Invalid
from shared.domain.modes import Role
from shared.domain.offers import Offer
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Where
from shared.repositories.batches import BatchRepository
from shared.repositories.members import MemberRepository
from shared.repositories.money import LedgerRepository, UsageSums
from shared.repositories.organisations import OrganisationRepository

MAX_DAYS = 366
DEFAULT_DAYS = 30
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
    """Usage in rows, and all of it together, read at one moment; from the first to the last day of this time zone."""

    rows: list[UsageRow]
    total_micros: int
    from_: date
    to: date
    time_zone: str


@dataclass(frozen=True, slots=True)
class _Days:
    """Days in a row as the clocks of a time zone have them, both ends included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def period(self) -> tuple[Where, ...]:
        return Where("at", ">=", Day(self.first, self.zone).starts_at), Where(
            "at", "<", Day(self.last, self.zone).ends_at
        )

    def each(self) -> "list[_Days]":
        days = [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]
        return [_Days(day, day, self.zone) for day in days]


class UsageService:
    """Adds up the ledger."""

    def __init__(self, documents: DocumentStore, *, offer: Offer, clock: Clock) -> None:
        self._organisations = OrganisationRepository(documents)
        self._clock = clock
        self._ledger = LedgerRepository(documents)
        self._members = MemberRepository(documents)
        self._batches = BatchRepository(documents)
        self._offer = offer

    def report(
        self, caller: Caller, *, from_: date | None = None, to: date | None = None, group_by: GroupBy = "none"
    ) -> UsageReport:
        """Usage from the first to the last day, both included, by the organisation's own clocks; only rows with something in them.

        The last day is today unless it is said, the first one 30 days before it. Days come in order, everything else by
        its cost. What belongs to none of the 500 rows that a report can tell apart (a model that is not known any more,
        a member who is gone) stands in a row `other`, so that the rows always add up to the total. Raises Invalid for
        days in the wrong order or more than 366 of them.
        """
        caller.require(Role.VIEWER)
        zone = zone_of(self._organisations.one(caller.org).value.time_zone)
        last = to or self._clock.now().astimezone(zone).date()
        first = from_ or last - min(timedelta(days=DEFAULT_DAYS), last - date.min)
        check_days(first, last)
        days = _Days(first, last, zone)
        names = self._names(caller.org, days, group_by)
        sums = self._ledger.usage(caller.org, {ALL: days.period, **_groups(names, group_by, days)})
        total = sums.pop(ALL)
        if group_by == "none":
            rows = _rows({ALL: total}, names, by_cost=False)
        else:
            rows = _rows({**sums, OTHER: _rest(total, list(sums.values()))}, names, by_cost=group_by != "day")
        return UsageReport(rows=rows, total_micros=total.cost_micros, from_=first, to=last, time_zone=zone.key)

    def _names(self, org: str, days: _Days, group_by: GroupBy) -> dict[str, str]:
        """What rows may stand for, each with the name that people know it by."""
        if group_by == "day":
            return {day.first.isoformat(): "" for day in days.each()}
        if group_by == "model":
            return {spec.id: "" for spec in self._offer.known()[:MAX_ROWS]}
        if group_by == "member":
            return {read.value.id: read.value.name for read in self._members.all(org, limit=MAX_ROWS)}
        if group_by == "batch":
            # A call changes its batch: one that has not changed since the first day made no call after it.
            changed = self._batches.changed_since(org, Day(days.first, days.zone).starts_at, limit=MAX_ROWS)
            ended = Day(days.last, days.zone).ends_at
            return {read.value.id: read.value.name for read in changed if read.value.created_at < ended}
        return {}


def check_days(from_: date, to: date) -> None:
    """Raise Invalid for days in the wrong order, or more than 366 of them."""
    if from_ > to:
        raise Invalid([FieldError("/query/from", f"The first day is after the last one, {to}. Swap them.")])
    if (to - from_).days >= MAX_DAYS:
        raise Invalid(
            [FieldError("/query/to", f"A report covers at most {MAX_DAYS} days. Choose an earlier last day.")]
        )


def _groups(names: Iterable[str], group_by: GroupBy, days: _Days) -> Mapping[str, tuple[Where, ...]]:
    if group_by == "day":
        return {day.first.isoformat(): day.period for day in days.each()}
    return {key: (Where(group_by, "==", key), *days.period) for key in names}


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
