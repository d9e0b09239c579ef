"""Whatever happens, in whatever order: every image ends once, and the money adds up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shared.domain.batch_forms import BatchRetry
from shared.domain.errors import BudgetExceeded, Conflict, ErrorKind, Invalid, ProviderError
from shared.domain.modes import BatchStatus, Desired
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.services.engine_rules import EngineRules
from tests.engine import invariants
from tests.engine.conftest import MEMORY
from tests.engine.faults import Crash, FaultyWorld
from tests.engine.scripted import PRICE, ScriptedProvider, made, model
from tests.engine.worlds import Delivery

LIMIT = 14 * PRICE
MOODS = ["good", "good", "unavailable", "busy", "quota", "refused", "billed", "silent", "broken"]


class Life(RuleBasedStateMachine):
    """One organisation's batches, with everything that may happen to them."""

    def __init__(self) -> None:
        super().__init__()
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
        self.place = TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None, prefix="fanfold-")
        self.mood = "good"
        self.past: list[Delivery] = []
        self.accepted = 0

    @initialize(seed=st.integers(0, 1_000), limited=st.booleans())
    def begin(self, seed: int, *, limited: bool) -> None:
        """A machine with nothing on it."""
        self.limit = LIMIT if limited else None
        self.world = FaultyWorld(
            Path(self.place.name),
            provider=ScriptedProvider(self._answer),
            specs=[model(concurrency=4, rate_per_second=20.0)],
            rules=EngineRules(organisation_limit_micros=self.limit),
            seed=seed,
        )

    def _answer(self, request: ImageRequest, _: int) -> GeneratedImage:
        if self.mood in ("unavailable", "busy", "quota", "refused"):
            raise ProviderError(ErrorKind(self.mood), "Not now.")
        if self.mood == "billed":
            raise ProviderError(ErrorKind.NO_IMAGE, "Only words.", usage={"images": 1})
        if self.mood == "silent":
            raise ProviderError(ErrorKind.TIMEOUT, "No answer.", outcome_known=False)
        if self.mood == "broken":
            return GeneratedImage(data=b"no picture", media_type="image/png", usage={"images": 1})
        return made(request)

    @contextmanager
    def process(self) -> Iterator[None]:
        """What happens in here happens in a process that may end at any call."""
        try:
            yield
        except Crash:
            self.world.restart()

    @rule(images=st.integers(1, 4), reuse=st.booleans(), budget=st.sampled_from([None, 2, 3]), prompt=st.integers(0, 3))
    def submit(self, images: int, budget: int | None, prompt: int, *, reuse: bool) -> None:
        """A batch comes."""
        row = {"prompt": f"cup {prompt}", "variants": images}
        with self.process():
            try:
                self.world.submit(row, reuse=reuse, budget_micros=None if budget is None else budget * PRICE)
            except BudgetExceeded:
                assert self.limit is not None

    @rule(mood=st.sampled_from(MOODS))
    def turn(self, mood: str) -> None:
        """The provider changes its mind."""
        self.mood = mood

    @rule(data=st.data(), twice=st.booleans(), ends=st.booleans())
    def deliver(self, data: st.DataObject, *, twice: bool, ends: bool) -> None:
        """A task that is due is delivered, perhaps twice, perhaps without the queue hearing of it."""
        due = self.world.due()
        if not due:
            return
        delivery = data.draw(st.sampled_from(due))
        self.past.append(delivery)
        with self.process():
            for _ in range(1 + twice):
                self.world.deliver(delivery)
            if ends:
                self.world.done(delivery)

    @rule()
    def deliver_all(self) -> None:
        """Everything that is due is delivered in order."""
        for delivery in self.world.due():
            with self.process():
                self.world.deliver(delivery)
                self.world.done(delivery)

    @rule(seconds=st.sampled_from([1, 5]))
    def go_on(self, seconds: int) -> None:
        """For a while everything is as it should be, but for the crash that may be due."""
        with self.process():
            self.world.run(seconds=seconds)

    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        """The queue loses a task."""
        waiting = self.world.waiting()
        if waiting:
            self.world.done(data.draw(st.sampled_from(waiting)))

    @precondition(lambda self: self.past)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """An old delivery comes once more."""
        with self.process():
            self.world.deliver(data.draw(st.sampled_from(self.past)))

    @rule(position=st.integers(0, 12), after=st.booleans())
    def doom(self, position: int, *, after: bool) -> None:
        """The process will end soon."""
        self.world.faults.crash(position, after=after)

    @rule(release=st.booleans())
    def restart(self, *, release: bool) -> None:
        """The process is started anew."""
        self.world.restart()
        if release:
            with self.process():
                self.world.engine.restarts.release()

    @rule(data=st.data(), wish=st.sampled_from(["pause", "resume", "cancel", "retry"]))
    def wish(self, data: st.DataObject, wish: str) -> None:
        """A person wants something."""
        batches = self.world.batches()
        if not batches:
            return
        batch = data.draw(st.sampled_from(sorted(batch.id for batch in batches)))
        controls = self.world.engine.controls
        more: tuple[Any, ...] = (BatchRetry(),) if wish == "retry" else ()
        with self.process(), suppress(Conflict, Invalid):
            getattr(controls, wish)(self.world.caller, batch, *more)

    @rule(seconds=st.sampled_from([0.3, 0.3, 3, 61, 200]))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.world.clock.advance(seconds)

    @rule()
    def sweep(self) -> None:
        """The sweep looks for batches that wait too long."""
        with self.process():
            self.world.engine.reconciliation.sweep()

    @invariant()
    def keeps_to_its_limits(self) -> None:
        """At no moment is more spent and held than allowed."""
        if not hasattr(self, "world"):
            return
        for batch in self.world.batches():
            items = self.world.items(batch.id)
            bound = sum(item.cost_micros + item.held_micros for item in items)
            if batch.cost.budget_micros is not None:
                assert bound <= batch.cost.budget_micros
            reservation = self.world.reservation(batch.id)
            if not batch.status.is_terminal:
                assert bound <= reservation.reserved_micros + reservation.settled_micros
            assert all(item.in_flight or item.held_micros == 0 for item in items)
        budget = self.world.budget()
        assert self.limit is None or budget.reserved_micros + budget.spent_micros <= self.limit

    def teardown(self) -> None:
        """Everything comes to an end, and all of it is right."""
        if hasattr(self, "world"):
            self.world.faults.disarm()
            self.world.restart()
            self.mood = "good"
            self._drain()
            invariants.check(self.world)
            images = sum(batch.progress.total for batch in self.world.batches())
            assert sum(self.world.scripted.billed.values()) <= images + self.world.faults.crashes + self._broken()
            self.world.close()
        self.place.cleanup()

    def _broken(self) -> int:
        """How many pictures were paid for that were none."""
        items = [item for batch in self.world.batches() for item in self.world.items(batch.id)]
        return sum(1 for item in items for attempt in item.attempts if attempt.error and attempt.cost_micros)

    def _drain(self) -> None:
        world = self.world
        self._each(lambda batch: world.engine.controls.resume(world.caller, batch), Desired.PAUSE)
        world.run(seconds=3 * 3_600, until=self._is_stuck)
        self._each(lambda batch: world.engine.controls.cancel(world.caller, batch), Desired.RUN)
        world.run(seconds=8 * 3_600)

    def _each(self, act: Callable[[str], object], desired: Desired) -> None:
        for batch in self.world.batches():
            if not batch.status.is_terminal and batch.desired is desired:
                act(batch.id)

    def _is_stuck(self) -> bool:
        """Whether only money is waited for."""
        live = [batch for batch in self.world.batches() if batch.next_step_at is not None]
        return bool(live) and all(batch.status is BatchStatus.PAUSED for batch in live)


TestLife = pytest.mark.faults(Life.TestCase)
TestLife.settings = settings(
    max_examples=30,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("seed", range(3))
def test_threads_that_deliver_everything_several_times(folder: Path, seed: int) -> None:
    def answer(request: ImageRequest, turn: int) -> GeneratedImage:
        if turn == 1 and request.variant % 3 == 0:
            raise ProviderError(ErrorKind.BUSY, "No room.")
        return made(request)

    world = FaultyWorld(folder, provider=ScriptedProvider(answer), seed=seed)
    plain = world.submit({"prompt": "a cup", "variants": 10}, budget_micros=8 * PRICE)
    reusing = world.submit({"prompt": "a jug"}, {"prompt": "a jug"}, {"prompt": "a jug"}, reuse=True)
    failures: list[BaseException] = []

    def work(due: list[Delivery], number: int) -> None:
        mine = Random(f"{seed} {number}").sample(due, len(due))
        try:
            for delivery in mine:
                world.deliver(delivery)
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    for _ in range(40):
        due = world.due()
        threads = [Thread(target=work, args=(due, number)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for delivery in due:
            world.done(delivery)
        world.clock.advance(1)
    assert failures == []
    assert world.batch(plain).status is BatchStatus.PAUSED
    assert world.batch(plain).progress.succeeded == 8
    assert world.batch(reusing).status is BatchStatus.COMPLETED
    assert sum(world.scripted.billed.values()) == 9
    world.engine.controls.cancel(world.caller, plain)
    world.run()
    invariants.check(world)
