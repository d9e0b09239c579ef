"""How much is sent out, how fast, and what it costs in operations of the stores."""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest

from shared.domain.modes import BatchStatus
from shared.ports.documents import DocumentStore, Update
from shared.repositories import paths
from shared.services.engine_rules import EngineRules
from tests.engine import invariants
from tests.engine.counting import Counting
from tests.engine.faults import FaultyWorld
from tests.engine.scripted import model
from tests.engine.worlds import ORG, World


def step_often(world: World, turns: int = 20) -> None:
    """Many steps, a second apart, while no image is delivered."""
    for _ in range(turns):
        world.steps()
        world.engine.reconciliation.sweep()
        world.clock.advance(1)


def outstanding(world: World, batch: str) -> int:
    """How many of its items are in flight."""
    return sum(item.in_flight for item in world.items(batch))


def test_outstanding_images_are_bounded_by_the_model(folder: Path) -> None:
    world = World(folder, specs=[model(concurrency=8, rate_per_second=8.0)])
    batch = world.submit(*({"prompt": "a cup", "variants": 10} for _ in range(10)))
    step_often(world)
    # 1.5 × 8 at once, and what the model takes in a tick of a quarter of a second.
    assert outstanding(world, batch) == 12 + 2


def test_batches_share_the_bound_of_their_model(folder: Path) -> None:
    world = World(folder, specs=[model(concurrency=8, rate_per_second=8.0)])
    batches = [world.submit({"prompt": "a cup", "variants": 10}, {"prompt": "a jug", "variants": 10}) for _ in range(5)]
    world.clock.advance(2)
    step_often(world)
    # 1.5 × 8 at once and what the model makes in a tick: two whole places each, and four go round.
    assert sorted(outstanding(world, batch) for batch in batches) == [2, 3, 3, 3, 3]


def test_the_configured_concurrency_stands_before_the_models_own(folder: Path) -> None:
    pace = EngineRules().pace
    rules = EngineRules(pace=type(pace)(tick=pace.tick, dispatch_timeout=pace.dispatch_timeout, model_concurrency=2))
    world = World(folder, specs=[model(concurrency=100, rate_per_second=100.0)], rules=rules)
    batch = world.submit(*({"prompt": "a cup", "variants": 10} for _ in range(10)))
    step_often(world)
    # 1.5 × 2 at once, and what two places make in a tick of a quarter of a second.
    assert outstanding(world, batch) == 3 + 1


def test_images_start_a_margin_slower_than_the_models_rate(folder: Path) -> None:
    world = World(folder, specs=[model(concurrency=50, rate_per_second=4.0)])
    for _ in range(2):
        world.submit({"prompt": "a cup", "variants": 10})
    step_often(world, 10)
    starts = sorted(delivery.due_at for delivery in world.images())
    assert len(starts) == 20
    # A call that starts 10 ms beside its slot is still none too many: four of these gaps are more than a second.
    assert all(4 * (later - earlier) >= timedelta(seconds=1.04) for earlier, later in pairwise(starts))


def test_a_new_process_goes_on_after_the_starts_that_were_given_out(folder: Path) -> None:
    world = World(folder, specs=[model(concurrency=50, rate_per_second=4.0)])
    batch = world.submit({"prompt": "a cup", "variants": 10})
    for _ in range(8):
        world.engine.steps.advance(ORG, batch)
        world.restart()
        world.clock.advance(0.1)
    starts = sorted(delivery.due_at for delivery in world.images())
    assert len(starts) >= 4
    assert all(later - earlier >= timedelta(seconds=0.26) for earlier, later in pairwise(starts))


def test_a_slow_model_does_not_slow_another(folder: Path) -> None:
    specs = [model("slow", concurrency=1, rate_per_second=0.1), model("quick", concurrency=50, rate_per_second=100.0)]
    world = World(folder, specs=specs)
    batch = world.submit(
        {"prompt": "a cup", "variants": 10, "model": "slow"}, {"prompt": "a jug", "variants": 10, "model": "quick"}
    )
    world.run(seconds=5)
    done = Counter(item.model for item in world.items(batch) if item.status.is_terminal)
    assert done["quick"] == 10
    assert done["slow"] < 5
    world.run()
    invariants.check(world)


def test_earlier_rows_go_first(folder: Path) -> None:
    world = World(folder, specs=[model(concurrency=2, rate_per_second=4.0)])
    batch = world.submit(*({"prompt": f"cup {number}"} for number in range(12)))
    world.run(until=lambda: world.batch(batch).progress.succeeded >= 4)
    begun = [item.index for item in world.items(batch) if item.dispatch]
    assert begun == list(range(len(begun)))
    world.run()
    prompts = [request.prompt for request in world.provider.requests]  # type: ignore[attr-defined]
    assert prompts == [f"cup {number}" for number in range(12)]


@pytest.mark.parametrize("priority", ["high", "standard", "economy"])
def test_each_priority_has_its_queue(folder: Path, priority: str) -> None:
    world = World(folder)
    world.submit({"prompt": "a cup"}, priority=priority)
    world.steps()
    (task,) = world.images()
    assert task.queue == f"images-{priority}"
    assert set(task.payload) == {"schema", "org", "batch", "item", "attempt", "dispatch"}


def test_the_lane_s_deadline_outlasts_the_lease(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup"})
    world.steps()
    (task,) = world.images()
    record = world.queue.engine.get_task(task.queue, task.name)
    spec = model()
    assert spec.deadline_seconds + 30 < spec.lease_seconds < record.deadline_seconds
    world.deliver(task)
    world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED


def test_only_what_is_overdue_is_sent_again(folder: Path) -> None:
    world = World(folder)
    batch = world.submit({"prompt": "a cup", "variants": 3})
    world.steps()
    first = world.images()
    world.clock.advance(30)
    world.engine.steps.advance(world.caller.org, batch)
    assert len(world.images()) == 3
    world.clock.advance(31)
    world.engine.steps.advance(world.caller.org, batch)
    again = [delivery for delivery in world.images() if delivery not in first]
    assert sorted(delivery.payload["dispatch"] for delivery in again) == [2, 2, 2]
    assert {delivery.payload["attempt"] for delivery in again} == {1}


def test_an_image_of_a_model_that_its_batch_does_not_name_is_sent_again_too(folder: Path) -> None:
    world = World(folder, specs=[model(), model("scripted-2")])
    batch = world.submit({"prompt": "a cup", "variants": 2, "model": "scripted-1"})
    world.steps()
    for item in world.items(batch):
        world.store.commit([Update(paths.item(ORG, batch, item.id), {"model": "scripted-2"})])
    for delivery in world.images():
        world.done(delivery)
    world.run(seconds=120)
    assert world.batch(batch).status is BatchStatus.COMPLETED


@pytest.fixture
def counted(folder: Path) -> Iterator[tuple[FaultyWorld, Counting]]:
    """A world of a quick model, and what it costs."""
    counting: list[Counting] = []

    class CountedWorld(FaultyWorld):
        def restart(self) -> None:
            counting.append(Counting(self._documents))
            self._documents = cast("DocumentStore", counting[0])
            super().restart()

    world = CountedWorld(folder, specs=[model(concurrency=64, rate_per_second=100.0)])
    yield world, counting[0]
    world.close()


def test_accepting_costs_the_same_whatever_the_size(counted: tuple[FaultyWorld, Counting]) -> None:
    world, counting = counted
    world.submit({"prompt": "the first makes the budget"})

    def cost(*rows: dict[str, Any]) -> tuple[Any, ...]:
        before = (counting.calls, counting.written, counting.read, Counter(world.faults.counted))
        world.accept(*rows, key=f"{len(rows)}")
        ports = Counter(world.faults.counted) - before[3]
        return counting.calls - before[0], counting.written - before[1], counting.read - before[2], ports

    small = cost({"prompt": "a cup", "variants": 10})
    large = cost(*({"prompt": "a cup {{x}}", "variants": 10, "variables": {"x": n}} for n in range(1_000)))
    assert small == large
    calls, written, read, ports = small
    sys.stdout.write(f"\naccepting: {calls} document calls, {written} writes, {read} reads, {dict(ports)}\n")
    assert written == 5
    assert (ports["objects.put"], ports["tasks.create"]) == (1, 1)


def test_an_image_costs_few_operations(counted: tuple[FaultyWorld, Counting]) -> None:
    world, counting = counted
    batch = world.submit(*({"prompt": "a cup", "variants": 10} for _ in range(100)))
    world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    images = 1_000
    created = sum(figures.created for figures in world.queue.figures().values())
    puts = world.faults.counted["objects.put"]
    sys.stdout.write(
        f"\nan image costs {counting.written / images:.2f} writes, {counting.read / images:.2f} reads, "
        f"{created / images:.3f} tasks ({world.faults.counted['tasks.create']} calls), {puts / images:.3f} puts\n"
    )
    assert counting.written / images <= 7
    assert counting.read / images <= 4
    assert created / images <= 1.1
    assert (puts - 1) / images <= 3
    invariants.check(world)


def test_a_large_batch_survives_the_loss_of_every_task(folder: Path) -> None:
    world = World(folder, specs=[model(concurrency=4, rate_per_second=100.0)])
    batch = world.submit(*({"prompt": "a cup", "variants": 10} for _ in range(10)))
    world.steps()
    for delivery in world.waiting():
        world.done(delivery)
    world.run(seconds=300)
    assert world.batch(batch).status is BatchStatus.COMPLETED
    invariants.check(world)


def test_a_batch_knows_when_its_next_image_is_overdue_whatever_else_waits(folder: Path) -> None:
    pace = EngineRules().pace
    rules = EngineRules(pace=type(pace)(tick=pace.tick, dispatch_timeout=timedelta(seconds=10)))
    world = World(folder, specs=[model(concurrency=1, rate_per_second=100.0)], rules=rules)
    batch = world.submit({"prompt": "a cup", "variants": 10})
    world.steps()
    until = [item.dispatched_until for item in world.items(batch) if item.dispatched_until is not None]
    assert len(until) == 3
    assert world.batch(batch).next_step_at == min(until)
