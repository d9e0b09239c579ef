"""Workers that are killed one after another, while queue, steps and Firestore live on as they do on Google Cloud."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from benchmarks.platform.journals import Journal
from shared.domain.batch_forms import BatchCreate
from shared.domain.items import Item
from shared.domain.modes import BatchStatus, ItemStatus
from shared.domain.money import Budget, LedgerEntry
from shared.ports.documents import Query
from shared.repositories import paths
from tests.deployed import free_port
from tests.engine.scripted import PRICE, ScriptedProvider
from tests.faults.purchases import check_purchases
from tests.faults.workers import CALLS_AT_ONCE, MODEL, Balancer, Worker
from tests.local.platforms import ORG, Platform, platform

IMAGES = 1_000
WORKERS = 2
KILLED_AT = (0.15, 0.3, 0.45, 0.6)
TAG = "shot"
pytestmark = [pytest.mark.faults, pytest.mark.timeout(500)]


@contextmanager
def swept(running: Platform) -> Iterator[None]:
    """Look for overdue batches each second, as the schedule does each minute."""
    ended = Event()

    def sweep() -> None:
        while not ended.wait(1.0):
            running.container.engine.reconciliation.sweep()

    thread = Thread(target=sweep)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_workers_that_die_lose_nothing_and_buy_nothing_twice(tmp_path: Path) -> None:
    journal, balancer, kills = tmp_path / "journal.jsonl", Balancer(), list[float]()
    book = Journal(journal)
    rows = [{"prompt": f"{TAG}/{n}", "size": "512", "aspect_ratio": "1:1"} for n in range(IMAGES)]
    functions = {"generate_image": balancer}
    with platform(tmp_path, provider=ScriptedProvider(), specs=(MODEL,), functions=functions) as running:
        config = running.container.config
        balancer.workers = [Worker(config, free_port(), journal) for _ in range(WORKERS)]
        try:
            with swept(running):
                sent = running.submit(BatchCreate.model_validate({"rows": rows}))
                for turn, share in enumerate(KILLED_AT):
                    while book.count(TAG, "made") < IMAGES * share:
                        time.sleep(0.05)
                    balancer.workers[turn % WORKERS].kill()
                    kills.append(time.time())
                    balancer.workers[turn % WORKERS] = Worker(config, free_port(), journal)
                batch = running.ended(sent)
        finally:
            balancer.close()
        items = [Item.read(one.data) for one in running.view.query(Query(paths.items(ORG, sent)))]
        ledger = [LedgerEntry.read(one.data) for one in running.view.query(Query(paths.ledger(ORG)))]
        budget = running.view.get(paths.budget(ORG))
    assert (batch.status, batch.progress.succeeded) == (BatchStatus.COMPLETED, IMAGES)
    assert Counter(item.status for item in items) == {ItemStatus.SUCCEEDED: IMAGES}
    assert len({item.asset_id for item in items}) == IMAGES
    # Otherwise nothing was in flight at any kill, and nothing was tried.
    assert any(len(item.attempts) > 1 for item in items)
    bought = book.made(TAG)
    check_purchases(
        book, TAG, kills, {f"{i.prompt}#{i.variant}": i.finished_at.timestamp() for i in items if i.finished_at}
    )
    again = sum(bought.values()) - IMAGES
    assert again <= len(kills) * CALLS_AT_ONCE
    spent = sum(entry.cost_micros for entry in ledger)
    assert batch.cost.spent_micros == sum(item.cost_micros for item in items) == spent
    assert (IMAGES + again) * PRICE <= spent
    assert batch.cost.reserved_micros == 0
    assert budget is not None
    assert (Budget.read(budget.data).spent_micros, Budget.read(budget.data).reserved_micros) == (spent, 0)
