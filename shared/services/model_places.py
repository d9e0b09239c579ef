"""How many calls to one model this instance makes at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from shared.domain.offers import Offer

_UNKNOWN = 1


class ModelPlaces:
    """A place for each call that a model's concurrency allows; who finds none waits, before it claims anything."""

    def __init__(self, offer: Offer, *, concurrency: int | None = None) -> None:
        self._offer = offer
        self._concurrency = concurrency
        self._places: dict[str, BoundedSemaphore] = {}
        self._lock = Lock()

    @contextmanager
    def one(self, model: str) -> Iterator[None]:
        """Hold a place of this model until the block ends."""
        with self._of(model):
            yield

    def _of(self, model: str) -> BoundedSemaphore:
        with self._lock:
            if model not in self._places:
                spec = self._offer.find(model)
                count = self._concurrency or (spec.concurrency if spec else _UNKNOWN)
                self._places[model] = BoundedSemaphore(count)
            return self._places[model]
