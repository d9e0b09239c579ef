"""Time, as the process sees it."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The only source of time; tests move it by hand."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary start that never go back: for measuring durations."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let at least `seconds` pass."""
        ...
