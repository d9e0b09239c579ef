"""A batch under every order of wishes, steps and deliveries: its states follow one another as they may, and wishes are kept."""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shared.domain.batch_forms import BatchRetry
from shared.domain.batches import Batch
from shared.domain.errors import Conflict, ErrorKind, ProviderError
from shared.domain.modes import BatchStatus, Desired
from shared.ports.providers import GeneratedImage, ImageRequest
from tests.engine import invariants
from tests.engine.conftest import MEMORY
from tests.engine.scripted import ScriptedProvider, made
from tests.engine.worlds import World
from tests.property.settings import STORED

S = BatchStatus
ENDS = {S.COMPLETED, S.COMPLETED_WITH_FAILURES, S.FAILED, S.CANCELLED}
# From each state to those that may follow, with what several steps in a row make of it.
FOLLOWS = {
    S.SCHEDULED: {S.ACCEPTED, S.RUNNING, S.PAUSED, *ENDS},
    S.ACCEPTED: {S.RUNNING, S.PAUSED, *ENDS},
    S.RUNNING: {S.PAUSED, *ENDS},
    S.PAUSED: {S.ACCEPTED, S.RUNNING, *ENDS},
}


class BatchLife(RuleBasedStateMachine):
    """One batch with a provider that fails some images."""

    def __init__(self) -> None:
        super().__init__()
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
        self.place = TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None, prefix="fanfold-")
        self.refuses = False

    @initialize(images=st.integers(3, 6), later=st.sampled_from([False, False, False, True]))
    def submit(self, images: int, *, later: bool) -> None:
        """A batch is submitted, for now or for later."""
        self.world = World(Path(self.place.name), provider=ScriptedProvider(self._answer))
        start_at = "2026-03-01T12:00:10Z" if later else None
        self.id = self.world.submit({"prompt": "a cup", "variants": images}, start_at=start_at)
        self.before = self.world.batch(self.id)

    def _answer(self, request: ImageRequest, _: int) -> GeneratedImage:
        if self.refuses:
            raise ProviderError(ErrorKind.REFUSED, "Not this.")
        return made(request)

    @rule(refuses=st.booleans())
    def turn(self, *, refuses: bool) -> None:
        """The provider changes its mind."""
        self.refuses = refuses

    @rule()
    def pause(self) -> None:
        """Somebody wants it to stand still."""
        self.wish("pause")

    @rule(before_that=st.booleans())
    def resume(self, *, before_that: bool) -> None:
        """Somebody wants it to go on, perhaps after a step has seen the pause."""
        if before_that:
            self.step()
        self.wish("resume")

    @rule(wish=st.sampled_from(["retry", "retry", "retry", "cancel"]))
    def wish(self, wish: str) -> None:
        """A person wants something; a Conflict says why it cannot be."""
        before = self.world.batch(self.id)
        controls = self.world.engine.controls
        try:
            if wish == "retry":
                after = controls.retry(self.world.caller, self.id, BatchRetry())
                assert (after.series, after.is_live, after.finished_at) == (before.series + 1, True, None)
            else:
                after = getattr(controls, wish)(self.world.caller, self.id)
                assert before.is_live
                assert after.desired is {"pause": Desired.PAUSE, "resume": Desired.RUN, "cancel": Desired.CANCEL}[wish]
        except Conflict:
            assert self.world.batch(self.id) == before, "what was refused changed something"

    @rule()
    def step(self) -> None:
        """One step, due or not."""
        self.world.engine.steps.advance(self.world.caller.org, self.id)

    @rule()
    def go_on(self) -> None:
        """A second in which all is as it should be, but that no image is delivered."""
        self.world.clock.advance(1.1)
        self.world.steps()

    @rule(data=st.data(), twice=st.booleans())
    def deliver(self, data: st.DataObject, *, twice: bool) -> None:
        """An image's delivery comes, perhaps twice."""
        images = self.world.images()
        if not images:
            return
        delivery = data.draw(st.sampled_from(images))
        asked = len(self.world.provider.requests)  # type: ignore[attr-defined]
        wish = self.world.batch(self.id).desired
        for _ in range(1 + twice):
            self.world.deliver(delivery)
        self.world.done(delivery)
        if wish is not Desired.RUN:
            # A second for which what people want may be remembered has passed since.
            assert len(self.world.provider.requests) == asked, "it was bought against people's wish"  # type: ignore[attr-defined]
        self.world.clock.advance(1.1)

    @rule(seconds=st.sampled_from([0.3, 5, 61]))
    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.world.clock.advance(seconds)

    @invariant()
    def goes_on_as_it_may(self) -> None:
        """A state follows one that allows it; an end is left by a retry only."""
        if not hasattr(self, "world"):
            return
        after = self.world.batch(self.id)
        before, self.before = self.before, after
        if after.status is not before.status:
            allowed = FOLLOWS.get(before.status, set())
            is_retried = after.series > before.series and after.status is BatchStatus.ACCEPTED
            assert after.status in allowed or is_retried, f"{before.status} became {after.status}"
        assert after.revision >= before.revision
        assert after.series >= before.series
        if before.desired is Desired.CANCEL and after.series == before.series:
            assert after.desired is Desired.CANCEL, "a cancellation was taken back"
        self._check_counts(after)

    def _check_counts(self, batch: Batch) -> None:
        progress = batch.progress
        parts = (progress.pending, progress.running, progress.succeeded, progress.failed, progress.cancelled)
        assert sum(parts) == progress.total
        assert min(parts) >= 0
        assert batch.is_live or progress.finished == progress.total
        assert batch.next_step_at is not None or not batch.is_live, "nobody would ever look at it again"

    def teardown(self) -> None:
        """It comes to its end, and all of it is right."""
        if hasattr(self, "world"):
            with suppress(Conflict):
                self.world.engine.controls.resume(self.world.caller, self.id)
            self.world.run()
            invariants.check(self.world)
            self.world.close()
        self.place.cleanup()


TestBatchLife = BatchLife.TestCase
TestBatchLife.settings = STORED
