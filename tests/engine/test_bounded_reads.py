"""However much failed, no act reads all of it at once, and nothing is left out for it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.domain.batch_forms import BatchRetry
from shared.domain.dead_letters import DeadLetterFilter
from shared.domain.errors import ErrorKind, Malformed
from shared.domain.modes import ItemStatus
from shared.ports.documents import Create, Document, DocumentStore, Query, Update
from shared.repositories import paths
from tests.engine.letters import ADMIN, discard, failed, library, refusing, requeue
from tests.engine.scripted import ScriptedProvider, model
from tests.engine.worlds import World

MANY = 2_600


class Reads:
    """Notes how many documents each read brought; a process of its own reads through it."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store
        self.counts: list[int] = [0]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def query(self, query: Query) -> list[Document]:
        found = list(self._store.query(query))
        self.counts.append(len(found))
        return found

    def get_many(self, paths: Sequence[str]) -> dict[str, Document]:
        found = self._store.get_many(paths)
        self.counts.append(len(found))
        return found


def reading(folder: Path, count: int, **settings: Any) -> tuple[World, Reads, str]:
    """A batch with so many failed images, the last ones of the rare kind "refused blue"."""
    seen: list[Reads] = []

    def watched(store: DocumentStore) -> DocumentStore:
        seen.append(Reads(store))
        return seen[-1]

    world = World(folder, provider=ScriptedProvider(refusing), documents=watched, **settings)
    batch, (item,) = failed(world, "refused blue")
    one = world.items(batch)[0]
    others = [
        Create(
            paths.item(one.org, batch, f"itm_{number:020d}"),
            one.model_copy(
                update={"id": f"itm_{number:020d}", "index": number, "prompt": f"refused {number}"}
            ).written(),
        )
        for number in range(1, count)
    ]
    for start in range(0, len(others), 300):
        world.store.commit(others[start : start + 300])
    # The rare one is the oldest: all others are read before it.
    assert item == one.id
    seen[0].counts.clear()
    return world, seen[0], batch


@pytest.mark.parametrize("act", [requeue, discard])
def test_words_that_few_letters_have_are_looked_for_in_calls_that_end(folder: Path, act: Any) -> None:
    world, reads, _ = reading(folder, MANY)
    answer, done, calls = act(world, q="blue"), 0, 1
    while answer.next_page_token:
        done += answer.done
        answer = act(world, q="blue", token=answer.next_page_token)
        calls += 1
    assert (done + answer.done, answer.more, calls) == (1, False, 2)
    # A call looks at four pages and the batches that they name.
    assert sum(reads.counts) <= MANY + 50
    assert max(reads.counts) <= 500
    with pytest.raises(Malformed):
        act(
            world,
            q="red",
            token=library(world).dead_letters.filtered(ADMIN.org, DeadLetterFilter(q="blue")).next_page_token,
        )
    world.close()


def test_a_retry_of_a_whole_batch_is_ordered_and_carried_out_in_parts(folder: Path) -> None:
    world, reads, batch = reading(folder, 1_100)
    world.engine.controls.retry(world.caller, batch, BatchRetry())
    assert sum(reads.counts) <= 510
    assert world.batch(batch).cost.reserved_micros == 1_100 * 1_000
    reads.counts.clear()
    world.engine.steps.advance(world.caller.org, batch)
    assert max(reads.counts) <= 500
    assert all(item.status is ItemStatus.PENDING and item.series == 2 for item in world.items(batch))
    world.close()


def test_images_beyond_those_that_were_checked_fail_with_a_reason_where_the_changes_do_not_fit(folder: Path) -> None:
    specs = [model(), replace(model("large"), aspect_ratios=("1:1",))]
    world, _, batch = reading(folder, 501, specs=specs)
    last = max(world.items(batch), key=lambda item: item.id).id
    world.store.commit([Update(paths.item(world.caller.org, batch, last), {"aspect_ratio": "16:9"})])
    world.engine.controls.retry(world.caller, batch, BatchRetry.model_validate({"changes": {"model": "large"}}))
    world.engine.steps.advance(world.caller.org, batch)
    items = {item.id: item for item in world.items(batch)}
    error = items[last].error
    assert (items[last].status, items[last].series) == (ItemStatus.FAILED, 2)
    assert error is not None
    assert error.kind is ErrorKind.INVALID
    assert "16:9" in error.detail
    assert sum(item.status is ItemStatus.PENDING for item in items.values()) == 500
    assert world.batch(batch).retry is None
    world.close()


def test_the_letters_of_a_deleted_batch_are_buried_in_parts(folder: Path) -> None:
    world, reads, batch = reading(folder, 1_100)
    library(world).batches.delete(ADMIN, batch)
    reads.counts.clear()
    world.engine.steps.advance(world.caller.org, batch)
    assert max(reads.counts) <= 500
    assert all(item.discarded_at is not None for item in world.items(batch))
    world.close()
