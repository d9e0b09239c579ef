"""How fast a model may be asked: one document for all instances, learned from the answers of their calls."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from shared.domain.errors import ErrorKind, ProviderError, Unavailable
from shared.domain.pacers import Closing, Pacer
from shared.ports.documents import CommitResult, Document, DocumentStore, Write
from shared.repositories import paths
from shared.services.pacers import PacerService
from tests.engine.scripted import model
from tests.engine.worlds import World

TICK = timedelta(milliseconds=250)
SPEC = model("scripted/v1.5", concurrency=8, rate_per_second=64.0)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path, specs=[SPEC])
    with closing(world):
        yield world


def instance(world: World, documents: Any = None, **settings: Any) -> PacerService:
    return PacerService(documents or world.store, world.clock, world.ids, tick=TICK, **settings)


def stored(world: World) -> Pacer:
    document = world.store.get(paths.pacer("scripted", SPEC.id))
    assert document is not None
    return Pacer.read(document.data)


_images = count()


def call(pacers: PacerService, kind: ErrorKind | None = None, *, image: str = "", **facts: Any) -> None:
    """One call that is answered, or ends so; for an image of its own where none is named."""
    started_at = pacers.started(SPEC)
    if kind is None:
        pacers.answered(SPEC, started_at)
    else:
        error = ProviderError(kind, "So it ended.", **facts)
        pacers.refused(SPEC, error, started_at, image=image or f"image {next(_images)}")


def calls(pacers: PacerService, *kinds: ErrorKind | None) -> None:
    for kind in kinds:
        call(pacers, kind)


def is_admitted(pacers: PacerService) -> bool:
    with pacers.admission(SPEC) as admitted:
        return admitted


def test_what_nothing_is_known_of_begins_slowly_and_is_not_written_for_being_asked(world: World) -> None:
    paced = instance(world).of(SPEC)
    assert (paced.rate_per_second, paced.concurrency, paced.closed_until, paced.reason) == (16.0, 8, None, "")
    assert world.store.get(paths.pacer("scripted", SPEC.id)) is None


def test_configured_bounds_stand_before_the_models_own(world: World) -> None:
    paced = instance(world, model_concurrency=3, model_rate_per_second=2.0).of(SPEC)
    assert (paced.rate_per_second, paced.concurrency) == (2.0, 3)


def test_it_grows_while_more_is_wanted_until_its_bound(world: World) -> None:
    pacers = instance(world)
    rates = []
    for _ in range(4):
        pacers.grow(SPEC)
        rates.append(pacers.of(SPEC).rate_per_second)
        world.clock.advance(0.25)
    assert rates == [16.0, 32.0, 64.0, 64.0]
    revision = stored(world).revision
    pacers.grow(SPEC)
    assert stored(world).revision == revision


def test_two_instances_that_grow_at_once_make_one_step(world: World) -> None:
    one, other = instance(world), instance(world)
    one.grow(SPEC)
    other.grow(SPEC)
    world.clock.advance(0.25)
    one.grow(SPEC)
    other.grow(SPEC)
    assert stored(world).rate == 32.0
    assert other.of(SPEC).rate_per_second == 32.0


def test_what_one_instance_learned_another_knows_a_second_later(world: World) -> None:
    one, other = instance(world), instance(world)
    one.grow(SPEC)
    assert other.of(SPEC).rate_per_second == 16.0
    world.clock.advance(0.5)
    call(one, ErrorKind.BUSY)
    slower = one.of(SPEC).rate_per_second
    assert slower < 16.0
    assert other.of(SPEC).rate_per_second == 16.0
    world.clock.advance(1.1)
    assert other.of(SPEC).rate_per_second == slower


def test_a_storm_of_refusals_is_a_write_a_second(world: World) -> None:
    pacers = instance(world)
    pacers.grow(SPEC)
    for _ in range(200):
        call(pacers, ErrorKind.BUSY)
        world.clock.advance(0.01)
    # Begun, and cut at most once a second for two seconds.
    assert stored(world).revision <= 4


def test_the_providers_wish_holds_back_the_model(world: World) -> None:
    pacers = instance(world)
    call(pacers, ErrorKind.BUSY, retry_after_seconds=20.0)
    paced = pacers.of(SPEC)
    assert paced.closed_until == world.clock.now() + timedelta(seconds=20)
    assert paced.reason == "The provider of scripted/v1.5 takes no more for a moment."
    assert not is_admitted(pacers)
    world.clock.advance(20)
    assert pacers.of(SPEC).closed_until is None
    assert is_admitted(pacers)


def test_faults_of_a_request_tell_nothing_of_the_provider(world: World) -> None:
    pacers = instance(world)
    calls(pacers, *[ErrorKind.REFUSED, ErrorKind.INVALID, ErrorKind.NO_IMAGE, ErrorKind.UNKNOWN] * 5)
    assert world.store.get(paths.pacer("scripted", SPEC.id)) is None


def test_calls_of_which_half_fail_open_the_breaker(world: World) -> None:
    pacers = instance(world)
    calls(pacers, None, None, None, ErrorKind.UNAVAILABLE, ErrorKind.TIMEOUT)
    assert stored(world).closed_for is not Closing.DOWN
    call(pacers, ErrorKind.TIMEOUT)
    paced = pacers.of(SPEC)
    assert paced.closed_until is not None
    assert timedelta(seconds=10) <= paced.closed_until - world.clock.now() <= timedelta(seconds=12.5)
    assert paced.reason == "scripted/v1.5 is down: its last calls failed. One image tries it again soon."
    assert not is_admitted(pacers)


def test_a_few_failures_or_old_ones_open_nothing(world: World) -> None:
    pacers = instance(world)
    calls(pacers, *[ErrorKind.TIMEOUT] * 5)
    world.clock.advance(301)
    call(pacers, ErrorKind.TIMEOUT)
    assert pacers.of(SPEC).closed_until is None


def test_an_image_or_two_that_always_fail_are_no_outage(world: World) -> None:
    pacers = instance(world)
    for number in range(12):
        call(pacers, ErrorKind.TIMEOUT, image=f"image {number % 2}")
    assert not pacers.of(SPEC).is_shut
    call(pacers, ErrorKind.TIMEOUT, image="another one")
    assert pacers.of(SPEC).is_shut


def down(world: World, pacers: PacerService) -> None:
    """Open the breaker, and let its pause pass."""
    calls(pacers, *[ErrorKind.TIMEOUT] * 6)
    assert stored(world).closed_for is Closing.DOWN
    world.clock.advance(13)


def test_one_trial_at_a_time_whoever_looks(world: World) -> None:
    instances = [instance(world) for _ in range(4)]
    down(world, instances[0])
    assert instances[1].of(SPEC).concurrency == 1
    assert instances[1].of(SPEC).reason == "One image tries whether scripted/v1.5 is back."
    with ExitStack() as stack:
        admitted = [stack.enter_context(pacers.admission(SPEC)) for pacers in instances for _ in range(2)]
        assert admitted.count(True) == 1
        paced = instances[0].of(SPEC)
        assert paced.closed_until == world.clock.now() + timedelta(seconds=5)
        assert paced.reason == "One image is trying whether scripted/v1.5 is back."


def test_a_trial_that_called_nobody_is_given_back(world: World) -> None:
    pacers = instance(world)
    down(world, pacers)
    assert is_admitted(pacers)
    assert is_admitted(pacers)


def test_a_trial_that_is_lost_is_given_up_after_the_longest_call(world: World) -> None:
    pacers, later = instance(world), instance(world)
    down(world, pacers)
    lost = pacers.admission(SPEC)
    assert lost.__enter__()
    world.clock.advance(SPEC.deadline_seconds + 29)
    assert not is_admitted(later)
    world.clock.advance(2)
    assert is_admitted(later)


def test_a_trial_that_is_answered_opens_the_model_slowly(world: World) -> None:
    pacers = instance(world)
    for _ in range(3):
        pacers.grow(SPEC)
        world.clock.advance(0.25)
    down(world, pacers)
    with pacers.admission(SPEC) as admitted:
        assert admitted
        call(pacers)
    paced = pacers.of(SPEC)
    assert (paced.rate_per_second, paced.concurrency, paced.closed_until) == (16.0, 8, None)
    assert stored(world).pauses == 0
    # The failures before are forgotten: it takes enough new ones to open the breaker again.
    calls(pacers, *[ErrorKind.TIMEOUT] * 5)
    assert pacers.of(SPEC).closed_until is None


def test_a_trial_that_fails_makes_the_next_pause_longer(world: World) -> None:
    pacers = instance(world)
    calls(pacers, *[ErrorKind.TIMEOUT] * 6)
    pauses: list[timedelta] = []
    for _ in range(8):
        closed_until = pacers.of(SPEC).closed_until
        assert closed_until is not None
        pauses.append(closed_until - world.clock.now())
        world.clock.advance(pauses[-1].total_seconds())
        with pacers.admission(SPEC) as admitted:
            assert admitted
            call(pacers, ErrorKind.UNAVAILABLE)
    seconds = [pause.total_seconds() for pause in pauses]
    assert all(10 * 2**number <= pause <= 12.5 * 2**number for number, pause in enumerate(seconds[:5]))
    assert all(300 <= pause <= 375 for pause in seconds[5:])


def test_a_trial_that_is_only_too_early_opens_the_model(world: World) -> None:
    pacers = instance(world)
    down(world, pacers)
    with pacers.admission(SPEC) as admitted:
        assert admitted
        call(pacers, ErrorKind.BUSY)
    assert not stored(world).is_shut
    world.clock.advance(2)
    assert is_admitted(pacers)


def test_calls_from_before_say_nothing_of_a_model_that_is_shut(world: World) -> None:
    pacers = instance(world)
    early = pacers.started(SPEC)
    down(world, pacers)
    before = stored(world)
    pacers.answered(SPEC, early)
    late = ProviderError(ErrorKind.BUSY, "Late.", retry_after_seconds=60)
    for error in (late, ProviderError(ErrorKind.QUOTA, "Late."), ProviderError(ErrorKind.TIMEOUT, "Late.")):
        pacers.refused(SPEC, error, early, image="early")
    assert stored(world) == before


@pytest.mark.parametrize(
    ("reopens_after", "closed_for"),
    [(timedelta(hours=5), timedelta(hours=5)), (None, timedelta(hours=1)), (timedelta(days=400), timedelta(days=32))],
)
def test_a_quota_parks_the_model_until_it_resets_and_a_trial_then_opens_it(
    world: World, reopens_after: timedelta | None, closed_for: timedelta
) -> None:
    pacers = instance(world)
    reopens_at: datetime | None = None if reopens_after is None else world.clock.now() + reopens_after
    call(pacers, ErrorKind.QUOTA, reopens_at=reopens_at)
    paced = pacers.of(SPEC)
    until = world.clock.now() + closed_for
    assert paced.closed_until == until
    assert paced.reason == f"The provider's quota for scripted/v1.5 is used up until {until:%Y-%m-%d %H:%M} UTC."
    assert not is_admitted(pacers)
    world.clock.advance(closed_for.total_seconds())
    with pacers.admission(SPEC) as admitted:
        assert admitted
        assert not is_admitted(instance(world))
        call(pacers)
    assert pacers.of(SPEC).closed_until is None


class Failing:
    """A store whose commits fail."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store

    def get(self, path: str) -> Document | None:
        """As the store."""
        return self._store.get(path)

    def commit(self, _writes: list[Write]) -> CommitResult:
        """It does not answer."""
        raise Unavailable("The store does not answer.")


def test_a_paid_call_is_not_lost_because_its_pace_cannot_be_written(world: World) -> None:
    call(instance(world, Failing(world.store)), ErrorKind.BUSY)
    assert world.store.get(paths.pacer("scripted", SPEC.id)) is None
