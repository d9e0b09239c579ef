"""What Cloud Scheduler does elsewhere: calls to a function at its times, with a signed token."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import TypeAlias
from zoneinfo import ZoneInfo

import httpx
from cronsim import CronSim, CronSimError

from shared.logging import logger
from shared.ports.clock import Clock

# What comes at least as often as this is also called at the start: a machine that was off has missed it.
MADE_UP_FOR = timedelta(minutes=1)
_STOP_SECONDS = 60.0
_LONGEST_WAIT_SECONDS = 3_600.0

_log = logger(__name__)

Due: TypeAlias = Callable[[datetime], datetime]


def every(seconds: float) -> Due:
    """Times that are so many seconds apart."""
    return lambda now: now + timedelta(seconds=seconds)


def cron(fields: str, time_zone: str) -> Due:
    """Times by the five fields of cron, on the clocks of a zone; raises ValueError for fields that are none."""
    zone = ZoneInfo(time_zone)
    try:
        CronSim(fields, datetime(2026, 1, 1, tzinfo=zone))
    except CronSimError as error:
        raise ValueError(f"{fields!r} is no schedule: {error}") from None
    return lambda now: next(CronSim(fields, now.astimezone(zone))).astimezone(now.tzinfo)


class Schedule:
    """Calls one address at each time that `due` gives, until it is stopped.

    A call that fails is logged, the next one comes anyway; calls do not overlap.
    """

    def __init__(
        self, url: str, *, due: Due, token: Callable[[str], str], clock: Clock, timeout_seconds: float = 60.0
    ) -> None:
        self._url = url
        self._due = due
        self._token = token
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="schedule", daemon=True)

    def start(self) -> None:
        """Begin; what comes each minute or more often is called at once."""
        self._thread.start()

    def stop(self) -> None:
        """End; waits for a call under way."""
        self._stopped.set()
        self._thread.join(timeout=_STOP_SECONDS)

    def _run(self) -> None:
        with httpx.Client(timeout=self._timeout_seconds, trust_env=False) as client:
            now = self._clock.now()
            if self._due(now) - now <= MADE_UP_FOR:
                self._call(client)
            while self._wait(self._due(self._clock.now())):
                self._call(client)

    def _wait(self, until: datetime) -> bool:
        """Whether that time has come; False when the schedule was stopped."""
        while (left := (until - self._clock.now()).total_seconds()) > 0:
            # Looked at anew each hour: the machine's clock may be put right, or the machine may sleep.
            if self._stopped.wait(min(left, _LONGEST_WAIT_SECONDS)):
                return False
        return not self._stopped.is_set()

    def _call(self, client: httpx.Client) -> None:
        try:
            answer = client.post(self._url, json={}, headers={"Authorization": f"Bearer {self._token(self._url)}"})
            answer.raise_for_status()
        except httpx.HTTPError as error:
            _log.warning("schedule_failed", function=self._url.rpartition("/")[2], error=type(error).__name__)
