"""What was read a moment ago, so that it need not be read for every request."""

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

from shared.ports.clock import Clock

V = TypeVar("V")


class Recollection(Generic[V]):
    """At most `most` values, each for at most `seconds` after it was put; safe to use from many threads."""

    def __init__(self, clock: Clock, *, seconds: float, most: int) -> None:
        self._clock = clock
        self._seconds = seconds
        self._most = most
        self._known: OrderedDict[str, tuple[float, V]] = OrderedDict()
        self._lock = Lock()

    def find(self, key: str) -> V | None:
        """The value, or None when it is unknown or too old."""
        now = self._clock.monotonic()
        with self._lock:
            known = self._known.get(key)
            if known is None:
                return None
            if now - known[0] >= self._seconds:
                del self._known[key]
                return None
            self._known.move_to_end(key)
            return known[1]

    def put(self, key: str, value: V) -> None:
        """Remember the value; the one that was asked for the longest ago is forgotten when there are too many."""
        now = self._clock.monotonic()
        with self._lock:
            self._known[key] = (now, value)
            self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
