"""What may be spent, by whom, in which time: limits and credits as data, and how they stand at a moment."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from shared.domain.days import Day
from shared.domain.documents import Part, Stored
from shared.domain.moments import EVER

WARN_PERCENT: Final = 80


class Holder(StrEnum):
    """Whose a limit is."""

    BATCH = "batch"
    MEMBER = "member"
    ORGANISATION = "organisation"


class Period(StrEnum):
    """The time that a limit counts; credits count since they were last renewed."""

    DAY = "day"
    MONTH = "month"
    TOTAL = "total"
    CREDITS = "credits"


class Unit(StrEnum):
    """What a limit counts: micros of US dollars, or images made."""

    MICROS = "micros"
    IMAGES = "images"


class LimitSet(Part):
    """What one holder may spend a day, a month and in all; no limit where it is None. Images are counted for members only."""

    day_micros: int | None = None
    month_micros: int | None = None
    total_micros: int | None = None
    month_images: int | None = None


class Credits(Part):
    """An amount to be spent down: what it was at its last reset and grants since, and what it is renewed to, on a day or each month."""

    granted_micros: int
    last_reset_at: datetime
    renewal_micros: int | None = None
    # The first day of the renewal, as text: documents hold no days.
    renews_on: str | None = None
    monthly: bool = False


class OrganisationLimits(Stored):
    """All limits of an organisation but members' own, at `orgs/{org}/limits/organisation`."""

    organisation: LimitSet = LimitSet()
    members: LimitSet = LimitSet()
    batches: LimitSet = LimitSet()
    credits: Credits | None = None
    warn_percent: int = WARN_PERCENT


class MemberLimits(Stored):
    """A member's own limits, instead of the members' default where there are any, at `orgs/{org}/limits/{member}`."""

    member: str
    limits: LimitSet | None = None
    credits: Credits | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """From when on spending counts, and when it begins anew; None where it never does."""

    starts_at: datetime
    resets_at: datetime | None


ALWAYS: Final = Window(EVER, None)


def window(period: Period, now: datetime, zone: ZoneInfo) -> Window:
    """The day or month of the zone's clocks that this moment lies in; days of 23 and 25 hours are as long as they are."""
    today = now.astimezone(zone).date()
    if period is Period.DAY:
        day = Day(today, zone)
        return Window(day.starts_at, day.ends_at)
    if period is Period.MONTH:
        first = today.replace(day=1)
        return Window(Day(first, zone).starts_at, Day(_months_after(first, 1), zone).starts_at)
    return ALWAYS


@dataclass(frozen=True, slots=True)
class Balance:
    """Credits as they stand: what the present period began with, and when it began and ends."""

    micros: int
    window: Window


def balance(credit: Credits, now: datetime, zone: ZoneInfo) -> Balance:
    """What the credits are at this moment; renewals happen by themselves, and what was left before is not kept."""
    if credit.renews_on is None or credit.renewal_micros is None:
        return Balance(credit.granted_micros, Window(credit.last_reset_at, None))
    first = date.fromisoformat(credit.renews_on)
    begins_at = Day(first, zone).starts_at
    if now < begins_at:
        return Balance(credit.granted_micros, Window(credit.last_reset_at, begins_at))
    if not credit.monthly:
        return Balance(_since(credit, begins_at), Window(begins_at, None))
    today = now.astimezone(zone).date()
    months = (today.year - first.year) * 12 + today.month - first.month
    if now < Day(_months_after(first, months), zone).starts_at:
        months -= 1
    last, following = (Day(_months_after(first, count), zone).starts_at for count in (months, months + 1))
    return Balance(_since(credit, last), Window(last, following))


def _since(credit: Credits, renewed_at: datetime) -> int:
    """Grants after the latest renewal count on top of it."""
    return credit.granted_micros if credit.last_reset_at >= renewed_at else credit.renewal_micros or 0


def _months_after(day: date, count: int) -> date:
    """The same day of a later month, or its last one where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A limit in force and how it stands: spent in its window, and set aside by batches (of others, where one batch asks)."""

    holder: Holder
    period: Period
    unit: Unit = Unit.MICROS
    limit: int
    spent: int
    reserved: int
    window: Window = ALWAYS
    zone: str = "UTC"

    @property
    def room(self) -> int:
        """What can still be set aside; negative when the limit was lowered, or a call cost more than its ceiling."""
        return self.limit - self.spent - self.reserved

    @property
    def key(self) -> str:
        """What tells it from the holder's other limits."""
        return f"{self.holder.value}-{self.period.value}-{self.unit.value}"

    def is_warned_at(self, percent: int) -> bool:
        """Whether so much of it is spent that people are warned."""
        return self.spent * 100 >= self.limit * percent


def smallest(standings: list[Standing], unit: Unit) -> Standing | None:
    """The limit with the least room; of equals the one that opens last."""
    among = [one for one in standings if one.unit is unit]
    if not among:
        return None
    never = datetime.max.replace(tzinfo=UTC)
    return min(among, key=lambda one: (one.room, -(one.window.resets_at or never).timestamp()))


def closed_for_good(standings: list[Standing], least_micros: int) -> Standing | None:
    """The limit that leaves no room for one image of this price now, and by itself never will."""
    for one in standings:
        least = 1 if one.unit is Unit.IMAGES else least_micros
        # Credits may be renewed to more than they are now.
        is_too_small = one.limit < least and one.period is not Period.CREDITS
        if one.room < least and (one.window.resets_at is None or is_too_small):
            return one
    return None
