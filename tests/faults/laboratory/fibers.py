"""Work that stands still wherever it speaks to the outside, so that others go on meanwhile: one seed, one order.

Only one fiber runs at any moment, whoever is to go on next is drawn from the seed, and sleeping moves only the laboratory's
own clock.
"""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from threading import Lock, Thread

from tests.clocks import ManualClock
from tests.engine.faults import Crash


class Fiber:
    """One line of work; `is_doomed` when its process has died and it does not know yet."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.gate = Lock()
        self.gate.acquire()
        self.is_doomed = False
        self.is_over = False


class Fibers:
    """The fibers of one laboratory, and whose turn it is."""

    def __init__(self, clock: ManualClock, random: Random) -> None:
        self.current: Fiber | None = None
        self._clock = clock
        self._random = random
        self._hub = Lock()
        self._hub.acquire()
        self._ready: list[Fiber] = []
        self._asleep: list[tuple[datetime, int, Fiber]] = []
        self._number = 0

    @property
    def count(self) -> int:
        """How many are not over."""
        return len(self._ready) + len(self._asleep)

    @property
    def wakes_at(self) -> datetime | None:
        """When the first sleeper goes on."""
        return self._asleep[0][0] if self._asleep else None

    def start(self, name: str, work: Callable[[], None]) -> Fiber:
        """Begin work that runs when its turn comes; what it raises is its own."""
        fiber = Fiber(name)

        def live() -> None:
            fiber.gate.acquire()
            try:
                work()
            finally:
                fiber.is_over = True
                self._hub.release()

        Thread(target=live, name=name, daemon=True).start()
        self._ready.append(fiber)
        return fiber

    def turn(self) -> bool:
        """Let one of those that can go on go on until it stands still or is over; False when there is none."""
        while self._asleep and self._asleep[0][0] <= self._clock.now():
            self._ready.append(heapq.heappop(self._asleep)[2])
        if not self._ready:
            return False
        fiber = self._ready.pop(self._random.randrange(len(self._ready)))
        self.current = fiber
        fiber.gate.release()
        self._hub.acquire()
        self.current = None
        return True

    def pause(self) -> None:
        """Let others go on; raises Crash when one's own process is gone by then."""
        fiber = self._running()
        self._ready.append(fiber)
        self._stand_still(fiber)

    def sleep(self, seconds: float) -> None:
        """Let so much time pass; raises Crash when one's own process ends meanwhile."""
        fiber = self._running()
        self._number += 1
        wakes_at = self._clock.now() + timedelta(seconds=max(seconds, 0))
        heapq.heappush(self._asleep, (wakes_at, self._number, fiber))
        self._stand_still(fiber)

    def doom(self, fiber: Fiber) -> None:
        """Raise Crash in a fiber that stands still; from outside any fiber."""
        assert self.current is None
        if fiber.is_over or fiber.is_doomed:
            return
        fiber.is_doomed = True
        self._asleep = [entry for entry in self._asleep if entry[2] is not fiber]
        heapq.heapify(self._asleep)
        if fiber not in self._ready:
            self._ready.append(fiber)

    def doom_all(self) -> None:
        """End everything: the laboratory closes."""
        for fiber in [*self._ready, *(entry[2] for entry in self._asleep)]:
            self.doom(fiber)

    def _running(self) -> Fiber:
        assert self.current is not None, "only fibers wait"
        return self.current

    def _stand_still(self, fiber: Fiber) -> None:
        self._hub.release()
        fiber.gate.acquire()
        if fiber.is_doomed:
            fiber.is_doomed = False
            raise Crash
