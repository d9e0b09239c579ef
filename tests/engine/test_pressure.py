"""Providers under pressure: too many calls, an outage, a quota of the day; nothing fails for it, and nothing else waits."""

from collections.abc import Callable
from datetime import timedelta
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


def test_a_storm_of_refusals_fails_nothing_and_wastes_little(folder: Path) -> None:
    world, provider = crowded(folder, 5, retry_after_seconds=1.0)
    batch = world.submit(*({"prompt": f"a cup {number}", "variants": 10} for number in range(10)))
    world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    assert len(provider.times) <= 108
    invariants.check(world)


class Failing(ScriptedProvider):
    """Models that fail as long as `broken` names them with an error; `asked` tells when each was asked."""

    def __init__(self) -> None:
        super().__init__(self._answer_as_told)
        self.world: World | None = None
        self.broken: dict[str, Callable[[], ProviderError]] = {}
        self.asked: list[tuple[str, float]] = []

    def _answer_as_told(self, request: ImageRequest, _turn: int) -> GeneratedImage:
        assert self.world is not None
        self.asked.append((request.model, self.world.clock.monotonic()))
        if request.model in self.broken:
            error = self.broken[request.model]()
            raise error
        return made(request)

    def count(self, name: str) -> int:
        """How often this model was asked."""
        return sum(model == name for model, _ in self.asked)


def failing_world(folder: Path, *names: str) -> tuple[World, Failing]:
    provider = Failing()
    prices = {name: 1_000 * (place + 1) for place, name in enumerate(names)}
    world = World(folder, provider=provider, specs=[model(name, price_micros=prices[name]) for name in names])
    provider.world = world
    return world, provider


def down() -> ProviderError:
    return ProviderError(ErrorKind.UNAVAILABLE, "Down.")


def test_an_outage_of_an_hour_costs_few_calls_and_no_image(folder: Path) -> None:
    world, provider = failing_world(folder, "one")
    provider.broken["one"] = down
    batch = world.submit(*({"prompt": f"a cup {number}"} for number in range(40)))
    world.run(seconds=3_600)
    assert world.batch(batch).progress.failed == 0
    # The calls that told of it, and then one trial after each pause of at most five minutes and its jitter.
    assert provider.count("one") <= 8 + 25
    provider.broken.clear()
    world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    assert provider.count("one") <= 8 + 25 + 40
    invariants.check(world)


def test_a_quota_of_the_day_parks_its_model_while_another_goes_on(folder: Path) -> None:
    world, provider = failing_world(folder, "one", "two")
    reopens_at = world.clock.now() + timedelta(hours=2)
    provider.broken["one"] = lambda: ProviderError(ErrorKind.QUOTA, "The day's quota.", reopens_at=reopens_at)
    rows = [{"prompt": f"a {name} {number}", "model": name} for name in ("one", "two") for number in range(20)]
    batch = world.submit(*rows)
    world.run(seconds=600)
    assert world.batch(batch).progress.succeeded == 20
    assert {item.model for item in world.items(batch) if item.status.is_terminal} == {"two"}
    # Those that were on their way; afterwards nobody.
    assert provider.count("one") <= 8
    world.run(seconds=3_600)
    assert provider.count("one") <= 8
    provider.broken.clear()
    world.run(seconds=2 * 3_600)
    assert world.batch(batch).status is BatchStatus.COMPLETED
    assert all(at >= 2 * 3_600 for name, at in provider.asked if name == "one" and at > 600)
    invariants.check(world)
