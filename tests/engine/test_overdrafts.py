"""A call that cost more than it could takes the room from what others had set aside before."""

from pathlib import Path

from shared.domain.modes import BatchStatus
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.services.engine_rules import EngineRules
from tests.engine import invariants
from tests.engine.scripted import PRICE, ScriptedProvider, made
from tests.engine.worlds import World


def _dear(request: ImageRequest, _: int) -> GeneratedImage:
    fair = made(request)
    return GeneratedImage(data=fair.data, media_type=fair.media_type, usage={"images": 2})


def test_nothing_goes_out_of_a_reservation_that_an_overrun_has_used_up(folder: Path) -> None:
    rules = EngineRules(organisation_limit_micros=3 * PRICE)
    world = World(folder, provider=ScriptedProvider(_dear), rules=rules)
    dear = world.submit({"prompt": "a cup", "variants": 2})
    later = world.submit({"prompt": "a jug"}, start_at="2026-03-01T12:01:00Z")
    assert world.reservation(later).reserved_micros == PRICE
    world.run(seconds=300)
    assert world.batch(dear).cost.spent_micros == 4 * PRICE
    assert world.batch(later).status is BatchStatus.PAUSED
    assert "organisation" in world.batch(later).status_reason
    assert world.items(later)[0].dispatch == 0
    assert world.budget().reserved_micros == 0
    world.engine.controls.cancel(world.caller, later)
    world.run()
    invariants.check(world)
