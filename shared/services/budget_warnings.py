"""Telling people that a limit is nearly used up: once for each limit and window."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.domain.event_names import EventName
from shared.domain.ids import derived
from shared.domain.limits import Holder, Period, Standing
from shared.ports.clock import Clock
from shared.ports.events import Event, EventBus
from shared.services.standings import Account

# No day or month is longer, whatever clocks do in it.
_LONGEST = {Period.DAY: timedelta(days=2), Period.MONTH: timedelta(days=33)}


class BudgetWarnings:
    """Announces `BudgetWarned`. Said first, then remembered: at least once, under an id by which repeats are known."""

    def __init__(self, events: EventBus, clock: Clock) -> None:
        self._events = events
        self._clock = clock

    def told(
        self, account: Account, standings: list[Standing], percent: int, warned: Mapping[str, str]
    ) -> dict[str, Any]:
        """Announce what is above the threshold and was not announced; the budget's field that remembers it, {} for nothing new."""
        fresh = {}
        for standing in standings:
            holder = _holder(account, standing)
            key, mark = f"{holder}:{standing.key}", _mark(standing)
            if standing.limit > 0 and standing.is_warned_at(percent) and warned.get(key) != mark:
                self._publish(account, standing, holder, mark, percent)
                fresh[key] = mark
        return {"warned": {**_current(warned, self._clock.now()), **fresh}} if fresh else {}

    def _publish(self, account: Account, standing: Standing, holder: str, mark: str, percent: int) -> None:
        data: dict[str, str | int] = {
            "holder": standing.holder.value,
            "period": standing.period.value,
            "unit": standing.unit.value,
            "limit": standing.limit,
            "spent": standing.spent,
            "percent": percent,
        }
        if standing.holder is not Holder.ORGANISATION:
            data[standing.holder.value] = holder
        if standing.window.resets_at is not None:
            data["resets_at"] = standing.window.resets_at.isoformat()
        self._events.publish(
            Event(
                id=derived("evt", account.org, holder, standing.key, mark),
                name=EventName.BUDGET_WARNED,
                org=account.org,
                occurred_at=self._clock.now(),
                data=data,
            )
        )


def _holder(account: Account, standing: Standing) -> str:
    ids = {Holder.BATCH: account.batch, Holder.MEMBER: account.member, Holder.ORGANISATION: account.org}
    return ids[standing.holder]


def is_told(warned: Mapping[str, str], limit: int) -> bool:
    """Whether people were warned of a limit of this amount."""
    return any(mark.startswith(f"{limit}@") for mark in warned.values())


def _current(warned: Mapping[str, str], now: datetime) -> dict[str, str]:
    """Without the marks of days and months that are over: nobody is warned of them again."""
    return {key: mark for key, mark in warned.items() if not _is_over(key, mark, now)}


def _is_over(key: str, mark: str, now: datetime) -> bool:
    longest = next((days for period, days in _LONGEST.items() if f"-{period.value}-" in key), None)
    starts_at = datetime.fromisoformat(mark.partition("@")[2])
    return longest is not None and starts_at + longest < now


def _mark(standing: Standing) -> str:
    """The limit in its window: another amount, or the next day, is another thing to be warned of."""
    return f"{standing.limit}@{standing.window.starts_at.isoformat()}"
