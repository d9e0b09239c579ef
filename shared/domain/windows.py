"""Limits over a sliding window of time, kept as two numbers."""

from dataclasses import dataclass
from math import ceil

from shared.domain.documents import Stored

SECONDS = 60
# Who waits exactly as long as told must not be refused for the last digit of a fraction.
_ROUNDING_SECONDS = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Acts counted in the minute with this number and in the one before it; minutes are counted from any fixed start."""

    minute: int
    current: int = 0
    former: int = 0

    def at(self, seconds: float) -> "Window":
        """The same acts as they stand at that second."""
        minute = int(seconds // SECONDS)
        if minute <= self.minute:
            return self
        return Window(minute=minute, former=self.current if minute == self.minute + 1 else 0)

    def weight(self, seconds: float) -> float:
        """How many acts the last sixty seconds hold: the former minute counts by the part of it that they reach into."""
        into = min(max(seconds / SECONDS - self.minute, 0.0), 1.0)
        return self.former * (1 - into) + self.current

    def with_one(self) -> "Window":
        """With one act more."""
        return Window(minute=self.minute, current=self.current + 1, former=self.former)

    def wait_seconds(self, seconds: float, limit: int) -> float:
        """For how long no act is allowed; 0 when one is allowed now."""
        if self.weight(seconds) + 1 <= limit:
            return 0.0
        if self.current + 1 <= limit:
            clear = self.minute + 1 - (limit - 1 - self.current) / self.former
        else:
            # What is this minute's now must fade through the next one.
            clear = self.minute + 2 - (limit - 1) / self.current
        return max(clear * SECONDS - seconds, 0.0) + _ROUNDING_SECONDS


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after an act that was let through, and in how many seconds all of it is back."""

    policy: str
    remaining: int
    reset_seconds: int

    @property
    def header(self) -> str:
        """The value of the `RateLimit` header."""
        return f"{self.policy.partition(';')[0]};r={self.remaining};t={self.reset_seconds}"


def policy(name: str, limit: int) -> str:
    """The value of the `RateLimit-Policy` header."""
    return f'"{name}";q={limit};w={SECONDS}'


def allowance(window: Window, seconds: float, *, name: str, limit: int) -> Allowance:
    """What is left of the limit in this window."""
    ends = window.minute + (2 if window.current else 1)
    return Allowance(
        policy(name, limit), max(int(limit - window.weight(seconds)), 0), max(ceil(ends * SECONDS - seconds), 0)
    )


class SubmitCounter(Stored):
    """How many batches a caller submitted in the current and the former minute, at `orgs/{org}/counters/submits-{caller}`."""

    minute: int
    current: int
    former: int
