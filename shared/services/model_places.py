"""How many calls to one model this instance makes at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from shared.domain.offers import Offer

_UNKNOWN = 1


class Place:
    """A place that is held until it is given back; giving it back twice is fine."""

    def __init__(self, places: BoundedSemaphore) -> None:
        self._places: BoundedSemaphore | None = places
        places.acquire()

    def give_back(self) -> None:
        """Let somebody else call the model: its answer is here."""
        places, self._places = self._places, None
        if places is not None:
            places.release()


class ModelPlaces:
    """A place for each call that a model's concurrency allows; who finds none waits, before it claims anything."""

    def __init__(self, offer: Offer, *, concurrency: int | None = None) -> None:
        self._offer = offer
        self._concurrency = concurrency
        self._places: dict[str, BoundedSemaphore] = {}
        self._lock = Lock()

    @contextmanager
    def one(self, model: str) -> Iterator[Place]:
        """Hold a place of this model until it is given back, at the latest until the block ends."""
        place = Place(self._of(model))
        try:
            yield place
        finally:
            place.give_back()

    def _of(self, model: str) -> BoundedSemaphore:
        with self._lock:
            if model not in self._places:
                spec = self._offer.find(model)
                count = self._concurrency or (spec.concurrency if spec else _UNKNOWN)
                self._places[model] = BoundedSemaphore(count)
            return self._places[model]
