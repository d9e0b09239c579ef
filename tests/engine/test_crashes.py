"""The process ends between any two steps: what is left is repaired, every image ends once, nothing stored is bought again."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.modes import BatchStatus, ItemStatus
from shared.ports.providers import GeneratedImage, ImageRequest, StillRunning
from shared.services.engine_rules import EngineRules
from tests.engine import invariants
from tests.engine.faults import Crash, FaultyWorld
from tests.engine.scripted import ScriptedJobs, ScriptedProvider, job_model, made

# Being measured would double its time, and others cover the same lines.
pytestmark = pytest.mark.no_cover

Life = Callable[[FaultyWorld], str]


def _fails_once(request: ImageRequest, turn: int) -> GeneratedImage:
    if request.prompt == "unlucky" and turn == 1:
        raise ProviderError(ErrorKind.UNAVAILABLE, "The model is overloaded.")
    return made(request)


def _plain(world: FaultyWorld) -> str:
    """Two images, one of which needs a second try."""
    batch = world.submit({"prompt": "a cup"}, {"prompt": "unlucky"}, key="once")
    world.run()
    return batch


def _reusing(world: FaultyWorld) -> str:
    """Equal images of which only one is bought."""
    batch = world.submit({"prompt": "a cup"}, {"prompt": "a cup"}, key="once", reuse=True)
    world.run()
    return batch


def _takes_two_looks(request: ImageRequest, turn: int) -> GeneratedImage | StillRunning:
    return StillRunning() if turn == 1 else made(request)


def _positions(world: FaultyWorld, life: Life) -> int:
    life(world)
    world.close()
    return len(world.faults.calls)


def _world(folder: Path) -> FaultyWorld:
    return FaultyWorld(folder, provider=ScriptedProvider(_fails_once), rules=_rules())


def _world_of_jobs(folder: Path) -> FaultyWorld:
    return FaultyWorld(folder, provider=ScriptedJobs(_takes_two_looks), specs=(job_model(),), rules=_rules())


def _rules() -> EngineRules:
    # A short lease of steps: each tick of a long one would only ask whether it has ended.
    return EngineRules(step_lease=timedelta(seconds=3))


@pytest.mark.faults
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("life", "is_released"),
    [(_plain, True), (_plain, False), (_reusing, False)],
    ids=["restarted", "leases_expire", "reusing"],
)
def test_a_crash_at_any_call_is_repaired(folder: Path, life: Life, *, after: bool, is_released: bool) -> None:
    (folder / "count").mkdir()
    for position in range(_positions(_world(folder / "count"), life)):
        with TemporaryDirectory(dir=folder) as place:
            world = _world(Path(place))
            world.faults.crash(position, after=after)
            batch = _lived(world, life, is_released=is_released)
            assert world.faults.crashes == 1
            _check(world, batch, f"{position} {world.faults.calls[position]}")
            world.close()


@pytest.mark.faults
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("is_released", [True, False], ids=["restarted", "leases_expire"])
def test_a_crash_at_any_call_buys_no_job_again_that_was_stored(folder: Path, *, after: bool, is_released: bool) -> None:
    (folder / "count").mkdir()
    for position in range(_positions(_world_of_jobs(folder / "count"), _plain)):
        with TemporaryDirectory(dir=folder) as place:
            world = _world_of_jobs(Path(place))
            world.faults.crash(position, after=after)
            batch = _lived(world, _plain, is_released=is_released)
            told = f"{position} {world.faults.calls[position]}"
            assert world.faults.crashes == 1
            _check(world, batch, told)
            # The one moment at which a job is bought and nobody knows it: from the provider's answer to the commit of it.
            at = world.faults.calls[position : position + 1], world.faults.calls[position - 1 : position]
            is_unknown = at[0] == ["provider.submit"] if after else at[1] == ["provider.submit"]
            assert sum(world.scripted.billed.values()) == 2 + is_unknown, told
            world.close()


def _lived(world: FaultyWorld, life: Life, *, is_released: bool) -> str:
    try:
        return life(world)
    except Crash:
        world.restart()
        if is_released:
            world.engine.restarts.release()
        return life(world)


def _check(world: FaultyWorld, batch: str, told: str) -> None:
    invariants.check(world)
    assert len(world.batches()) == 1, told
    assert world.batch(batch).status is BatchStatus.COMPLETED, told
    stored = world.faults.calls.count("objects.put")
    assert stored, told
    for request, count in world.scripted.billed.items():
        assert count <= 1 + world.faults.crashes, (told, request)
    # Only a picture that was bought and not stored is bought again.
    bought = sum(world.scripted.billed.values())
    originals = [info for info in world.files.list("orgs/") if info.name.rpartition("/")[2].count("_") == 1]
    kept = [info for info in originals if "generated-images" in info.name]
    assert bought - len(kept) <= world.faults.crashes, told
    wanted = len(world.items(batch)) - sum(item.reused for item in world.items(batch))
    assert wanted <= len(kept) <= wanted + world.faults.crashes * any(item.reuse for item in world.items(batch)), told
    assert all(item.status is ItemStatus.SUCCEEDED for item in world.items(batch)), told
