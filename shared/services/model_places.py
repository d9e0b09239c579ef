"""How many calls to one model this instance makes at once, and who gets the next place."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock

from shared.domain.fair_queues import FairQueue, Seat
from shared.domain.offers import Offer
from shared.services.pacers import PacerService

_UNKNOWN = 1


class Place:
    """A place that is held until it is given back; giving it back twice is fine."""

    def __init__(self, model: "_Model", seat: Seat) -> None:
        self._model: _Model | None = model
        self._seat = seat

    def give_back(self) -> None:
        """Let somebody else call the model: its answer is here."""
        model, self._model = self._model, None
        if model is not None:
            model.free(self._seat)


class ModelPlaces:
    """A place for each call that a model's concurrency allows; who finds none waits, before it claims anything.

    A place that is given back goes to whose turn it is: by lane weight, in a lane to the organisation that holds the fewest,
    in that by batch; not by who waited longest.
    """

    def __init__(self, offer: Offer, pacers: PacerService) -> None:
        self._offer = offer
        self._pacers = pacers
        self._models: dict[str, _Model] = {}
        self._lock = Lock()

    @contextmanager
    def one(self, model: str, seat: Seat) -> Iterator[Place]:
        """Hold a place of this model until it is given back, at the latest until the block ends."""
        spec = self._offer.find(model)
        count = self._pacers.of(spec).concurrency if spec else _UNKNOWN
        with self._lock:
            found = self._models.setdefault(model, _Model())
        found.hold(seat, count)
        place = Place(found, seat)
        try:
            yield place
        finally:
            place.give_back()

    def waiting(self, model: str) -> int:
        """How many wait for a place of this model."""
        with self._lock:
            found = self._models.get(model)
        return len(found) if found else 0


class _Model:
    """The places of one model; `count` follows its pacer, as whoever came last saw it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._queue: FairQueue[Event] = FairQueue()
        self._count = 0
        self._held = 0

    def __len__(self) -> int:
        with self._lock:
            return len(self._queue)

    def hold(self, seat: Seat, count: int) -> None:
        """Return with a place, at the latest when it is one's turn."""
        turn = Event()
        with self._lock:
            self._count = max(count, 1)
            self._queue.put(seat, turn)
            self._hand_out()
        turn.wait()

    def free(self, seat: Seat) -> None:
        """One place less is held, that of this seat."""
        with self._lock:
            self._held -= 1
            self._queue.done(seat)
            self._hand_out()

    def _hand_out(self) -> None:
        while self._held < self._count and len(self._queue):
            self._held += 1
            self._queue.take().set()
