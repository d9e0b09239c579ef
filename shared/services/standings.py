"""How every limit that binds somebody's work stands: what is spent in its window, and what is set aside."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.domain.days import zone_of
from shared.domain.limits import (
    ALWAYS,
    WARN_PERCENT,
    Credits,
    Holder,
    LimitSet,
    Period,
    Standing,
    Unit,
    Window,
    balance,
    window,
)
from shared.domain.money import Budget
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Sum, Where
from shared.repositories.limits import InForce, LimitsReader
from shared.repositories.money import LedgerRepository, ReservationRepository

# Clocks of two machines may differ by this much: a call that a new day's room paid for must not end in the day before.
OPENS_AFTER = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose money is asked for: a batch's, which a member of an organisation made; without a batch, the member's."""

    org: str
    member: str = ""
    batch: str = ""
    budget_micros: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What the asking batch has a part in already: not to be counted against it as others' would be.

    `unsettled_micros` is what it spent and the budget does not count yet.
    """

    member: str = ""
    reserved_micros: int = 0
    reserved_images: int = 0
    spent_micros: int = 0
    unsettled_micros: int = 0


NOTHING = Own()


@dataclass(slots=True)
class _Asked:
    """Limits whose spending the ledger knows, and the sums that tell it."""

    limits: list[tuple[Standing, str]] = field(default_factory=list)
    sums: dict[str, Sum] = field(default_factory=dict)

    def add(self, standing: Standing, *where: Where) -> None:
        """Ask for what was spent in the limit's window."""
        counted = "cost_micros" if standing.unit is Unit.MICROS else "images"
        self.sums[standing.key] = Sum(counted, (*where, Where("at", ">=", standing.window.starts_at)))
        self.limits.append((standing, standing.key))


class Standings:
    """Reads limits and adds up the ledger; to be asked after the budget was read that guards what is made of the answer."""

    def __init__(self, documents: DocumentStore, clock: Clock, *, default_limit_micros: int | None) -> None:
        self._limits = LimitsReader(documents)
        self._ledger = LedgerRepository(documents)
        self._reservations = ReservationRepository(documents)
        self._clock = clock
        self._default_limit = default_limit_micros

    def of(self, account: Account, budget: Budget, own: Own = NOTHING) -> tuple[list[Standing], int]:
        """Every limit in force, its reserved share without the batch's own; and from which percentage on people are warned.

        Spending is what the ledger says, so it is never less than what was settled: what others have spent and not settled
        counts twice, as spent and as reserved, and never not at all.
        """
        budgeted = self._of_batch(account, own)
        if budget.epoch == 0:
            total = self._total(budget, None, own)
            return [*budgeted, *total], WARN_PERCENT
        rules = self._limits.in_force(account.org, account.member)
        total = self._total(budget, rules.organisation.organisation.total_micros, own)
        counted = self._counted(account, budget, rules, own)
        return [*budgeted, *total, *counted], rules.organisation.warn_percent

    def of_credits(
        self, org: str, holders: Mapping[str, Credits], budget: Budget, zone: ZoneInfo
    ) -> dict[str, Standing]:
        """How credits stand, by their holders (a member, or "" for the organisation): two calls of the store for all of them."""
        now, members = self._clock.now() - OPENS_AFTER, [member for member in holders if member]
        reserved = {"": budget.reserved_micros, **self._reservations.of_members(org, members)}
        found: dict[str, Standing] = {}
        sums: dict[str, Sum] = {}
        for member, credit in holders.items():
            left = balance(credit, now, zone)
            holder, whose = (Holder.MEMBER, (Where("member", "==", member),)) if member else (Holder.ORGANISATION, ())
            found[member] = _standing(
                holder, Period.CREDITS, left.micros, of=left.window, zone=zone, reserved=reserved[member]
            )
            sums[member] = Sum("cost_micros", (*whose, Where("at", ">=", left.window.starts_at)))
        spent = self._ledger.sums(org, sums)
        return {member: replace(standing, spent=spent[member]) for member, standing in found.items()}

    def is_overdrawn(self, budget: Budget) -> bool:
        """Whether more is spent and reserved than the organisation may spend in all: a call cost more than it could.

        Limits that have to be looked up are left out: they are measured whenever a batch settles or asks for more.
        """
        return budget.epoch == 0 and any(one.room < 0 for one in self._total(budget, None, NOTHING))

    def is_limited(self, budget: Budget) -> bool:
        """Whether any limit may be in force that batches share."""
        return budget.epoch > 0 or bool(self._total(budget, None, NOTHING))

    def _of_batch(self, account: Account, own: Own) -> list[Standing]:
        """The batch's own budget."""
        if account.budget_micros is None:
            return []
        return [_standing(Holder.BATCH, Period.TOTAL, account.budget_micros, spent=own.spent_micros)]

    def _total(self, budget: Budget, limit: int | None, own: Own) -> list[Standing]:
        """What the organisation may spend in all; its budget keeps what it did."""
        limits = (limit, budget.limit_micros, self._default_limit)
        total = next((one for one in limits if one is not None), None)
        if total is None:
            return []
        spent, reserved = budget.spent_micros + own.unsettled_micros, budget.reserved_micros - own.reserved_micros
        return [_standing(Holder.ORGANISATION, Period.TOTAL, total, spent=spent, reserved=reserved)]

    def _counted(self, account: Account, budget: Budget, rules: InForce, own: Own) -> list[Standing]:
        """The limits whose spending the ledger knows."""
        now, zone = self._clock.now() - OPENS_AFTER, zone_of(rules.time_zone)
        asked = _Asked()
        reserved = budget.reserved_micros - own.reserved_micros
        ours = rules.organisation.organisation.model_copy(update={"total_micros": None})
        for standing in _limits(Holder.ORGANISATION, ours, rules.organisation.credits, now, zone, reserved):
            asked.add(standing)
        if account.member:
            whose = Where("member", "==", account.member)
            for standing in self._of_member(account, rules, now, zone, own):
                asked.add(standing, whose)
        if account.batch:
            for standing in _limits(Holder.BATCH, rules.organisation.batches, None, now, zone, 0):
                asked.add(standing, Where("batch", "==", account.batch))
        sums = self._ledger.sums(account.org, asked.sums)
        return [replace(standing, spent=sums[key]) for standing, key in asked.limits]

    def _of_member(self, account: Account, rules: InForce, now: datetime, zone: ZoneInfo, own: Own) -> list[Standing]:
        limits, credit = rules.of_member, rules.member.credits
        found = _limits(Holder.MEMBER, limits, credit, now, zone, 0)
        if limits.month_images is not None:
            month = window(Period.MONTH, now, zone)
            found.append(
                _standing(Holder.MEMBER, Period.MONTH, limits.month_images, unit=Unit.IMAGES, of=month, zone=zone)
            )
        if not found:
            return []
        micros, images = self._reservations.of_member(account.org, account.member)
        if own.member == account.member:
            micros, images = micros - own.reserved_micros, images - own.reserved_images
        return [replace(one, reserved=micros if one.unit is Unit.MICROS else images) for one in found]


def _limits(
    holder: Holder, limits: LimitSet, credit: Credits | None, now: datetime, zone: ZoneInfo, reserved: int
) -> list[Standing]:
    """A holder's limits of money, nothing spent of them yet."""
    by_period = {
        Period.DAY: limits.day_micros,
        Period.MONTH: limits.month_micros,
        Period.TOTAL: limits.total_micros,
    }
    found = [
        _standing(holder, period, limit, of=window(period, now, zone), zone=zone, reserved=reserved)
        for period, limit in by_period.items()
        if limit is not None
    ]
    if credit is not None:
        left = balance(credit, now, zone)
        found.append(_standing(holder, Period.CREDITS, left.micros, of=left.window, zone=zone, reserved=reserved))
    return found


def _standing(
    holder: Holder,
    period: Period,
    limit: int,
    *,
    unit: Unit = Unit.MICROS,
    of: Window = ALWAYS,
    zone: ZoneInfo | None = None,
    spent: int = 0,
    reserved: int = 0,
) -> Standing:
    return Standing(
        holder=holder,
        period=period,
        unit=unit,
        limit=limit,
        spent=spent,
        reserved=reserved,
        window=of,
        zone=zone.key if zone else "UTC",
    )
