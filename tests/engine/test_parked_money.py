"""Money of batches whose models are shut for long: it is others' to use meanwhile, and taken again when they open."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.modes import BatchStatus
from shared.ports.providers import GeneratedImage, ImageRequest
from tests.engine import invariants
from tests.engine.money import ADA, BEN, LimitedWorld, calls
from tests.engine.scripted import PRICE, ScriptedProvider, made, model

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


class Quota(ScriptedProvider):
    """The model "one" is over its quota until `reopens_at`."""

    def __init__(self, reopens_at: datetime) -> None:
        super().__init__(self._answer_by_model)
        self._reopens_at = reopens_at
        self.is_over = True

    def _answer_by_model(self, request: ImageRequest, _turn: int) -> GeneratedImage:
        if self.is_over and request.model == "one":
            raise ProviderError(ErrorKind.QUOTA, "The day's quota is used up.", reopens_at=self._reopens_at)
        return made(request)


def quota_world(folder: Path, reopens_in: timedelta) -> tuple[LimitedWorld, Quota]:
    provider = Quota(NOON + reopens_in)
    world = LimitedWorld(folder, at=NOON, provider=provider, specs=[model("one"), model("two")])
    return world, provider


@pytest.mark.parametrize("limits", [{"day_micros": 10 * PRICE}, {"total_micros": 10 * PRICE}], ids=["day", "total"])
def test_what_a_parked_batch_set_aside_is_spent_by_others_and_taken_again_at_its_opening(
    folder: Path, limits: dict[str, int]
) -> None:
    world, provider = quota_world(folder, timedelta(hours=2))
    parked = world.submit({"prompt": "a cup", "variants": 8, "model": "one"})
    world.run(seconds=300)
    assert world.reservation(parked).reserved_micros == 8 * PRICE
    world.limit(**limits)
    world.run(seconds=120)
    assert (world.reservation(parked).reserved_micros, world.batch(parked).cost.reserved_micros) == (0, 0)
    assert world.batch(parked).status_reason.startswith("Waiting until 14:00 UTC. The provider's quota")
    other = world.submit({"prompt": "a jug", "variants": 6, "model": "two"})
    world.run(seconds=300)
    assert world.batch(other).status is BatchStatus.COMPLETED
    provider.is_over = False
    world.run(seconds=3 * 3_600)
    assert (world.batch(parked).progress.succeeded, world.batch(parked).status) == (4, BatchStatus.PAUSED)
    world.limit()
    world.run(seconds=600)
    assert world.batch(parked).status is BatchStatus.COMPLETED
    invariants.check(world)
    world.close()


def test_images_that_a_parked_batch_set_aside_are_made_by_others(folder: Path) -> None:
    world, provider = quota_world(folder, timedelta(hours=2))
    world.limit_members(month_images=6)
    parked = world.submit({"prompt": "a cup", "variants": 6, "model": "one"}, caller=world.by(ADA))
    world.run(seconds=300)
    reservation = world.reservation(parked)
    assert (reservation.reserved_micros, reservation.reserved_images) == (0, 0)
    other = world.submit({"prompt": "a jug", "variants": 4, "model": "two"}, caller=world.by(ADA))
    world.run(seconds=300)
    assert world.batch(other).status is BatchStatus.COMPLETED
    provider.is_over = False
    world.run(seconds=3 * 3_600)
    assert world.batch(parked).progress.succeeded == 2
    world.limit_members()
    world.run(seconds=600)
    invariants.check(world)
    world.close()


@pytest.mark.parametrize("rows", [["one"], ["one", "two"]], ids=["shut-for-a-moment", "another-model-goes-on"])
def test_who_soon_goes_on_keeps_what_it_set_aside(folder: Path, rows: list[str]) -> None:
    world, provider = quota_world(folder, timedelta(minutes=4) if rows == ["one"] else timedelta(hours=2))
    world.limit(day_micros=100 * PRICE)
    specs = [{"prompt": "a cup", "variants": 8, "model": name} for name in rows]
    batch = world.submit(*specs, caller=world.by(BEN))
    world.run(seconds=60, until=lambda: calls(world) >= 2)
    assert world.reservation(batch).reserved_micros > 0
    if rows == ["one"]:
        world.run(seconds=60)
        assert world.reservation(batch).reserved_micros == 8 * PRICE
    provider.is_over = False
    world.run(seconds=3 * 3_600)
    assert world.batch(batch).status is BatchStatus.COMPLETED
    invariants.check(world)
    world.close()
