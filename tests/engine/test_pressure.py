"""Providers under pressure: too many calls, an outage, a quota of the day; nothing fails for it, and nothing else waits."""

from pathlib import Path

from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.modes import BatchStatus
from shared.ports.providers import GeneratedImage, ImageRequest
from tests.engine import invariants
from tests.engine.scripted import ScriptedProvider, made, model
from tests.engine.worlds import World


class Crowded(ScriptedProvider):
    """Takes so many calls within any one second and refuses the others; `calls` and `refusals` count them."""

    def __init__(self, limit: int, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(self._answer_in_turn)
        self._limit = limit
        self._retry_after = retry_after_seconds
        self.world: World | None = None
        self.times: list[float] = []
        self.taken: list[float] = []

    def _answer_in_turn(self, request: ImageRequest, _turn: int) -> GeneratedImage:
        assert self.world is not None
        now = self.world.clock.monotonic()
        self.times.append(now)
        self.taken = [at for at in self.taken if at > now - 1]
        if len(self.taken) >= self._limit:
            raise ProviderError(ErrorKind.BUSY, "Too many.", retry_after_seconds=self._retry_after)
        self.taken.append(now)
        return made(request)


def crowded(folder: Path, limit: int, *, retry_after_seconds: float | None = None) -> tuple[World, Crowded]:
    provider = Crowded(limit, retry_after_seconds=retry_after_seconds)
    world = World(folder, provider=provider, specs=[model(concurrency=64, rate_per_second=64.0)])
    provider.world = world
    return world, provider


def test_a_batch_at_a_limit_that_nobody_configured_is_made_at_its_pace(folder: Path) -> None:
    world, provider = crowded(folder, 20)
    batch = world.submit(*({"prompt": f"a cup {number}", "variants": 10} for number in range(30)))
    world.run()
    done = world.batch(batch)
    assert done.status is BatchStatus.COMPLETED
    assert done.progress.succeeded == 300
    wasted = len(provider.times) - 300
    assert wasted <= 0.05 * len(provider.times)
    assert 300 / (provider.times[-1] - provider.times[0]) >= 14
    assert all(item.tries == 0 for item in world.items(batch))
    invariants.check(world)
