"""Limits and credits as admins set them."""

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints

from shared.domain.limits import WARN_PERCENT, Credits, balance
from shared.domain.moments import EVER
from shared.domain.requests import Strict

MAX_MICROS = 10**15
MAX_IMAGES = 10**9

Micros = Annotated[int, Field(ge=0, le=MAX_MICROS, strict=True)]
MemberId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


def _usual(day: date) -> date:
    """The day; raises ValueError for one that begins outside of the calendar by some clock on earth."""
    if not 1970 <= day.year <= 9998:
        raise ValueError("Give a day of the years 1970 to 9998.")
    return day


RenewalDay = Annotated[date, AfterValidator(_usual)]


class LimitSettings(Strict):
    """What may be spent a day, a month and in all, in micros of US dollars; a field that is left out or null sets no limit."""

    day_micros: Micros | None = None
    month_micros: Micros | None = None
    total_micros: Micros | None = None


class OrganisationLimitSettings(LimitSettings):
    """The organisation's limits, and from which percentage of any limit on people are warned."""

    warn_percent: Annotated[int, Field(ge=1, le=100, strict=True)] = WARN_PERCENT


class MemberLimitSettings(LimitSettings):
    """A member's limits: money, and images a month."""

    month_images: Annotated[int, Field(ge=0, le=MAX_IMAGES, strict=True)] | None = None


class Renewal(Strict):
    """To what credits are renewed, on which day first, and whether each month on that day; what is left then is not kept."""

    amount_micros: Micros
    on: RenewalDay
    monthly: bool = True


class CreditGrant(Strict):
    """Credits for a member, or without one for the organisation, on top of what is left; `renewal` replaces the one there was."""

    amount_micros: Micros
    member: MemberId | None = None
    renewal: Renewal | None = None


def granted(before: Credits | None, grant: CreditGrant, now: datetime, zone: ZoneInfo) -> Credits:
    """The credits after a grant; the first one begins their time, later ones leave its beginning as it is."""
    if before is None:
        standing, since = 0, now
    else:
        left = balance(before, now, zone)
        standing, since = left.micros, left.window.starts_at
    renewal: dict[str, object] = {}
    if grant.renewal is not None:
        renewal = {
            "renewal_micros": grant.renewal.amount_micros,
            "renews_on": grant.renewal.on.isoformat(),
            "monthly": grant.renewal.monthly,
        }
    kept = before or Credits(granted_micros=0, last_reset_at=max(since, EVER))
    return kept.model_copy(update={"granted_micros": standing + grant.amount_micros, "last_reset_at": since, **renewal})
