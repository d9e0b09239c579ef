"""How fast one queue may start deliveries; times are monotonic seconds."""

import math


class TokenBucket:
    """At most `size` starts at once and `rate` a second over time."""

    def __init__(self, *, rate: float, size: int, now: float) -> None:
        self._rate, self._size = rate, float(size)
        self._tokens, self._filled_at = float(size), now

    def configure(self, *, rate: float, size: int) -> None:
        """Go on with another rate and size."""
        self._rate, self._size = rate, float(size)
        self._tokens = min(self._tokens, self._size)

    def wait_seconds(self, now: float, *, share: float = 1.0) -> float:
        """How long until a start is allowed, 0 when it is now; `share` slows the rate for the time since the last question."""
        elapsed = max(0.0, now - self._filled_at)
        self._tokens = min(self._size, self._tokens + elapsed * self._rate * share)
        self._filled_at = now
        # A hair below one is one: sums of small waits must not end just short of it.
        return 0.0 if self._tokens >= 1.0 - 1e-6 else (1.0 - self._tokens) / (self._rate * share)

    def take(self) -> None:
        """Use up one start."""
        self._tokens -= 1.0


class Throttle:
    """Slows a whole queue that is told 429 or 503: half of it at each answer, at most once a second; back within seconds."""

    FLOOR = 1 / 64
    REGAIN_A_SECOND = 1.5

    def __init__(self) -> None:
        self._share, self._changed_at = 1.0, float("-inf")

    def share(self, now: float) -> float:
        """The part of the queue's rate and concurrency that may be used now, 1/64 to 1."""
        if self._share < 1.0:
            rested = min(60.0, max(0.0, now - self._changed_at))
            return min(1.0, self._share * math.pow(self.REGAIN_A_SECOND, rested))
        return 1.0

    def slow_down(self, now: float) -> None:
        """The target said that it has too much to do."""
        if now - self._changed_at >= 1.0:
            self._share, self._changed_at = max(self.FLOOR, self.share(now) / 2), now


class Hold:
    """Keeps a queue from a target that is not listening: 50 ms, doubled at each further refusal, at most a second."""

    FIRST_SECONDS, LONGEST_SECONDS = 0.05, 1.0

    def __init__(self) -> None:
        self._refusals, self._until = 0, float("-inf")

    def wait_seconds(self, now: float) -> float:
        """How long the queue still keeps away; 0 when it may try."""
        return max(0.0, self._until - now)

    def refused(self, now: float) -> None:
        """The target did not take a connection; those that were refused together count as one."""
        if now >= self._until:
            self._refusals += 1
            self._until = now + min(self.FIRST_SECONDS * 2.0 ** min(self._refusals - 1, 30), self.LONGEST_SECONDS)

    def reached(self) -> None:
        """The target took a connection."""
        self._refusals, self._until = 0, float("-inf")
