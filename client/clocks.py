"""The only place of the client that knows the time or waits."""

import time
from typing import Protocol


class Clock(Protocol):
    """Time that passes, in seconds since some fixed moment, and waiting."""

    def monotonic(self) -> float:
        """Seconds since a fixed but unknown moment; never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return after that many seconds."""
        ...


class SystemClock:
    """The computer's own clock."""

    def monotonic(self) -> float:
        """Seconds since a fixed but unknown moment; never goes back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Return after that many seconds."""
        time.sleep(seconds)
