"""`kill -9` between any two steps of an item leaves a state that the sweep repairs."""

import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from shared.domain.modes import BatchStatus
from shared.ports.events import Event
from shared.repositories import paths
from tests.engine import invariants
from tests.engine.faults import FaultyWorld
from tests.engine.worlds import ORG
from tests.faults.dying_process import ANNOUNCED, BOUGHT, WORLDS, Journal, live

ROOT = Path(__file__).parents[2]
# A kill is not a power cut: what the disk does is tested elsewhere, this is about the order of steps.
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder with an unguessable name is made in it


@pytest.mark.faults
@pytest.mark.parametrize("kind", WORLDS)
def test_every_kill_between_two_calls_is_repaired_and_nothing_stored_is_bought_again(tmp_path: Path, kind: str) -> None:
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as place:
        subprocess.run([sys.executable, "-m", "tests.faults.dying_process", place, kind], cwd=ROOT, check=True)
        killed = sorted(Path(place).iterdir())
        assert len(killed) > 50
        for folder in killed:
            _repair(folder, kind)


def _repair(folder: Path, kind: str) -> None:
    bought_before = [entry for entry in Journal(folder / BOUGHT).read() if entry != ["failed"]]
    world = WORLDS[kind](folder, seed=1)
    stored_before = _known_before(world)
    # The dead process had moved its clock on.
    world.clock.advance(60)
    world.engine.restarts.release()
    batch = live(world)
    for event in Journal(folder / ANNOUNCED).read():
        world.events.append(Event(id="evt_", name="BatchCompleted", org=ORG, occurred_at=world.clock.now(), data=event))
    invariants.check(world)
    assert world.batch(batch).status is BatchStatus.COMPLETED, folder.name
    assert len(world.batches()) == 1, folder.name
    bought = Counter(tuple(entry) for entry in Journal(folder / BOUGHT).read() if entry != ["failed"])
    assert set(bought) == {("a cup", 1), ("a cup", 2), ("unlucky", 1)}, folder.name
    # One kill: at most the purchase that was not stored yet is made twice.
    assert bought.total() == 3 + len(bought_before) - stored_before, folder.name
    assert bought.total() <= 4, folder.name
    world.close()


def _known_before(world: FaultyWorld) -> int:
    """How many pictures are stored, or still made in a job that is stored."""
    pictures = sum("generated-images" in info.name and info.name[-2] == "-" for info in world.files.list("orgs/"))
    items = [item for batch in world.batches() for item in world.items(batch.id)]
    stored = {info.name for info in world.files.list("orgs/")}
    running = [item for item in items if item.job is not None]
    return pictures + sum(
        paths.image_object(item.org, item.batch, item.id, item.attempt) not in stored for item in running
    )
