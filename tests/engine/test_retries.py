"""What every kind of failure leads to."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.failures import HINTS, RetryRules
from shared.domain.items import Item
from shared.domain.modes import ItemStatus
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.services.engine_rules import EngineRules
from tests.clocks import START
from tests.engine import invariants
from tests.engine.scripted import Error, ScriptedProvider, failing, made, of
from tests.engine.worlds import World


def ran(folder: Path, *errors: Error | None, seconds: float = 3_600) -> tuple[World, Item]:
    """A world after one image was tried with these answers."""
    world = World(folder, provider=failing(*errors))
    batch = world.submit({"prompt": "bad"})
    world.run(seconds=seconds)
    return world, world.items(batch)[0]


def gaps(item: Item) -> list[float]:
    """The seconds between the end of each attempt and the beginning of the next."""
    ends = [attempt.finished_at for attempt in item.attempts[:-1]]
    starts = [attempt.started_at for attempt in item.attempts[1:]]
    return [(start - end).total_seconds() for end, start in zip(ends, starts, strict=True) if end is not None]


def within(found: Sequence[float], *wanted: float, late: float = 0.4) -> bool:
    """Whether each wait is as long as wanted, with at most a quarter of jitter and the ticks of steps and queue."""
    return len(found) == len(wanted) and all(
        want <= gap <= want * 1.25 + late for gap, want in zip(found, wanted, strict=True)
    )


@pytest.mark.parametrize("kind", [ErrorKind.UNAVAILABLE, ErrorKind.TIMEOUT])
def test_what_passes_by_itself_is_tried_four_times(folder: Path, kind: ErrorKind) -> None:
    world, item = ran(folder, of(kind))
    assert item.status is ItemStatus.FAILED
    assert item.tries == 4
    assert [attempt.number for attempt in item.attempts] == [1, 2, 3, 4]
    assert all(attempt.error and attempt.error.kind is kind for attempt in item.attempts)
    assert within(gaps(item), 2, 4, 8), gaps(item)
    assert item.error is not None
    assert (item.error.kind, item.error.hint) == (kind, HINTS[kind])
    invariants.check(world)


def test_the_waits_of_a_crowd_spread(folder: Path) -> None:
    world = World(folder, provider=failing(of(ErrorKind.UNAVAILABLE), None))
    # One more, and the model would be taken to be down.
    batch = world.submit({"prompt": "bad", "variants": 5})
    world.run(until=lambda: sum(item.attempt == 2 for item in world.items(batch)) == 5)
    waits = {item.not_before for item in world.items(batch)}
    assert len(waits) == 5


def test_a_provider_that_wishes_to_wait_longer_is_obeyed(folder: Path) -> None:
    _, item = ran(folder, of(ErrorKind.UNAVAILABLE, retry_after_seconds=30.0), None)
    assert within(gaps(item), 30), gaps(item)


def test_a_provider_that_wishes_to_wait_less_is_not(folder: Path) -> None:
    _, item = ran(folder, of(ErrorKind.UNAVAILABLE, retry_after_seconds=0.1), None)
    assert within(gaps(item), 2), gaps(item)


def test_a_wish_to_wait_for_ever_is_clamped(folder: Path) -> None:
    _, item = ran(folder, of(ErrorKind.UNAVAILABLE, retry_after_seconds=1e9), None)
    assert within(gaps(item), 600, late=2), gaps(item)


def test_no_room_uses_no_try_and_is_one_entry_however_often(folder: Path) -> None:
    answers = [of(ErrorKind.BUSY)] * 5 + [lambda: ProviderError(ErrorKind.BUSY, "In other words.")] * 3
    world, item = ran(folder, *answers, None)
    assert item.status is ItemStatus.SUCCEEDED
    assert (item.tries, item.attempt) == (0, 9)
    assert [(attempt.number, attempt.count) for attempt in item.attempts] == [(8, 8), (9, 1)]
    assert item.attempts[0].started_at < START + timedelta(seconds=1)
    invariants.check(world)


def test_the_waits_for_room_grow(folder: Path) -> None:
    asked: list[datetime] = []
    world = World(folder, provider=ScriptedProvider())

    def answer(request: ImageRequest, turn: int) -> GeneratedImage:
        asked.append(world.clock.now())
        if turn <= 5:
            raise ProviderError(ErrorKind.BUSY, "No room.")
        return made(request)

    world.provider = ScriptedProvider(answer)
    world.submit({"prompt": "a cup"})
    world.run()
    waits = [(later - earlier).total_seconds() for earlier, later in pairwise(asked)]
    assert within(waits, 2, 4, 8, 16, 32), waits


def test_no_room_ends_with_the_greatest_age(folder: Path) -> None:
    age = timedelta(hours=2)
    rules = EngineRules(retry=RetryRules(max_age=age))
    world = World(folder, provider=failing(of(ErrorKind.BUSY)), rules=rules)
    batch = world.submit({"prompt": "bad"})
    world.run(seconds=4 * 3_600)
    item = world.items(batch)[0]
    assert item.status is ItemStatus.FAILED
    assert item.error is not None
    assert item.error.kind is ErrorKind.BUSY
    assert item.finished_at is not None
    assert age - timedelta(minutes=13) < item.finished_at - item.created_at <= age
    assert len(item.attempts) == 1
    assert item.attempts[0].count == item.attempt - 1 > 15
    invariants.check(world)


def test_a_quota_is_waited_for_until_it_opens(folder: Path) -> None:
    opens = START + timedelta(minutes=90)
    world, item = ran(folder, of(ErrorKind.QUOTA, reopens_at=opens), None, seconds=86_400)
    assert item.status is ItemStatus.SUCCEEDED
    assert item.tries == 0
    assert opens <= item.attempts[1].started_at <= opens + timedelta(seconds=2)
    invariants.check(world)


def test_a_quota_that_tells_no_time_is_asked_after_an_hour(folder: Path) -> None:
    _, item = ran(folder, of(ErrorKind.QUOTA), None, seconds=86_400)
    assert within(gaps(item), 3_600, late=2)


@pytest.mark.parametrize("kind", [ErrorKind.UNKNOWN, ErrorKind.NO_IMAGE, ErrorKind.WRONG_SHAPE])
def test_what_may_be_chance_gets_one_more_try(folder: Path, kind: ErrorKind) -> None:
    world, item = ran(folder, of(kind))
    assert item.status is ItemStatus.FAILED
    assert [attempt.number for attempt in item.attempts] == [1, 2]
    invariants.check(world)


def test_its_one_more_try_does_not_depend_on_what_came_before(folder: Path) -> None:
    _, item = ran(folder, of(ErrorKind.UNAVAILABLE), of(ErrorKind.UNAVAILABLE), of(ErrorKind.NO_IMAGE), None)
    assert item.status is ItemStatus.SUCCEEDED
    _, item = ran(_sub(folder), of(ErrorKind.UNKNOWN), of(ErrorKind.UNAVAILABLE), of(ErrorKind.NO_IMAGE), None)
    assert item.status is ItemStatus.FAILED


def _sub(folder: Path) -> Path:
    inner = folder / "again"
    inner.mkdir()
    return inner


@pytest.mark.parametrize("kind", [ErrorKind.REFUSED, ErrorKind.INVALID, ErrorKind.UNAUTHORISED])
def test_what_cannot_change_fails_at_once(folder: Path, kind: ErrorKind) -> None:
    world, item = ran(folder, of(kind))
    assert item.status is ItemStatus.FAILED
    assert len(item.attempts) == 1
    assert item.error is not None
    assert item.error.hint == HINTS[kind]
    invariants.check(world)


def test_every_kind_has_a_hint() -> None:
    assert set(HINTS) == set(ErrorKind)
