"""What must hold of every world once nothing is left to do."""

from collections import Counter

from shared.domain.batches import Batch
from shared.domain.event_names import EventName
from shared.domain.items import Item
from shared.domain.library import Asset
from shared.domain.modes import BatchStatus, ItemStatus
from shared.domain.money import LedgerEntry, LedgerKind
from shared.ports.documents import Query
from shared.repositories import paths
from tests.engine.worlds import ORG, World


def check(world: World, org: str = ORG) -> None:
    """Assert every invariant of a world that came to rest."""
    batches = [batch for batch in world.batches() if world.store.get(paths.batch(org, batch.id)) is not None]
    ledger = Counter[str]()
    for entry in world.ledger(org):
        ledger[entry.item] += entry.cost_micros
    for batch in batches:
        _check_batch(world, org, batch, ledger)
    budget = world.budget(org)
    assert budget.reserved_micros == 0, "money is still set aside"
    assert budget.spent_micros == sum(batch.cost.spent_micros for batch in batches)
    assert budget.spent_micros == sum(ledger.values())
    assert not world.store.query(Query(f"orgs/{org}/recipes")) or _only_stale_locks(world, org)


def _check_batch(world: World, org: str, batch: Batch, ledger: Counter[str]) -> None:
    items = world.items(batch.id, org)
    states = Counter(item.status for item in items)
    progress = batch.progress
    assert batch.status.is_terminal, f"{batch.status}: {batch.status_reason}"
    assert batch.next_step_at is None
    assert batch.retry is None
    assert batch.announced_series == batch.series
    assert batch.unannounced == []
    assert batch.finished_at is not None
    assert len(items) == progress.total
    assert [item.index for item in items] == list(range(progress.total))
    assert (progress.pending, progress.running, progress.percent) == (0, 0, 100)
    assert progress.succeeded == states[ItemStatus.SUCCEEDED]
    assert progress.failed == states[ItemStatus.FAILED]
    assert progress.cancelled == states[ItemStatus.CANCELLED]
    assert (batch.status is BatchStatus.COMPLETED) == (progress.succeeded == progress.total)
    assert batch.cost.spent_micros == sum(item.cost_micros for item in items)
    assert batch.cost.reserved_micros == 0
    reservation = world.reservation(batch.id, org)
    assert (reservation.reserved_micros, reservation.settled_micros) == (0, batch.cost.spent_micros)
    ended = [event.data for event in world.events if event.name == EventName.BATCH_COMPLETED]
    assert any(data["batch"] == batch.id and data["series"] == batch.series for data in ended)
    for item in items:
        _check_item(world, org, item)
        assert item.cost_micros == ledger[item.id], "the ledger tells another price"


def _check_item(world: World, org: str, item: Item) -> None:
    assert item.status.is_terminal
    assert not item.in_flight
    assert item.held_micros == 0
    assert (item.lease_owner, item.lease_until, item.job) == ("", None, None)
    assert (item.dispatched_until, item.due_at, item.not_before) == (None, None, None)
    assert item.finished_at is not None
    assert (item.error is not None) == (item.status is ItemStatus.FAILED)
    assert all(attempt.finished_at is not None for attempt in item.attempts)
    numbers = [attempt.number for attempt in item.attempts]
    assert numbers == sorted(set(numbers)), "attempt numbers never start again"
    assert (item.asset_id is not None) == (item.status is ItemStatus.SUCCEEDED)
    if item.asset_id is not None:
        document = world.store.get(paths.asset(org, item.asset_id))
        assert document is not None
        asset = Asset.read(document.data)
        assert asset.recipe_hash == item.recipe
        for name in (asset.objects.original, asset.objects.optimised, asset.objects.thumbnail):
            assert world.files.find(name) is not None, f"{name} is gone"


def paid(world: World, kind: LedgerKind, org: str = ORG) -> list[LedgerEntry]:
    """The ledger's entries of this kind."""
    return [entry for entry in world.ledger(org) if entry.kind is kind]


def _only_stale_locks(world: World, org: str) -> bool:
    """Whether each recipe lock that is left belongs to an item that was taken back: it ends by itself."""
    locks = world.store.query(Query(f"orgs/{org}/recipes"))
    lost = {item.id for batch in world.batches() for item in world.items(batch.id, org) if _was_lost(item)}
    return all(lock.data["item"] in lost for lock in locks)


def _was_lost(item: Item) -> bool:
    return any(attempt.lost for attempt in item.attempts) or item.attempt > 1
