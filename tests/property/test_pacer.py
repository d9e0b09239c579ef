"""A model's pace under every order of answers, refusals, outages and quotas, learned by two processes at once."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.pacers import Pacer
from shared.repositories.pacers import PacerRepository
from shared.services.engine import Engine
from tests.engine.conftest import MEMORY
from tests.engine.scripted import model
from tests.engine.worlds import World
from tests.property.settings import STORED

SPEC = model(rate_per_second=40.0, concurrency=8)
KINDS = [
    None,
    None,
    None,
    ErrorKind.BUSY,
    ErrorKind.BUSY,
    ErrorKind.UNAVAILABLE,
    ErrorKind.UNAVAILABLE,
    ErrorKind.QUOTA,
]


@dataclass
class Open:
    """A call that has begun."""

    instance: int
    started_at: datetime
    place: ExitStack
    is_trial: bool


class Pace(RuleBasedStateMachine):
    """Two processes that ask one model."""

    def __init__(self) -> None:
        super().__init__()
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
        self.place = TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None, prefix="fanfold-")
        self.world = World(Path(self.place.name), specs=[SPEC])
        engines = [Engine(self.world.ports(), lambda: self.world.offer, self.world.rules) for _ in range(2)]
        self.services = [engine.pacers for engine in engines]
        self.stored = PacerRepository(self.world.store)
        self.open: list[Open] = []
        self.before: Pacer | None = None

    def _pacer(self) -> Pacer | None:
        read = self.stored.one(SPEC.provider, SPEC.id)
        return None if read is None else read.value

    @rule(instance=st.integers(0, 1))
    def begin(self, instance: int) -> None:
        """A worker wants to call."""
        pacer = self._pacer()
        place = ExitStack()
        if not place.enter_context(self.services[instance].admission(SPEC)):
            place.close()
            return
        now = self.world.clock.now()
        is_trial = pacer is not None and pacer.is_shut and self._pacer() != pacer
        self.open.append(Open(instance, self.services[instance].started(SPEC), place, is_trial))
        if is_trial and pacer is not None:
            assert pacer.closed_until is None or pacer.closed_until <= now, "it was tried before its time"
        fresh = [
            one for one in self.open if one.is_trial and now - one.started_at < timedelta(seconds=SPEC.deadline_seconds)
        ]
        assert len(fresh) <= 1, "two trials at once"

    @rule(data=st.data(), kind=st.sampled_from(KINDS), wish=st.sampled_from([None, 0.5, 30.0]))
    def end(self, data: st.DataObject, kind: ErrorKind | None, wish: float | None) -> None:
        """A call ends."""
        if not self.open:
            return
        call = self.open.pop(data.draw(st.integers(0, len(self.open) - 1)))
        service = self.services[call.instance]
        if kind is None:
            service.answered(SPEC, call.started_at)
        else:
            service.refused(SPEC, ProviderError(kind, "No.", retry_after_seconds=wish), call.started_at)
        call.place.close()

    @rule(data=st.data(), instance=st.integers(0, 1), kind=st.sampled_from(KINDS))
    def call(self, data: st.DataObject, instance: int, kind: ErrorKind | None) -> None:
        """A quick call."""
        count = len(self.open)
        self.begin(instance)
        if len(self.open) > count:
            call = self.open.pop()
            self.open.append(call)
            self.end(data, kind, None)

    @rule(instance=st.integers(0, 1))
    def grow(self, instance: int) -> None:
        """A step has more to ask."""
        self.services[instance].grow(SPEC)

    @rule(seconds=st.sampled_from([0.1, 0.6, 1.1, 5.0, 61.0, 600.0]))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.world.clock.advance(seconds)

    @invariant()
    def keeps_to_its_bounds(self) -> None:
        """Never faster than allowed, never nothing, cut at most once a second."""
        before, after = self.before, self._pacer()
        self.before = after
        if after is None:
            return
        assert 0.1 <= after.rate <= SPEC.rate_per_second
        assert (after.closed_for is None) <= (after.closed_until is None)
        if before is not None and before.cut_at is not None and after.cut_at != before.cut_at:
            assert after.cut_at is not None
            assert after.cut_at - before.cut_at >= timedelta(seconds=1), "cut twice in a second"
        for service in self.services:
            paced = service.of(SPEC)
            assert 0 < paced.rate_per_second <= SPEC.rate_per_second
            assert 1 <= paced.concurrency <= SPEC.concurrency
            assert paced.closed_until is None or paced.reason, "it does not say why"

    def teardown(self) -> None:
        """Once all is well again, it is asked as fast as it may be: whatever was learned is unlearned."""
        for call in self.open:
            call.place.close()
        self.open.clear()
        for _ in range(3_000):
            self.world.clock.advance(2)
            service = self.services[0]
            with service.admission(SPEC) as may:
                if may:
                    service.answered(SPEC, service.started(SPEC))
            service.grow(SPEC)
            paced = service.of(SPEC)
            if paced.rate_per_second == SPEC.rate_per_second and paced.closed_until is None:
                break
        else:
            raise AssertionError(f"it never recovers: {self._pacer()}")
        self.world.close()
        self.place.cleanup()


TestPace = Pace.TestCase
TestPace.settings = STORED
