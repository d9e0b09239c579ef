"""How often one caller may ask: token buckets, kept in this instance and announced as approximate."""

import math
from collections import OrderedDict
from threading import Lock

from shared.domain.errors import RateLimited
from shared.domain.windows import SECONDS, Allowance, policy
from shared.ports.clock import Clock

MAX_CALLERS = 10_000


class TokenBuckets:
    """A bucket a caller, refilled evenly: `per_minute` requests a minute, all of them at once if need be."""

    def __init__(self, clock: Clock, *, name: str, per_minute: int) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._rate = per_minute / SECONDS
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()
        self.policy = policy(name, per_minute)

    def take(self, caller: str) -> Allowance:
        """Let one request through; raises RateLimited when the bucket is empty."""
        now = self._clock.monotonic()
        with self._lock:
            level, at = self._buckets.pop(caller, (float(self._per_minute), now))
            level = min(self._per_minute, level + (now - at) * self._rate)
            allowed = level >= 1
            level -= 1 if allowed else 0
            self._buckets[caller] = (level, now)
            if len(self._buckets) > MAX_CALLERS:
                self._buckets.popitem(last=False)
        if not allowed:
            raise RateLimited(
                f"At most {self._per_minute} requests a minute are served. Slow down and try again.",
                retry_after_seconds=(1 - level) / self._rate,
                policy=self.policy,
            )
        return Allowance(self.policy, int(level), math.ceil((self._per_minute - level) / self._rate))
