"""A provider that takes so many calls within any one second, and the steps and workers of one batch before it, in simulated time."""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from shared.domain import breakers, pacers
from shared.domain.pacers import Bounds, Pacer
from tests.clocks import ManualClock

_MARGIN = 0.95
_LATE_SECONDS = 0.03
_CALL_SECONDS = 0.2
_REFUSAL_SECONDS = 0.01


@dataclass
class Run:
    """What came of it: calls by when they started, refusals, writes of the pacer, its rate by time."""

    images: int
    calls: list[float] = field(default_factory=list)
    refusals: int = 0
    writes: int = 0
    rates: list[tuple[float, float]] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Images a second from the first call's start to the last one's."""
        return (self.images - 1) / (self.calls[-1] - self.calls[0])

    @property
    def wasted(self) -> float:
        """The share of calls that were refused."""
        return self.refusals / len(self.calls)

    def rate_at(self, seconds: float) -> float:
        """The pacer's rate at that time."""
        return [rate for at, rate in self.rates if at <= seconds][-1]


class LimitedProvider:
    """A batch at a limited provider: steps each tick, starting times two ticks ahead, refused images back after 2, 4, 8 s."""

    def __init__(
        self,
        limit: Callable[[float], float],
        bounds: Bounds,
        *,
        images: int,
        seed: int = 0,
        retry_after_seconds: float | None = None,
        pacer: Pacer | None = None,
    ) -> None:
        self.clock = ManualClock()
        self.bounds = bounds
        self.run = Run(images)
        self.pacer = pacer or pacers.begun("scripted", "limited", bounds, now=self.clock.now())
        self._limit = limit
        self._retry_after = retry_after_seconds
        self._random = Random(seed)
        self._order = count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._waiting = [(0.0, number) for number in range(images)]
        self._within: deque[float] = deque()
        self._taken: list[datetime] = []
        self._tries: dict[int, int] = {}
        self._slot = 0.0
        self._left = images

    def serve(self) -> Run:
        """Make every image."""
        self._later(0.0, self._step)
        while self._left:
            at, _, happens = heapq.heappop(self._events)
            self.clock.advance(max(at - self.clock.monotonic(), 0.0))
            happens()
        return self.run

    def _later(self, at: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._events, (at, next(self._order), happens))

    def _step(self) -> None:
        now, tick = self.clock.monotonic(), self.bounds.tick.total_seconds()
        paced = breakers.paced(self.pacer, self.bounds, title="it", now=self.clock.now())
        if paced.closed_until is None and self._sends_less_than_waits(now, _MARGIN * paced.rate_per_second, 2 * tick):
            self._becomes(pacers.grown(self.pacer, self.bounds, now=self.clock.now()))
        self.run.rates.append((now, self.pacer.rate))
        self._later(now + tick, self._step)

    def _sends_less_than_waits(self, now: float, rate: float, ahead: float) -> bool:
        self._slot = max(self._slot, now)
        while self._waiting and self._waiting[0][0] <= now:
            if self._slot > now + max(ahead, 1 / rate):
                return True
            _, image = heapq.heappop(self._waiting)
            self._later(self._slot + self._random.random() * _LATE_SECONDS, lambda image=image: self._call(image))  # type: ignore[misc]
            self._slot += 1 / rate
        return False

    def _call(self, image: int) -> None:
        at, now = self.clock.monotonic(), self.clock.now()
        if breakers.paced(self.pacer, self.bounds, title="it", now=now).closed_until is not None:
            heapq.heappush(self._waiting, (at, image))
            return
        self.run.calls.append(at)
        while self._within and self._within[0] <= at - 1:
            self._within.popleft()
        if len(self._within) >= self._limit(at):
            self._later(at + _REFUSAL_SECONDS, lambda: self._refuse(image, now))
            return
        self._within.append(at)
        self._taken.append(now)
        self._later(at + _CALL_SECONDS, self._end)

    def _refuse(self, image: int, started_at: datetime) -> None:
        self.run.refusals += 1
        before = started_at - timedelta(seconds=1)
        self._taken = [at for at in self._taken if at > before]
        admitted = sum(at <= started_at for at in self._taken)
        wish = self._retry_after
        now = self.clock.now()
        self._becomes(pacers.refused(self.pacer, self.bounds, now=now, admitted=admitted, retry_after_seconds=wish))
        self._tries[image] = self._tries.get(image, 0) + 1
        backoff = 2.0 ** self._tries[image] * (1 + 0.25 * self._random.random())
        heapq.heappush(self._waiting, (self.clock.monotonic() + max(backoff, wish or 0), image))

    def _end(self) -> None:
        self._left -= 1

    def _becomes(self, pacer: Pacer | None) -> None:
        if pacer is not None:
            self.pacer = pacer
            self.run.writes += 1
