"""Looking through stored objects for what no document leads to: all of them, once a day, however many there are."""

from pathlib import Path

import pytest

from shared.domain.errors import Unavailable
from shared.domain.organisations import Organisation
from shared.ports.documents import Create
from shared.repositories import paths
from tests.engine.leftovers import DAY, clean, documents, objects, put, world_of
from tests.engine.worlds import ORG, OTHER_ORG


def test_stored_objects_are_looked_through_once_a_day(folder: Path) -> None:
    world = world_of(folder)
    clean(world)
    listed = world.faults.counted["objects.list"]
    for _ in range(22):
        world.clock.advance(3600)
        clean(world)
    assert world.faults.counted["objects.list"] == listed > 0
    world.clock.advance(3600)
    clean(world)
    assert world.faults.counted["objects.list"] == 2 * listed
    world.close()


def test_an_organisation_that_fails_does_not_have_everybodys_objects_listed_each_hour(folder: Path) -> None:
    world = world_of(folder)
    other = Organisation(id=OTHER_ORG, name="Other", created_at=world.clock.now())
    world.store.commit([Create(paths.organisation(OTHER_ORG), other.written())])
    clean(world)
    whole = world.faults.counted["objects.list"]

    def fail_once(call: str) -> None:
        if call == "objects.list":
            world.faults.read = lambda _: None
            raise Unavailable("The object store is away.")

    world.faults.read = fail_once
    world.clock.advance(DAY)
    with pytest.raises(Unavailable, match="1 organisations"):
        clean(world)
    listed = world.faults.counted["objects.list"]
    assert listed > whole
    for _ in range(22):
        world.clock.advance(3600)
        clean(world)
    assert world.faults.counted["objects.list"] == listed
    world.clock.advance(3600)
    clean(world)
    assert world.faults.counted["objects.list"] == listed + whole
    world.close()


def test_many_stored_rows_are_looked_through_on_several_days_and_again_from_the_beginning(folder: Path) -> None:
    world = world_of(folder)
    put(world, *(paths.rows_object(ORG, world.ids.new("bat")) for _ in range(1_020)))
    for left in (20, 0):
        world.clock.advance(DAY)
        clean(world)
        assert len(objects(world)) == left
    put(world, paths.rows_object(ORG, world.ids.new("bat")))
    world.clock.advance(DAY)
    clean(world)
    assert objects(world) == []
    world.close()


@pytest.mark.parametrize(("prefix", "days"), [(paths.uploads(ORG), 1), (paths.exports(ORG), 7)])
def test_what_is_old_is_found_behind_however_many_that_are_young(folder: Path, prefix: str, days: int) -> None:
    world = world_of(folder)
    old = [f"{prefix}z{number}" for number in range(3)]
    put(world, *old)
    world.clock.advance(days * DAY)
    young = [f"{prefix}a{number:04}" for number in range(1_001)]
    put(world, *young)
    clean(world)
    assert objects(world) == young
    world.close()


@pytest.mark.parametrize("prefix", [paths.uploads(ORG), paths.exports(ORG)])
def test_objects_whose_removal_takes_longer_than_a_run_go_on_from_where_it_stopped(folder: Path, prefix: str) -> None:
    world = world_of(folder)
    put(world, *(f"{prefix}{number:02}" for number in range(12)))
    world.clock.advance(7 * DAY)
    put(world, f"{prefix}000")
    put(world, f"{prefix}99")
    world.faults.after = lambda call: world.clock.advance(1) if call == "objects.delete" else None
    looked_at: list[tuple[int, str]] = []
    for _ in range(4):
        world.jobs.clean_up.run(seconds=5)
        kept = [document.data["after"] for document in documents(world, "checkpoints")]
        looked_at.append((len(objects(world)), "".join(kept).removeprefix(prefix)))
    assert looked_at == [(9, "04"), (4, "09"), (2, ""), (2, "")]
    world.close()
