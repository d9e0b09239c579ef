"""When a model's next calls may start: its configured rate, as starting times that all batches of this instance share."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock

from shared.domain.image_models import ImageModelSpec
from shared.domain.offers import Offer
from shared.ports.clock import Clock

_OF_NO_MODEL = 50
# Calls start a little later or earlier than their slots; at the full rate every such shift would be one call too many in a second.
_OF_THE_RATE = 0.95


class Slots:
    """Gives starting times away, at most two ticks ahead."""

    def __init__(self, offer: Offer, clock: Clock, *, tick: timedelta) -> None:
        self._offer = offer
        self._clock = clock
        self._tick = tick
        self._next: dict[str, datetime] = {}
        self._lock = Lock()

    def take(self, model: str, wanted: int) -> list[datetime]:
        """When each of at most `wanted` calls starts: no faster than the model's rate, none later than two ticks from now."""
        now = self._clock.now()
        spec = self._offer.find(model)
        if spec is None:
            # Nothing is called for it: its items are to learn that their model is gone.
            return [now] * min(wanted, _OF_NO_MODEL)
        gap, horizon = _gap(spec), now + self._ahead(spec)
        taken: list[datetime] = []
        with self._lock:
            slot = max(self._next.get(model, now), now)
            while len(taken) < wanted and slot <= horizon:
                taken.append(slot)
                slot += gap
            self._next[model] = slot
        return taken

    def free(self, model: str) -> int:
        """How many starting times of a model are to be had now."""
        spec = self._offer.find(model)
        if spec is None:
            return _OF_NO_MODEL
        now = self._clock.now()
        with self._lock:
            slot = max(self._next.get(model, now), now)
        return max((now + self._ahead(spec) - slot) // _gap(spec) + 1, 0)

    def opens_at(self, models: Iterable[str]) -> datetime | None:
        """When the first of these models has a free starting time again; None without a model."""
        now = self._clock.now()
        with self._lock:
            found = [
                max(self._next.get(model, now) - self._ahead(spec), now)
                for model in models
                if (spec := self._offer.find(model)) is not None
            ]
        return min(found, default=None)

    def _ahead(self, spec: ImageModelSpec) -> timedelta:
        """How far ahead starting times are given away."""
        return max(2 * self._tick, _gap(spec))


def _gap(spec: ImageModelSpec) -> timedelta:
    return timedelta(seconds=1 / (_OF_THE_RATE * spec.rate_per_second))
