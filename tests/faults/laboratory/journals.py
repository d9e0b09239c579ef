"""What happened in one run, in order."""

from collections.abc import Callable
from datetime import datetime


class Violation(AssertionError):
    """An invariant is broken."""


class Journal:
    """Events as lines; two runs of one seed have the same."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._began_at = now()
        self._lines: list[tuple[datetime, str, str]] = []

    def add(self, who: str, what: str) -> None:
        """Note an event."""
        self._lines.append((self._now(), who, what))

    def __len__(self) -> int:
        return len(self._lines)

    def text(self) -> str:
        """The whole story, a line an event: seconds since the beginning, who, what."""
        return "\n".join(
            f"{(at - self._began_at).total_seconds():12.3f}  {who:<12} {what}" for at, who, what in self._lines
        )
