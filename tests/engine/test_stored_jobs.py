"""A job is stored as soon as it is submitted, whatever happens to its item and to the store meanwhile."""

from pathlib import Path

import pytest

from shared.domain.errors import GuardRefused, Unavailable
from shared.domain.modes import ItemStatus
from shared.domain.money import LedgerKind
from shared.ports.documents import Delete, Update
from tests.engine import invariants
from tests.engine.faults import Crash, FaultyWorld
from tests.engine.scripted import PRICE, ScriptedJobs, job_model


def test_a_job_is_stored_patiently(folder: Path) -> None:
    jobs = ScriptedJobs()
    world = FaultyWorld(folder, provider=jobs, specs=(job_model(),))
    failures: list[str] = []

    def refuse(name: str) -> None:
        if name == "documents.commit" and jobs.submitted and len(failures) < 3:
            failures.append(name)
            raise Unavailable("The store is away.")

    batch = world.submit({"prompt": "a cup"})
    world.faults.before = refuse
    world.run()
    assert len(failures) == 3
    assert (len(jobs.submitted), world.items(batch)[0].status) == (1, ItemStatus.SUCCEEDED)
    invariants.check(world)


def test_a_job_is_kept_though_its_item_changed_while_it_was_submitted(folder: Path) -> None:
    world = FaultyWorld(folder, provider=ScriptedJobs(), specs=(job_model(),))
    batch = world.submit({"prompt": "a cup"})

    def touch(name: str) -> None:
        if name == "provider.submit":
            (item,) = world.items(batch)
            path = f"orgs/{item.org}/batches/{batch}/items/{item.id}"
            document = world.store.get(path)
            assert document is not None
            world.store.commit([Update(path, {"tags": ["touched"]}, document.version)])

    world.faults.after = touch
    world.run()
    (item,) = world.items(batch)
    assert (item.status, item.tags) == (ItemStatus.SUCCEEDED, ["touched"])
    assert len(world.scripted.requests) == 1
    invariants.check(world)


def test_an_item_that_changes_again_and_again_leaves_its_job_to_the_delivery_after_this(folder: Path) -> None:
    world = FaultyWorld(folder, provider=ScriptedJobs(), specs=(job_model(),))
    batch = world.submit({"prompt": "a cup"})

    def touch(name: str) -> None:
        if name == "documents.commit" and world.scripted.requests:
            (item,) = world.items(batch)
            path = f"orgs/{item.org}/batches/{batch}/items/{item.id}"
            document = world.store.get(path)
            assert document is not None
            world.store.commit([Update(path, {"tags": ["touched"]}, document.version)])

    world.faults.before = touch
    with pytest.raises(GuardRefused):
        world.run()
    world.faults.before = lambda _: None
    world.run()
    assert world.items(batch)[0].status is ItemStatus.SUCCEEDED
    assert len(world.scripted.requests) == 2
    invariants.check(world)


def test_a_job_whose_item_is_gone_is_left_alone(folder: Path) -> None:
    world = FaultyWorld(folder, provider=ScriptedJobs(), specs=(job_model(),))
    batch = world.submit({"prompt": "a cup"})

    def remove(name: str) -> None:
        if name == "provider.submit":
            (item,) = world.items(batch)
            world.store.commit([Delete(f"orgs/{item.org}/batches/{batch}/items/{item.id}")])

    world.faults.after = remove
    world.steps()
    (first,) = world.images()
    world.deliver(first)
    world.done(first)
    assert world.images() == []


def test_a_job_whose_item_was_taken_back_while_it_was_submitted_stays_in_the_ledger(folder: Path) -> None:
    world = FaultyWorld(folder, provider=ScriptedJobs(), specs=(job_model(),))
    batch = world.submit({"prompt": "a cup"})

    def dawdle(name: str) -> None:
        if name == "provider.submit" and len(world.scripted.requests) == 1:
            world.clock.advance(1_000)
            world.engine.steps.advance(world.caller.org, batch)

    world.faults.after = dawdle
    world.run()
    (item,) = world.items(batch)
    assert (item.status, item.attempt, item.cost_micros) == (ItemStatus.SUCCEEDED, 2, 2 * PRICE)
    assert sorted(entry.kind for entry in world.ledger()) == sorted([LedgerKind.UNKNOWN_OUTCOME, LedgerKind.CHARGE])
    invariants.check(world)


def test_a_crash_between_submitting_and_storing_is_an_unknown_purchase(folder: Path) -> None:
    jobs = ScriptedJobs()
    world = FaultyWorld(folder, provider=jobs, specs=(job_model(),))
    batch = world.submit({"prompt": "a cup"})
    world.faults.before = lambda name: world.faults.crash(-1, after=True) if name == "provider.submit" else None
    with pytest.raises(Crash):
        world.run()
    world.faults.before = lambda _: None
    world.restart()
    world.run()
    (item,) = world.items(batch)
    assert (item.status, len(jobs.submitted), item.cost_micros) == (ItemStatus.SUCCEEDED, 2, 2 * PRICE)
    invariants.check(world)


def test_a_store_that_answers_no_read_between_claim_and_submit_leaves_no_unknown_purchase(folder: Path) -> None:
    world = FaultyWorld(folder, provider=ScriptedJobs(), specs=(job_model(),))
    batch = world.submit({"prompt": "a cup"})

    def silent(_name: str) -> None:
        if not world.scripted.requests and any(item.status is ItemStatus.RUNNING for item in world.items(batch)):
            raise Unavailable("The store is away.")

    world.faults.read = silent
    world.run()
    (item,) = world.items(batch)
    assert (item.status, item.attempt, len(world.scripted.requests)) == (ItemStatus.SUCCEEDED, 1, 1)
    assert [entry.kind for entry in world.ledger()] == [LedgerKind.CHARGE]
    invariants.check(world)
