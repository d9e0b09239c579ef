"""What waits of a batch is told in the order in which it is made, whoever moves or begins meanwhile."""

from pathlib import Path

import pytest

from shared.domain.errors import ErrorKind, Malformed, NotFound
from shared.domain.modes import BatchStatus
from shared.repositories.pages import PageTokens
from shared.services.lines import Line, LineService
from tests.engine.faults import FaultyWorld
from tests.engine.scripted import failing, model, of
from tests.engine.worlds import World

SLOW = model(concurrency=1, rate_per_second=100.0)


def told(world: World, batch: str, *, page_size: int | None = None, page_token: str = "") -> Line:
    service = LineService(world.store, pages=PageTokens(bytes(32)), clock=world.clock)
    return service.line(world.caller, batch, page_size=page_size, page_token=page_token)


def made(world: FaultyWorld) -> list[int]:
    return [int(request.prompt) for request in world.scripted.requests]


def test_images_are_made_in_the_order_that_is_told(folder: Path) -> None:
    world = FaultyWorld(folder, specs=[SLOW])
    batch = world.submit(*({"prompt": f"{number}"} for number in range(12)))
    world.steps()
    items = world.items(batch)
    world.engine.item_orders.promote(world.caller, batch, [items[9].id])
    world.engine.item_orders.make_last(world.caller, batch, [items[7].id])
    line = told(world, batch)
    order = [item.index for item in line.page.values]
    assert (order[0], order[-1]) == (9, 7)
    assert (line.counts.in_line, line.counts.sent) == (len(order), len(line.sent))
    assert len(order) + len(line.sent) == 12
    assert all(item.in_flight for item in line.sent)
    assert [item.index for item in line.sent] == list(range(len(line.sent)))
    world.run()
    assert [number for number in made(world) if number in order] == order
    ended = told(world, batch)
    assert (ended.page.values, ended.sent, ended.resting) == ([], [], [])


def test_pages_of_the_line_follow_one_another_and_tell_of_what_is_beside_it_once(folder: Path) -> None:
    world = FaultyWorld(folder, specs=[SLOW])
    batch = world.submit(*({"prompt": f"{number}"} for number in range(12)))
    world.steps()
    whole = told(world, batch)
    found, token, sent = [], "", []
    while True:
        part = told(world, batch, page_size=4, page_token=token)
        found += part.page.values
        sent += part.sent
        assert part.counts == whole.counts
        token = part.page.next_page_token
        if not token:
            break
    assert found == whole.page.values
    assert sent == whole.sent != []
    with pytest.raises(Malformed):
        told(world, batch, page_token="another")
    world.run()


def test_what_waits_for_its_next_try_stands_beside_the_line(folder: Path) -> None:
    provider = failing(of(ErrorKind.UNAVAILABLE, retry_after_seconds=60.0), None, prompt="0")
    world = FaultyWorld(folder, specs=[SLOW], provider=provider)
    batch = world.submit(*({"prompt": f"{number}"} for number in range(12)))
    world.steps()
    world.run(until=lambda: world.items(batch)[0].not_before is not None)
    line = told(world, batch)
    assert ([item.index for item in line.resting], line.counts.resting) == ([0], 1)
    assert 0 not in [item.index for item in line.page.values]
    world.run()


def test_all_of_a_paused_batch_is_in_line_and_nothing_of_an_unknown_one(folder: Path) -> None:
    world = FaultyWorld(folder, specs=[SLOW])
    batch = world.submit(*({"prompt": f"{number}"} for number in range(6)))
    world.steps()
    world.engine.controls.pause(world.caller, batch)
    world.run(until=lambda: world.batch(batch).status is BatchStatus.PAUSED)
    line = told(world, batch)
    assert (line.counts.sent, line.sent) == (0, [])
    assert len(line.page.values) == world.batch(batch).progress.pending
    with pytest.raises(NotFound):
        told(world, "bat_aaaaaaaaaaaaaaaaaaaa")
