"""Days as the clocks of a time zone have them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.domain.errors import ConfigurationWrong

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Day:
    """A day as the clocks of a time zone have it: 23 to 25 hours, and more where clocks have been moved for good.

    After a day of another time zone it `begins_at` the moment that ended that one; no clocks are as much as two days apart.
    """

    date: date
    zone: ZoneInfo
    begins_at: datetime | None = None

    @property
    def starts_at(self) -> datetime:
        """Its first moment, in UTC; of the first day of all, the first moment that there is."""
        if self.begins_at is not None:
            return self.begins_at
        try:
            return datetime.combine(self.date, time.min, self.zone).astimezone(UTC)
        except OverflowError:
            return _FIRST

    @property
    def ends_at(self) -> datetime:
        """The first moment of the next day, in UTC; its own first one where the report before it ended no sooner, and the last
        moment that there is on the last day of all.
        """
        if self.date == date.max:
            return _LAST
        return max(Day(self.date + timedelta(days=1), self.zone).starts_at, self.starts_at)


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name; raises ConfigurationWrong."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigurationWrong(
            f"There is no time zone {name[:64]!r}: give the organisation one like Europe/Berlin."
        ) from None
