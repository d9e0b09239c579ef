"""A world in which an image takes time: workers' threads are real, what passes while they call the provider is the script's.

The clock moves only when every worker waits, for an answer or for a place, so a run is the same on a slow machine and on a quick one.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from types import MappingProxyType

from shared.ports.providers import GeneratedImage, ImageRequest
from tests.clocks import ManualClock
from tests.engine.scripted import made
from tests.engine.worlds import Delivery, World

# Tasks of one lane that run at once, as on the local stack.
LANE_CONCURRENCY = 96
_PATIENCE_SECONDS = 60.0


class TimedProvider:
    """Answers each request after so many scripted seconds; `calls` says when which prompt was asked for.

    `by_model` says of which models' images an answer takes another time.
    """

    def __init__(self, seconds: float = 1.0, by_model: Mapping[str, float] = MappingProxyType({})) -> None:
        self._seconds = seconds
        self._by_model = by_model
        self._lock = Lock()
        self._open: list[tuple[datetime, Event]] = []
        self.clock: ManualClock | None = None
        self.calls: defaultdict[str, list[datetime]] = defaultdict(list)
        self.most_at_once = 0

    def generate(self, request: ImageRequest) -> GeneratedImage:
        """A picture, when the script says that its time has come."""
        assert self.clock is not None
        answered = Event()
        with self._lock:
            now = self.clock.now()
            self.calls[request.prompt].append(now)
            seconds = self._by_model.get(request.model, self._seconds)
            self._open.append((now + timedelta(seconds=seconds), answered))
            self.most_at_once = max(self.most_at_once, len(self._open))
        assert answered.wait(_PATIENCE_SECONDS)
        return made(request)

    @property
    def open(self) -> int:
        """How many calls wait for their answer."""
        with self._lock:
            return len(self._open)

    def next_at(self) -> datetime | None:
        """When the next answer is due."""
        with self._lock:
            return min((end for end, _ in self._open), default=None)

    def answer(self, now: datetime) -> bool:
        """Answer the call that is due the longest, if any is."""
        with self._lock:
            due = min(self._open, key=lambda call: call[0], default=None)
            if due is None or due[0] > now:
                return False
            self._open.remove(due)
        due[1].set()
        return True


class BusyWorld:
    """Delivers tasks as a queue with many workers does, while images take their time.

    `steps` counts the steps that were delivered, `most_busy` how many workers were busy at once at most.
    """

    def __init__(self, world: World, provider: TimedProvider, *, workers: int = LANE_CONCURRENCY) -> None:
        self.world = world
        self.provider = provider
        self.steps = 0
        self.most_busy = 0
        self._workers = workers
        provider.clock = world.clock
        self._busy: list[tuple[str, Thread]] = []
        self._given: set[str] = set()

    def run(self, *, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Let this much time pass, or less if `until` comes true first."""
        world, end = self.world, self.world.clock.now() + timedelta(seconds=seconds)
        while not until():
            if self._deliver():
                continue
            moments = [self.provider.next_at(), *(one.due_at for one in self._waiting()[:1]), *world.sweeps()]
            nearest = min((moment for moment in moments if moment is not None), default=None)
            if nearest is None or nearest > end:
                world.advance_to(end)
                return
            if nearest > world.clock.now():
                world.advance_to(nearest)
            while self.provider.answer(world.clock.now()):
                self._settle()
            if not self._waiting() and any(moment <= world.clock.now() for moment in world.sweeps()):
                world.engine.reconciliation.sweep()

    def _waiting(self) -> list[Delivery]:
        """Tasks that no worker has, and for which there is a worker."""
        busy = Counter(lane for lane, _ in self._busy)
        return [one for one in self.world.waiting() if one.name not in self._given and busy[one.queue] < self._workers]

    def _deliver(self) -> int:
        """Hand out what is due, the longest due first; how much that was."""
        busy = Counter(lane for lane, _ in self._busy)
        due = [one for one in self._waiting() if one.due_at <= self.world.clock.now()]
        for one in due:
            if one.function == "advance_batch":
                self.steps += 1
                self._carry_out(one)
            elif busy[one.queue] < self._workers:
                busy[one.queue] += 1
                self._given.add(one.name)
                thread = Thread(target=self._carry_out, args=(one,), daemon=True)
                self._busy.append((one.queue, thread))
                thread.start()
                self._settle()
        return len(due)

    def _carry_out(self, one: Delivery) -> None:
        self.world.deliver(one)
        self.world.done(one)

    def _settle(self) -> None:
        """Wait until every worker has ended, or waits for an answer or a place."""
        end = time.monotonic() + _PATIENCE_SECONDS
        models = [spec.id for spec in self.world.offer.all()]
        while True:
            self._busy = [(lane, thread) for lane, thread in self._busy if thread.is_alive()]
            waiting = sum(self.world.engine.places.waiting(model) for model in models)
            if len(self._busy) == self.provider.open + waiting:
                self.most_busy = max(self.most_busy, len(self._busy))
                return
            assert time.monotonic() < end, "A worker neither ends nor waits."
            time.sleep(0.000_5)

    def close(self) -> None:
        """Answer what is open, so that no thread is left, and close the files."""
        while self.provider.open:
            self.provider.answer(self.world.clock.now() + timedelta(days=1))
            self._settle()
        self.world.close()
