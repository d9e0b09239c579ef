"""The 429s of Gemini: a moment too busy, or a quota that opens again at a known time."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.adapters.providers.gemini.details import Details
from shared.domain.errors import ErrorKind, ProviderError

# Google counts its days and months by the clock of its home.
_GOOGLE_TIME = "America/Los_Angeles"
_NO_CREDIT = ("credits are depleted", "prepay")
_LIMIT = re.compile(r"limit: (\d+)")


def exceeded(details: Details, *, now: datetime) -> ProviderError:
    """`busy` with the wait that was asked for; `quota` for a day, a month or a spent budget; `unauthorised` for none."""
    said = details.said
    if _has_no_quota(details):
        return ProviderError(
            ErrorKind.UNAUTHORISED,
            f"The plan of this key includes no use of the model: {details.message} Turn billing on for its project.",
        )
    if "spending cap" in said or "spend limit" in said or "spending limit" in said:
        reopens_at = next_month(now) if "month" in said else next_day(now)
        return ProviderError(
            ErrorKind.QUOTA, f"The spending limit is reached: {details.message}", reopens_at=reopens_at
        )
    if any(words in said for words in _NO_CREDIT):
        return ProviderError(ErrorKind.QUOTA, f"The prepaid credit is used up: {details.message}")
    if "perday" in said or "per day" in said:
        # The wait that comes with a daily quota is of seconds, and useless.
        return ProviderError(
            ErrorKind.QUOTA, f"The quota of the day is used up: {details.message}", reopens_at=next_day(now)
        )
    return ProviderError(
        ErrorKind.BUSY,
        f"Gemini is asked too often: {details.message}",
        retry_after_seconds=details.retry_after_seconds,
    )


def next_day(now: datetime) -> datetime:
    """The next midnight by Google's clock, in UTC."""
    return _midnight(now.astimezone(ZoneInfo(_GOOGLE_TIME)).replace(tzinfo=None) + timedelta(days=1))


def next_month(now: datetime) -> datetime:
    """The next first of a month at midnight by Google's clock, in UTC."""
    first = now.astimezone(ZoneInfo(_GOOGLE_TIME)).replace(tzinfo=None, day=1)
    return _midnight((first + timedelta(days=32)).replace(day=1))


def _midnight(day: datetime) -> datetime:
    start = day.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=ZoneInfo(_GOOGLE_TIME))
    return start.astimezone(UTC)


def _has_no_quota(details: Details) -> bool:
    """Whether one of the limits that were met is zero: waiting opens nothing."""
    values = [str(found["quotaValue"]) for found in details.violations if "quotaValue" in found]
    return "0" in (values or _LIMIT.findall(details.said))
