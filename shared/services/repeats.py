"""Doing guarded work again while others get there first."""

from collections.abc import Callable
from typing import TypeVar

from shared.domain.errors import GuardRefused, Unavailable
from shared.ports.clock import Clock
from shared.ports.ids import Ids
from shared.retry import exponential_delay_seconds

_TURNS = 12

T = TypeVar("T")


class Repeats:
    """The patience of guarded commits."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids

    def until_unrefused(self, attempt: Callable[[], T]) -> T:
        """Run guarded work again, after a jittered wait, while others get there first; raises Unavailable after many turns."""
        for turn in range(1, _TURNS + 1):
            try:
                return attempt()
            except GuardRefused:
                jitter = self._ids.jitter()
                self._clock.sleep(
                    exponential_delay_seconds(turn, base_seconds=0.005, max_seconds=0.5, jitter=jitter, jitter_share=1)
                )
        raise Unavailable("Too many changes at once. Try again in a moment.")
