"""A clock that tests move by hand."""

from datetime import UTC, datetime, timedelta
from threading import Lock

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class ManualClock:
    """A Clock that stands still until it is moved; sleeping moves it and returns at once."""

    def __init__(self, start: datetime = START) -> None:
        self._lock = Lock()
        self._start = start
        self._now = start

    def now(self) -> datetime:
        """The moment at which the clock stands."""
        with self._lock:
            return self._now

    def monotonic(self) -> float:
        """Seconds by which the clock was moved since it was made."""
        return (self.now() - self._start).total_seconds()

    def sleep(self, seconds: float) -> None:
        """Move the clock as if `seconds` had been slept."""
        self.advance(max(0.0, seconds))

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        with self._lock:
            self._now += timedelta(seconds=seconds)
