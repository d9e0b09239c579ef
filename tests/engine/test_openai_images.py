"""Images by OpenAI, all the way: asked over the wire in their pixels, checked, stored, charged by their usage."""

from dataclasses import replace
from pathlib import Path

from shared.domain.catalogue import find
from shared.domain.modes import BatchStatus, ItemStatus
from shared.domain.money import LedgerKind
from tests.engine import invariants
from tests.engine.worlds import World
from tests.providers import openai_replies as replies
from tests.providers.openai_models import MODEL, speaking_to
from tests.providers.openai_server import OpenAIServer, Received, draw
from tests.providers.replies import Reply

SPEC = find(MODEL)
assert SPEC is not None
OFFERED = replace(SPEC, provider="scripted")


def test_every_shape_and_size_is_made_checked_and_charged_by_what_it_billed(folder: Path) -> None:
    shapes = [(ratio, size) for ratio in ("1:1", "9:16", "21:9") for size in OFFERED.sizes]
    with OpenAIServer() as server, speaking_to(server.url) as model:
        world = World(folder, provider=model, specs=[OFFERED])
        batch = world.submit(*({"prompt": "a red pot", "aspect_ratio": ratio, "size": size} for ratio, size in shapes))
        world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    items = world.items(batch)
    assert sorted((item.width, item.height) for item in items) == sorted(one.shape for one in server.requests)
    # 8 tokens of text and 439 of the image, as the server told, at $5 and $30 a million.
    assert {item.cost_micros for item in items} == {8 * 5 + 439 * 30}
    invariants.check(world)


def test_a_refusal_fails_for_good_and_costs_nothing(folder: Path) -> None:
    with OpenAIServer(lambda _: replies.moderated("output")) as server, speaking_to(server.url) as model:
        world = World(folder, provider=model, specs=[OFFERED])
        batch = world.submit({"prompt": "a red pot"})
        world.run()
    (item,) = world.items(batch)
    assert (item.status, item.cost_micros, server.calls) == (ItemStatus.FAILED, 0, 1)


def test_a_busy_moment_passes_and_the_image_is_made_after_the_wait_that_was_asked_for(folder: Path) -> None:
    def once_busy(received: Received) -> Reply:
        return replies.too_many(headers=[("retry-after", "7")]) if received.number == 1 else draw(received)

    with OpenAIServer(once_busy) as server, speaking_to(server.url) as model:
        world = World(folder, provider=model, specs=[OFFERED])
        batch = world.submit({"prompt": "a red pot"})
        world.run()
    assert (world.batch(batch).status, server.calls) == (BatchStatus.COMPLETED, 2)
    invariants.check(world)


def test_an_image_that_was_billed_and_cannot_be_read_is_a_failed_charge(folder: Path) -> None:
    def broken_once(received: Received) -> Reply:
        return replies.answer("%%%") if received.number == 1 else draw(received)

    with OpenAIServer(broken_once) as server, speaking_to(server.url) as model:
        world = World(folder, provider=model, specs=[OFFERED])
        batch = world.submit({"prompt": "a red pot"})
        world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    kinds = sorted(entry.kind for entry in world.ledger())
    assert kinds == [LedgerKind.CHARGE, LedgerKind.FAILED_CHARGE]
    invariants.check(world)
