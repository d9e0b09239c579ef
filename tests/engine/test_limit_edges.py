"""Limits at their edges: prices by tokens, crashes, writes to the shared budget, budgets of batches."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from shared.domain.image_models import Price, Unit
from shared.domain.modes import BatchStatus
from shared.domain.money import LedgerKind
from shared.ports.documents import CommitResult, DocumentStore, Update, Write
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.repositories import paths
from tests.engine import invariants
from tests.engine.faults import Crash
from tests.engine.invariants import paid
from tests.engine.money import LimitedWorld, calls, spent
from tests.engine.scripted import PRICE, ScriptedProvider, made, model

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_model_priced_by_tokens_starts_no_call_beyond_the_limit_and_its_overrun_is_recorded(folder: Path) -> None:
    fixed = model(concurrency=3, rate_per_second=5.0)
    tokens: dict[str, dict[Unit, int]] = {size: {"output_image_tokens": 1_000} for size in fixed.sizes}
    dear: dict[str, dict[Unit, int]] = {size: {"output_image_tokens": 2_000} for size in fixed.sizes}
    price = Price(from_day=date(2020, 1, 1), micros_per_million={"output_image_tokens": PRICE * 1_000})
    spec = replace(fixed, prices=(price,), expected_units=tokens, ceiling_units=dear)
    limit = 20 * PRICE
    bounds: list[int] = []

    def answer(request: ImageRequest, _: int) -> GeneratedImage:
        held = sum(item.held_micros for item in world.items(batch))
        bounds.append(sum(entry.cost_micros for entry in world.ledger()) + held)
        used = 2_500 if request.variant == 7 else 700 + 100 * request.variant
        fair = made(request)
        return GeneratedImage(data=fair.data, media_type=fair.media_type, usage={"output_image_tokens": used})

    world = LimitedWorld(folder, at=NOON, specs=[spec], provider=ScriptedProvider(answer))
    world.limit(day_micros=limit)
    batch = world.submit(*({"prompt": f"cup {n}", "variants": 10} for n in range(3)))
    world.run(seconds=600)
    assert bounds
    assert max(bounds) <= limit
    charges = paid(world, LedgerKind.CHARGE)
    overruns = [entry for entry in charges if entry.overrun_micros]
    assert {(entry.cost_micros, entry.overrun_micros) for entry in overruns} == {(2_500, 500)}
    total = sum(entry.cost_micros for entry in charges)
    assert limit - 2 * PRICE < total <= limit + sum(entry.overrun_micros for entry in overruns)
    assert world.batch(batch).status is BatchStatus.PAUSED
    assert sum(item.cost_micros for item in world.items(batch)) == total == world.batch(batch).cost.spent_micros
    world.limit()
    world.run(seconds=600)
    invariants.check(world)
    world.close()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("position", range(3, 60, 6))
def test_a_crash_near_a_limit_neither_breaks_it_nor_loses_money(folder: Path, position: int, after: bool) -> None:
    world = LimitedWorld(folder, at=NOON)
    world.limit(day_micros=3 * PRICE)
    batches = [world.submit({"prompt": f"cup {n}", "variants": 3}) for n in range(2)]
    world.faults.crash(position, after=after)
    with suppress(Crash):
        world.run(seconds=300)
    world.faults.disarm()
    world.restart()
    for delivery in world.due():
        world.deliver(delivery)
    world.run(seconds=300)
    assert spent(world, NOON, NOON + DAY) <= 3 * PRICE
    world.limit()
    world.run(seconds=600)
    assert all(world.batch(one).status is BatchStatus.COMPLETED for one in batches)
    invariants.check(world)
    world.close()


def test_the_budget_is_written_seldom_however_near_its_limit_a_batch_is(folder: Path) -> None:
    written: Counter[str] = Counter()

    class Watching:
        def __init__(self, store: DocumentStore) -> None:
            self._store = store

        def __getattr__(self, name: str) -> Any:
            return getattr(self._store, name)

        def commit(self, writes: Sequence[Write]) -> CommitResult:
            written.update(write.path.split("/")[2] for write in writes if write.path.count("/") == 3)
            return self._store.commit(writes)

    class WatchedWorld(LimitedWorld):
        def restart(self) -> None:
            self._documents = cast("DocumentStore", Watching(self._documents))
            super().restart()

    def slow(request: ImageRequest, _: int) -> GeneratedImage:
        world.clock.advance(0.3)
        return made(request)

    quick = model(concurrency=16, rate_per_second=100.0)
    world = WatchedWorld(folder, at=NOON, specs=[quick], provider=ScriptedProvider(slow))
    world.limit(day_micros=60 * PRICE)
    written.clear()
    batch = world.submit(*({"prompt": "a cup", "variants": 10} for _ in range(8)))
    while world.batch(batch).status is not BatchStatus.PAUSED:
        world.steps()
        world.deliver_one()
    assert calls(world) == 60
    # At acceptance, for the warning, each minute, when nothing more fits, and at the pause.
    assert written["budgets"] <= 5
    world.limit()
    world.run(seconds=300)
    invariants.check(world)
    world.close()


def test_a_batch_s_budget_warns_once_and_lowered_below_what_is_sent_out_takes_it_back(folder: Path) -> None:
    world = LimitedWorld(folder, at=NOON, specs=[model(concurrency=4, rate_per_second=2.0)])
    batch = world.submit({"prompt": "a cup", "variants": 10}, budget_micros=10 * PRICE)
    world.run(until=lambda: calls(world) >= 5)
    before = calls(world)
    update = {"cost.budget_micros": before * PRICE}
    world.store.commit([Update(paths.batch(world.caller.org, batch), update)])
    world.engine.steps.advance(world.caller.org, batch)
    assert sum(item.in_flight for item in world.items(batch)) == 0
    world.run(seconds=100)
    assert calls(world) == before
    assert world.batch(batch).status_reason.startswith("The batch's budget, $0.0050, is reached ($0.0050 spent).")
    world.store.commit([Update(paths.batch(world.caller.org, batch), {"cost.budget_micros": 10 * PRICE})])
    world.run(seconds=300)
    warned = {event.id: event.data for event in world.events if event.name == "BudgetWarned"}
    assert [(one["holder"], one["batch"], one["limit"]) for one in warned.values()] == [
        ("batch", batch, before * PRICE),
        ("batch", batch, 10 * PRICE),
    ]
    invariants.check(world)
    world.close()
