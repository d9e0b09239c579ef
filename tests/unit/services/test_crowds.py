"""What an instance knows of active batches."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.domain.batches import Batch, ModelDemand
from shared.domain.crowds import Competitor
from shared.domain.modes import Priority
from shared.services.crowds import CrowdService
from tests.engine.scripted import model
from tests.engine.worlds import ORG, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An engine of which no step is run."""
    made = World(tmp_path, specs=[model()])
    yield made
    made.close()


def submitted(world: World, count: int) -> list[Batch]:
    return [world.batch(world.submit({"prompt": "a cup", "variants": 10})) for _ in range(count)]


def around(crowds: CrowdService, batch: Batch) -> tuple[Competitor, ...]:
    return crowds.of(ORG, batch)("scripted-1").others


def test_others_are_all_that_are_accepted_and_run(world: World) -> None:
    mine, other, later = *submitted(world, 2), world.submit({"prompt": "x"}, start_at="2026-03-02T12:00:00Z")
    crowds = CrowdService(world.store, world.clock)
    assert later
    assert around(crowds, mine) == (
        Competitor(org=ORG, batch=other.id, priority=Priority.STANDARD, waiting=10, begun_at=other.created_at),
    )
    assert crowds.of(ORG, mine)("another-model").others == ()


def test_what_others_did_is_known_a_second_later(world: World) -> None:
    (mine,) = submitted(world, 1)
    crowds = CrowdService(world.store, world.clock)
    assert around(crowds, mine) == ()
    submitted(world, 1)
    world.clock.advance(1)
    assert around(crowds, mine) == ()
    world.clock.advance(0.1)
    assert len(around(crowds, mine)) == 1


def test_what_this_instance_found_is_known_at_once(world: World) -> None:
    mine, other = submitted(world, 2)
    crowds = CrowdService(world.store, world.clock)
    crowds.of(ORG, mine)
    less = [ModelDemand(model="scripted-1", outstanding=2, waiting=1)]
    crowds.learn(ORG, other.model_copy(update={"demand": less}))
    assert [(one.outstanding, one.waiting) for one in around(crowds, mine)] == [(2, 1)]
    crowds.learn(ORG, other.model_copy(update={"demand": []}))
    assert around(crowds, mine) == ()
    crowds.learn(ORG, other)
    crowds.forget(other.id)
    assert around(crowds, mine) == ()


def test_what_this_instance_found_stands_until_its_documents_tell(world: World) -> None:
    mine, other = submitted(world, 2)
    crowds = CrowdService(world.store, world.clock)
    crowds.of(ORG, mine)
    crowds.learn(ORG, other.model_copy(update={"demand": [ModelDemand(model="scripted-1", outstanding=2, waiting=1)]}))
    world.clock.advance(1.5)
    assert [(one.outstanding, one.waiting) for one in around(crowds, mine)] == [(2, 1)]
    world.clock.advance(1.5)
    assert [(one.outstanding, one.waiting) for one in around(crowds, mine)] == [(0, 10)]


def test_beyond_the_most_that_are_read_these_stand_for_all(world: World) -> None:
    batches = submitted(world, 8)
    crowds = CrowdService(world.store, world.clock, most_known=4)
    seen = crowds.of(ORG, batches[0])("scripted-1")
    assert len(seen.others) in (3, 4)
    assert seen.known == 0.5
    few = CrowdService(world.store, world.clock, most_known=9)
    assert few.of(ORG, batches[0])("scripted-1").known == 1
