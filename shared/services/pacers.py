"""The pace of each provider's models, learned from the answers of all workers."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from shared.domain import breakers, pacers
from shared.domain.breakers import Outcome
from shared.domain.errors import ErrorKind, GuardRefused, ProviderError, Unavailable
from shared.domain.failures import OF_OUTAGES, PATIENT
from shared.domain.image_models import ImageModelSpec
from shared.domain.pacers import Bounds, Paced, Pacer
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.ids import Ids
from shared.repositories.collections import Read, guarded
from shared.repositories.pacers import PacerRepository, create

_KEPT_SECONDS = 1.0
_TURNS = 3
_OUTCOMES_KEPT = 20
_LATELY = timedelta(minutes=5)
_SECOND = timedelta(seconds=1)
# Who answers so is there; of anything else nothing is learned.
_TOO_FAST = frozenset({ErrorKind.BUSY, ErrorKind.UNAVAILABLE})

_log = logger(__name__)

Change = Callable[[Pacer, Bounds, datetime], Pacer | None]


class Calls:
    """What this instance alone knows of one model: the calls that were taken within a second, and how the last ones ended."""

    def __init__(self) -> None:
        self.taken: deque[datetime] = deque(maxlen=1_000)
        self.outcomes: deque[Outcome] = deque(maxlen=_OUTCOMES_KEPT)

    def admitted(self, until: datetime) -> int:
        """How many calls that started in the second up to then were not refused."""
        return sum(until - _SECOND < at <= until for at in self.taken)

    def lately(self, since: datetime) -> list[Outcome]:
        """How the calls since then ended."""
        return [outcome for outcome in self.outcomes if outcome.at > since]


@dataclass(slots=True)
class _Known:
    """A pacer as it was read or written here last; None while there is none."""

    read: Read[Pacer] | None
    at: float


class PacerService:
    """Says how fast a model may be asked, and learns it.

    What is said is at most a second old; what this instance learned itself it knows at once. A pacer is written at most a
    few times a second, however many calls there are, and who is overtaken in writing leaves it at that.
    """

    def __init__(
        self,
        documents: DocumentStore,
        clock: Clock,
        ids: Ids,
        *,
        tick: timedelta,
        model_concurrency: int | None = None,
        model_rate_per_second: float | None = None,
    ) -> None:
        self._documents = documents
        self._pacers = PacerRepository(documents)
        self._clock = clock
        self._ids = ids
        self._tick = tick
        self._model_concurrency = model_concurrency
        self._model_rate = model_rate_per_second
        self._known: dict[str, _Known] = {}
        self._calls: defaultdict[str, Calls] = defaultdict(Calls)
        self._lock = Lock()

    def of(self, spec: ImageModelSpec) -> Paced:
        """The pace of this model now; a configured figure stands before the model's own. Raises Unavailable."""
        bounds = self._bounds(spec)
        read = self._pacer(spec)
        if read is None:
            return Paced(rate_per_second=bounds.beginning_rate, concurrency=bounds.concurrency)
        return breakers.paced(read.value, bounds, title=spec.title, now=self._clock.now())

    def grow(self, spec: ImageModelSpec) -> None:
        """There is more to ask than the pace lets through: a step faster, if one is due."""
        if self._pacer(spec) is None:
            self._begin(spec)
        else:
            self._change(spec, lambda pacer, bounds, now: pacers.grown(pacer, bounds, now=now))

    @contextmanager
    def admission(self, spec: ImageModelSpec) -> Iterator[bool]:
        """Whether a call may start now, asked just before it; a model that is shut admits one trial at a time.

        A trial that made no call by the end of the block is given back.
        """
        paced = self.of(spec)
        read = self._pacer(spec)
        if read is None or not read.value.is_shut:
            yield paced.closed_until is None
            return
        trial = self._change(
            spec, lambda pacer, _bounds, now: breakers.tried(pacer, now=now, deadline_seconds=spec.deadline_seconds)
        )
        try:
            yield trial is not None
        finally:
            if trial is not None:
                self._quietly(spec, lambda pacer, _bounds, _now: breakers.untried(pacer, trial_at=trial.trial_at))

    def started(self, spec: ImageModelSpec) -> datetime:
        """A call starts: when, to be told with its end."""
        now = self._clock.now()
        with self._lock:
            self._calls[spec.id].taken.append(now)
        return now

    def answered(self, spec: ImageModelSpec, started_at: datetime) -> None:
        """The provider answered this call, with a picture or with a fault of the request's own."""
        self._ended(spec, failed=False, image="")
        self._quietly(
            spec,
            lambda pacer, bounds, now: (
                breakers.reopened(pacer, bounds, now=now) if breakers.is_of_trial(pacer, started_at) else None
            ),
        )

    def refused(self, spec: ImageModelSpec, error: ProviderError, started_at: datetime, *, image: str = "") -> None:
        """The call failed in a way that tells something of the provider: too fast, over its quota, down.

        `image` tells apart the images that calls were for; without it, each is taken to be for another one.
        """
        if error.kind not in OF_OUTAGES | PATIENT:
            self.answered(spec, started_at)
            return
        with self._lock:
            calls = self._calls[spec.id]
            if started_at in calls.taken:
                calls.taken.remove(started_at)
            admitted = calls.admitted(started_at)
        self._ended(spec, failed=error.kind in OF_OUTAGES, image=image or started_at.isoformat())
        self._quietly(spec, lambda pacer, bounds, now: self._after(pacer, bounds, now, error, started_at, admitted))

    def _after(
        self, pacer: Pacer, bounds: Bounds, now: datetime, error: ProviderError, started_at: datetime, admitted: int
    ) -> Pacer | None:
        """The pacer after a refusal or a failure."""
        is_trial = breakers.is_of_trial(pacer, started_at)
        if pacer.is_shut and not is_trial:
            return None
        if error.kind is ErrorKind.QUOTA:
            return breakers.parked(pacer, now=now, reopens_at=error.reopens_at)
        if error.kind in OF_OUTAGES and (is_trial or self._is_down(pacer, now)):
            _log.warning("model_down", model=pacer.model, pauses=pacer.pauses + 1)
            return breakers.opened(pacer, now=now, jitter=self._ids.jitter())
        if is_trial:
            pacer = breakers.reopened(pacer, bounds, now=now)
        elif error.kind not in _TOO_FAST:
            return None
        wish = error.retry_after_seconds
        slower = pacers.refused(pacer, bounds, now=now, admitted=admitted, retry_after_seconds=wish)
        return slower or (pacer if is_trial else None)

    def _is_down(self, pacer: Pacer, now: datetime) -> bool:
        since = max(now - _LATELY, pacer.reopened_at or now - _LATELY)
        with self._lock:
            return breakers.is_down(self._calls[pacer.model].lately(since))

    def _ended(self, spec: ImageModelSpec, *, failed: bool, image: str) -> None:
        with self._lock:
            self._calls[spec.id].outcomes.append(Outcome(self._clock.now(), failed, image))

    def _quietly(self, spec: ImageModelSpec, change: Change) -> None:
        """As `_change`, for what follows a paid call: that is not lost because its pace could not be written."""
        try:
            self._change(spec, change)
        except Unavailable as error:
            _log.warning("pace_not_kept", model=spec.id, detail=error.detail)

    def _change(self, spec: ImageModelSpec, change: Change) -> Pacer | None:
        """Write what becomes of the pacer, under its guard; what it is then, None when there was nothing to do."""
        bounds = self._bounds(spec)
        for _ in range(_TURNS):
            read = self._pacer(spec)
            now = self._clock.now()
            before = read.value if read else pacers.begun(spec.provider, spec.id, bounds, now=now)
            after = change(before, bounds, now)
            if after is None:
                return None
            if self._write(spec, read, after):
                return after
        return None

    def _begin(self, spec: ImageModelSpec) -> None:
        pacer = pacers.begun(spec.provider, spec.id, self._bounds(spec), now=self._clock.now())
        self._write(spec, None, pacer)

    def _write(self, spec: ImageModelSpec, read: Read[Pacer] | None, pacer: Pacer) -> bool:
        """Whether this was written, which it is not when somebody else wrote since."""
        write = create(pacer) if read is None else guarded(read, pacer.written())
        try:
            result = self._documents.commit([write])
        except GuardRefused:
            with self._lock:
                self._known.pop(spec.id, None)
            return False
        self._remember(spec, Read(pacer, write.path, result.versions[write.path]))
        return True

    def _pacer(self, spec: ImageModelSpec) -> Read[Pacer] | None:
        with self._lock:
            known = self._known.get(spec.id)
        if known is None or self._clock.monotonic() - known.at > _KEPT_SECONDS:
            return self._remember(spec, self._pacers.one(spec.provider, spec.id))
        return known.read

    def _remember(self, spec: ImageModelSpec, read: Read[Pacer] | None) -> Read[Pacer] | None:
        with self._lock:
            self._known[spec.id] = _Known(read, self._clock.monotonic())
        return read

    def _bounds(self, spec: ImageModelSpec) -> Bounds:
        return Bounds(
            rate_per_second=self._model_rate or spec.rate_per_second,
            concurrency=self._model_concurrency or spec.concurrency,
            tick=self._tick,
        )
