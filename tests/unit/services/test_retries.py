"""Trying failed items again with changes."""

from contextlib import closing
from pathlib import Path

from shared.domain.batch_forms import BatchRetry, RetryChanges
from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.modes import BatchStatus
from shared.ports.providers import GeneratedImage, ImageRequest
from tests.engine.scripted import ScriptedProvider, made
from tests.unit.services.desks import Desk


def seeded_only(request: ImageRequest, _: int) -> GeneratedImage:
    if request.seed is None:
        raise ProviderError(ErrorKind.REFUSED, "Not without a seed.")
    return made(request)


def test_variants_that_are_retried_with_one_seed_become_different_pictures(tmp_path: Path) -> None:
    desk = Desk(tmp_path, provider=ScriptedProvider(seeded_only))
    with closing(desk.world):
        batch = desk.world.submit({"prompt": "A walker", "variants": 3}, caller=desk.ours)
        desk.world.run()
        assert desk.batches.get(desk.ours, batch).status is BatchStatus.FAILED
        desk.world.engine.controls.retry(desk.ours, batch, BatchRetry(changes=RetryChanges(seed=7)))
        desk.world.run()
        items = desk.batches.items(desk.ours, batch, status="succeeded").values
        assert [item.seed for item in items] == [7, 8, 9]
        assert len({item.recipe for item in items}) == 3


def without_a_seed_only(request: ImageRequest, _: int) -> GeneratedImage:
    if request.seed is not None:
        raise ProviderError(ErrorKind.REFUSED, "Not with a seed.")
    return made(request)


def test_a_retry_takes_a_seed_away_and_keeps_what_it_does_not_name(tmp_path: Path) -> None:
    desk = Desk(tmp_path, provider=ScriptedProvider(without_a_seed_only))
    with closing(desk.world):
        batch = desk.world.submit({"prompt": "A walker", "variants": 2, "seed": 7}, caller=desk.ours)
        desk.world.run()
        failed = desk.batches.items(desk.ours, batch, status="failed").values
        assert [item.seed for item in failed] == [7, 8]
        # What is not named stays: it fails once more.
        desk.world.engine.controls.retry(desk.ours, batch, BatchRetry(changes=RetryChanges(prompt="A runner")))
        desk.world.run()
        assert [item.seed for item in desk.batches.items(desk.ours, batch, status="failed").values] == [7, 8]
        desk.world.engine.controls.retry(desk.ours, batch, BatchRetry(changes=RetryChanges(seed=None)))
        desk.world.run()
        items = desk.batches.items(desk.ours, batch, status="succeeded").values
        assert [(item.seed, item.prompt) for item in items] == [(None, "A runner")] * 2
        assert {item.recipe for item in items}.isdisjoint({item.recipe for item in failed})
        assert len({item.recipe for item in items}) == 2
