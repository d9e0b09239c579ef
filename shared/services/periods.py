"""From and to, as people say them, as conditions on a stored moment."""

from contextlib import suppress
from datetime import UTC, date, datetime, time
from typing import TypeAlias

from shared.domain.errors import FieldError, Invalid
from shared.ports.documents import Where

Moment: TypeAlias = date | datetime


def between(field: str, from_: Moment | None, to: Moment | None, *, at: str = "/query") -> tuple[Where, ...]:
    """Conditions for at or after `from_` and before `to`; a date, or a midnight without a time zone, stands for the whole day
    in UTC. Raises Invalid naming `from` or `to` below the pointer `at`.
    """
    start = None if from_ is None else _first_moment(from_, f"{at}/from")
    end = None if to is None else _first_moment(to, f"{at}/to")
    if to is not None and end is not None and _is_day(to):
        end = datetime.combine(end.date(), time.max, UTC)
    if start is not None and end is not None and start > end:
        raise Invalid([FieldError(f"{at}/from", "This is after the end of the period. Swap from and to.")])
    conditions = []
    if start is not None:
        conditions.append(Where(field, ">=", start))
    if end is not None:
        conditions.append(Where(field, "<=" if to is not None and _is_day(to) else "<", end))
    return tuple(conditions)


def _first_moment(moment: Moment, pointer: str) -> datetime:
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time.min, UTC)
    told = "Say in which time zone: 2026-03-01T12:00:00Z, or 2026-03-01 for the whole day in UTC."
    if _is_day(moment):
        return moment.replace(tzinfo=UTC)
    if moment.tzinfo is not None:
        with suppress(OverflowError):
            return moment.astimezone(UTC)
        told = "This time lies outside the calendar: give one like 2026-03-01T12:00:00Z."
    raise Invalid([FieldError(pointer, told)])


def _is_day(moment: Moment) -> bool:
    return not isinstance(moment, datetime) or (moment.tzinfo is None and moment.time() == time.min)
