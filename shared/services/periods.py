"""From and to, as people say them, as conditions on a stored moment."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time
from typing import TypeAlias
from zoneinfo import ZoneInfo

from shared.domain.days import Day, zone_of
from shared.domain.errors import FieldError, Invalid
from shared.ports.documents import Where

Moment: TypeAlias = date | datetime


def utc() -> ZoneInfo:
    """The time zone of days that are nobody's."""
    return zone_of("UTC")


def between(
    field: str, from_: Moment | None, to: Moment | None, *, at: str = "/query", zone: Callable[[], ZoneInfo] = utc
) -> tuple[Where, ...]:
    """Conditions for at or after `from_` and before `to`; a date, or a midnight without a time zone, stands for the whole day
    in this zone, which is asked for only then. Raises Invalid naming `from` or `to` below the pointer `at`.
    """
    start = None if from_ is None else _moment(from_, zone, f"{at}/from")
    end = None if to is None else _moment(to, zone, f"{at}/to", is_end=True)
    if start is not None and end is not None and (start > end or (start == end and _is_day(to))):
        raise Invalid([FieldError(f"{at}/from", "This is after the end of the period. Swap from and to.")])
    conditions = []
    if start is not None:
        conditions.append(Where(field, ">=", start))
    if end is not None:
        conditions.append(Where(field, "<", end))
    return tuple(conditions)


def _moment(moment: Moment, zone: Callable[[], ZoneInfo], pointer: str, *, is_end: bool = False) -> datetime:
    if not isinstance(moment, datetime) or _is_day(moment):
        day = Day(moment.date() if isinstance(moment, datetime) else moment, zone())
        return day.ends_at if is_end else day.starts_at
    told = "Say in which time zone: 2026-03-01T12:00:00Z, or 2026-03-01 for the whole day."
    if moment.tzinfo is not None:
        with suppress(OverflowError):
            return moment.astimezone(UTC)
        told = "This time lies outside the calendar: give one like 2026-03-01T12:00:00Z."
    raise Invalid([FieldError(pointer, told)])


def _is_day(moment: Moment | None) -> bool:
    return not isinstance(moment, datetime) or (moment.tzinfo is None and moment.time() == time.min)
