"""Batches beside one another: each has its part of a model, in scripted seconds in which an image takes one."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shared.domain.callers import Caller
from shared.domain.modes import Role
from tests.engine import invariants
from tests.engine.busy import BusyWorld, TimedProvider
from tests.engine.scripted import model
from tests.engine.worlds import ORG, OTHER_ORG, World

# Being measured would double its time, and others cover the same lines.
pytestmark = pytest.mark.no_cover

OTHERS = Caller(org=OTHER_ORG, id="key_other", member="mem_other", role=Role.EDITOR)
CONCURRENCY = 16
Worlds = Callable[..., BusyWorld]


@pytest.fixture
def busy(folder: Path) -> Iterator[Worlds]:
    """Makes worlds whose provider takes a second."""
    made: list[BusyWorld] = []

    def make(*, concurrency: int = CONCURRENCY, rate_per_second: float = 200.0, seconds: float = 1.0) -> BusyWorld:
        provider = TimedProvider(seconds)
        spec = model(concurrency=concurrency, rate_per_second=rate_per_second)
        place = folder / str(len(made))
        place.mkdir()
        made.append(BusyWorld(World(place, provider=provider, specs=[spec]), provider))
        return made[-1]

    yield make
    for world in made:
        world.close()


def submit(busy: BusyWorld, name: str, images: int, *, caller: Caller | None = None, priority: str = "standard") -> str:
    """A batch whose images' prompt is its name."""
    rows = [{"prompt": name, "variants": min(10, images - at)} for at in range(0, images, 10)]
    return busy.world.submit(*rows, caller=caller, priority=priority)


def is_over(busy: BusyWorld, batch: str, org: str = ORG) -> Callable[[], bool]:
    """Whether a batch has ended."""
    return lambda: busy.world.batch(batch, org).status.is_terminal


def seconds_of_ten(busy: BusyWorld) -> tuple[float, float]:
    """How long another organisation's batch of ten waits for its first call, and takes in all."""
    began = busy.world.clock.now()
    batch = submit(busy, "ten", 10, caller=OTHERS)
    busy.run(seconds=60, until=is_over(busy, batch, OTHER_ORG))
    finished_at = busy.world.batch(batch, OTHER_ORG).finished_at
    assert finished_at is not None
    return (busy.provider.calls["ten"][0] - began).total_seconds(), (finished_at - began).total_seconds()


def within(calls: list[datetime], start: datetime, seconds: float) -> int:
    """How many calls began in a window."""
    return sum(start <= call < start + timedelta(seconds=seconds) for call in calls)


def test_an_organisation_with_thousands_waiting_hardly_delays_another_ones_ten(busy: Worlds) -> None:
    # As many at once as fill a lane's workers: who comes later must not stand behind them in the queue.
    at_once = 64
    _, alone = seconds_of_ten(busy(concurrency=at_once, rate_per_second=500.0))
    crowded = busy(concurrency=at_once, rate_per_second=500.0)
    submit(crowded, "thousands", 5_000)
    crowded.run(seconds=3)
    first, all_of_them = seconds_of_ten(crowded)
    assert first <= 2.0
    assert all_of_them <= 1.5 * alone
    assert crowded.provider.most_at_once == at_once


def test_a_large_batch_hardly_delays_a_small_one_of_its_own_organisation(busy: Worlds) -> None:
    world = busy()
    submit(world, "large", 2_000)
    world.run(seconds=6)
    began = world.world.clock.now()
    small = submit(world, "small", 10)
    world.run(seconds=60, until=is_over(world, small))
    assert (world.world.clock.now() - began).total_seconds() <= 3.0


def test_a_limited_rate_is_shared_too(busy: Worlds) -> None:
    world = busy(rate_per_second=10.0)
    submit(world, "large", 1_000)
    world.run(seconds=6)
    first, all_of_them = seconds_of_ten(world)
    assert first <= 2.0
    # Half of ten a second, less the margin, and the second that the last one takes.
    assert all_of_them <= 10 / 4.75 + 1 + 1
    calls = sorted(call for calls in world.provider.calls.values() for call in calls)
    assert all(within(calls, call, 1.0) <= 10 for call in calls)
    # What the small batch does not use is the large one's.
    assert len(calls) >= 0.9 * 9.5 * (6 + all_of_them - 0.5)


def test_ten_batches_of_two_organisations_go_on_side_by_side(busy: Worlds) -> None:
    world = busy()
    names = [(f"of {org} {number}", caller) for number in range(5) for org, caller in (("a", None), ("b", OTHERS))]
    for name, caller in names:
        submit(world, name, 30, caller=caller)
    start = world.world.clock.now() + timedelta(seconds=1)
    world.run(seconds=9)
    for second in range(0, 8, 2):
        window = start + timedelta(seconds=second)
        begun = {name: within(world.provider.calls[name], window, 2.0) for name, _ in names}
        assert min(begun.values()) >= 1, begun
        assert max(begun.values()) <= 3 * min(begun.values()), begun
    # Nobody's part lay idle meanwhile.
    assert sum(map(len, world.provider.calls.values())) >= 0.9 * CONCURRENCY * 9
    world.run(seconds=60)
    invariants.check(world.world)


def test_an_organisation_with_many_batches_has_no_more_than_one_with_a_single_one(busy: Worlds) -> None:
    world = busy()
    submit(world, "single", 500, caller=OTHERS)
    for number in range(4):
        submit(world, f"one of many {number}", 200)
    world.run(seconds=3)
    before = {name: len(calls) for name, calls in world.provider.calls.items()}
    world.run(seconds=6)
    made = {name: len(calls) - before[name] for name, calls in world.provider.calls.items()}
    many = sum(count for name, count in made.items() if name != "single")
    assert 0.8 <= made["single"] / many <= 1.25


def test_high_overtakes_standard_that_waits_and_economy_goes_on(busy: Worlds) -> None:
    world = busy()
    submit(world, "economy", 300, priority="economy")
    submit(world, "standard", 1_000)
    world.run(seconds=4)
    began = world.world.clock.now()
    submit(world, "high", 1_000, priority="high")
    world.run(seconds=8)
    first = min(world.provider.calls["high"])
    assert (first - began).total_seconds() <= 1.5
    settled = began + timedelta(seconds=3)
    made = {name: within(calls, settled, 5.0) for name, calls in world.provider.calls.items()}
    # Eight, three and one parts of twelve.
    assert made["high"] >= 2 * made["standard"]
    assert made["standard"] >= 1.5 * made["economy"] > 0
    assert all(within(world.provider.calls["economy"], began + timedelta(seconds=at), 2.0) for at in range(6))


def test_a_batch_alone_keeps_every_place_of_its_model_busy(busy: Worlds) -> None:
    world = busy()
    batch = submit(world, "alone", 160)
    began = world.world.clock.now()
    world.run(seconds=60, until=is_over(world, batch))
    ideal = 160 / CONCURRENCY
    assert (world.world.clock.now() - began).total_seconds() <= 1.1 * ideal + 0.5
    invariants.check(world.world)


def test_who_comes_to_a_full_model_has_every_place_that_becomes_free_until_it_has_its_part(busy: Worlds) -> None:
    crowded = busy(concurrency=64, rate_per_second=200.0)
    submit(crowded, "thousands", 2_000)
    crowded.run(seconds=3)
    seconds_of_ten(crowded)
    ten, thousands = (sorted(crowded.provider.calls[name]) for name in ("ten", "thousands"))
    between = sum(ten[0] < call <= ten[-1] for call in thousands)
    # By turns it would be one of the others for each of its own.
    assert between <= 4
