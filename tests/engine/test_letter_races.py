"""Requeues, discards, retries and cancels at once: each ends as if one had come after the other."""

from pathlib import Path
from typing import Any

import pytest

from shared.domain.batch_forms import BatchRetry
from shared.domain.callers import Caller
from shared.domain.errors import Unavailable
from shared.domain.modes import BatchStatus, ItemStatus, Role
from tests.engine import invariants
from tests.engine.faults import Crash
from tests.engine.letters import ADMIN, audited, discard, failed, library, listed, prompts, requeue, world_of
from tests.engine.scripted import model
from tests.engine.worlds import OTHER_ORG

STRANGER = Caller(org=OTHER_ORG, id="key_other", member="mem_other", role=Role.ADMIN)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("act", [requeue, discard])
def test_an_act_that_breaks_off_anywhere_goes_on_where_it_was(folder: Path, act: Any, after: bool) -> None:
    world = world_of(folder)
    batches = [failed(world, f"refused {n}", f"refused again {n}")[0] for n in range(3)]
    for position in range(30):
        world.faults.crash(position, after=after)
        try:
            answer = act(world, key="once")
        except Crash:
            world.restart()
            continue
        break
    world.faults.disarm()
    assert {(one.batch, one.selected, one.done) for one in answer.batches} == {(batch, 2, 2) for batch in batches}
    assert answer.done == 6
    assert act(world, key="once") == answer
    name = "dead_letters.requeued" if act is requeue else "dead_letters.discarded"
    assert sorted(entry.subject for entry in audited(world, name)) == sorted(batches)
    world.run()
    assert {world.batch(batch).series for batch in batches} == {2 if act is requeue else 1}
    invariants.check(world)


def test_a_discarded_letter_leaves_the_list_and_stays_failed(folder: Path) -> None:
    world = world_of(folder)
    batch, (item,) = failed(world, "refused", "fine")
    before = world.batch(batch)
    assert discard(world, item, reason="The product was withdrawn.").done == 1
    assert listed(world) == []
    (letter,) = listed(world, discarded=True)
    kept = letter.item
    assert (kept.discarded_at, kept.discarded_by) == (world.clock.now(), "mem_admin")
    assert kept.discard_reason == "The product was withdrawn."
    assert kept.status is ItemStatus.FAILED
    assert len(kept.attempts) == 1
    assert library(world).dead_letters.get(ADMIN, item) == letter
    assert world.batch(batch) == before
    (entry,) = audited(world, "dead_letters.discarded")
    assert (entry.subject, entry.details) == (
        batch,
        {"count": "1", "reason": "The product was withdrawn.", "items": item},
    )
    assert discard(world, item).done == 1
    assert len(audited(world, "dead_letters.discarded")) == 1
    assert prompts(world, discarded=True, kind="refused") == ["refused"]
    assert prompts(world, discarded=True, kind="busy") == []
    invariants.check(world)


def test_a_discarded_letter_comes_back_only_when_it_is_named(folder: Path) -> None:
    world = world_of(folder)
    batch, (given_up, _) = failed(world, "refused 1", "refused 2")
    discard(world, given_up)
    world.engine.controls.retry(world.caller, batch, BatchRetry())
    world.run()
    assert [item.series for item in world.items(batch)] == [1, 2]
    assert requeue(world).batches[0].selected == 1
    world.run()
    assert requeue(world, given_up, changes={"prompt": "a cup"}).done == 1
    world.run()
    item = world.items(batch)[0]
    assert (item.status, item.discarded_at, item.discard_reason) == (ItemStatus.SUCCEEDED, None, "")
    assert prompts(world) == ["refused 2"]
    invariants.check(world)


def test_nothing_is_left_to_retry_where_all_was_given_up(folder: Path) -> None:
    world = world_of(folder)
    batch, items = failed(world, "refused")
    discard(world)
    with pytest.raises(Exception, match="nothing to retry"):
        world.engine.controls.retry(world.caller, batch, BatchRetry())
    world.engine.controls.retry(world.caller, batch, BatchRetry(items=tuple(items)))
    world.run()
    assert len(listed(world)) == 1


def test_nothing_is_discarded_while_its_retry_is_prepared(folder: Path) -> None:
    world = world_of(folder)
    batch, (item,) = failed(world, "refused")
    world.engine.controls.retry(world.caller, batch, BatchRetry())
    (one,) = discard(world, item).batches
    assert (one.done, one.reason and one.reason.code) == (0, "retry-in-progress")
    world.engine.steps.advance(world.caller.org, batch)
    (one,) = discard(world, item).batches
    assert (one.done, one.reason and one.reason.code) == (0, "not-a-dead-letter")
    world.run()
    assert discard(world, item).done == 1
    invariants.check(world)


@pytest.mark.parametrize("named", [True, False])
def test_a_retry_and_a_discard_at_once_end_as_if_one_after_the_other(folder: Path, named: bool) -> None:
    """The retry is ordered after the discard has looked, and before it is written."""
    world = world_of(folder)
    batch, (item,) = failed(world, "refused")

    def overtake(name: str) -> None:
        if name == "documents.commit":
            world.faults.before = lambda _: None
            world.engine.controls.retry(world.caller, batch, BatchRetry(items=(item,) if named else None))

    world.faults.before = overtake
    assert discard(world, item).done == 1
    world.run()
    found = world.items(batch)[0]
    # Named, it was taken up again; a retry of all that failed passes over what is given up.
    assert (found.series, found.discarded_at is None) == ((2, True) if named else (1, False))
    invariants.check(world)


def test_a_discard_that_a_retry_overtook_leaves_the_item_alone(folder: Path) -> None:
    world = world_of(folder)
    batch, (item,) = failed(world, "refused")

    def overtake(name: str) -> None:
        if name == "documents.commit":
            world.faults.before = lambda _: None
            world.engine.controls.retry(world.caller, batch, BatchRetry())
            world.engine.steps.advance(world.caller.org, batch)

    world.faults.before = overtake
    assert discard(world, item).done == 0
    assert world.items(batch)[0].discarded_at is None
    world.run()
    invariants.check(world)


def test_two_admins_at_once_order_once(folder: Path) -> None:
    world = world_of(folder)
    batch, (item,) = failed(world, "refused")

    def overtake(name: str) -> None:
        if name == "documents.commit":
            world.faults.before = lambda _: None
            assert requeue(world, item).done == 1

    world.faults.before = overtake
    (one,) = requeue(world, item).batches
    assert (one.done, one.reason and one.reason.code) == (0, "retry-in-progress")
    assert world.batch(batch).series == 2
    assert len(audited(world, "dead_letters.requeued")) == 1


@pytest.mark.parametrize("act", [requeue, discard])
@pytest.mark.parametrize("commit", [1, 2, 3])
def test_one_key_twice_at_once_is_done_once(folder: Path, act: Any, commit: int) -> None:
    world = world_of(folder)
    batch, _ = failed(world, "refused 1", "refused 2")
    seen = {"commits": 0}
    answers = []

    def overtake(name: str) -> None:
        if name == "documents.commit":
            seen["commits"] += 1
            if seen["commits"] == commit:
                world.faults.before = lambda _: None
                answers.append(act(world, key="once"))

    world.faults.before = overtake
    answers.append(act(world, key="once"))
    assert [answer.done for answer in answers] == [2, 2]
    assert answers[0] == answers[1]
    name = "dead_letters.requeued" if act is requeue else "dead_letters.discarded"
    assert len(audited(world, name)) == 1
    assert world.batch(batch).series == (2 if act is requeue else 1)


def test_a_requeue_that_a_cancel_overtook_does_nothing(folder: Path) -> None:
    world = world_of(folder, specs=[model(concurrency=1, rate_per_second=1.0)])
    batch = world.submit({"prompt": "refused"}, {"prompt": "good", "variants": 9})
    world.run(until=lambda: bool(world.batch(batch).progress.failed))

    def overtake(name: str) -> None:
        if name == "documents.commit":
            world.faults.before = lambda _: None
            world.engine.controls.cancel(world.caller, batch)

    world.faults.before = overtake
    (one,) = requeue(world).batches
    assert (one.done, one.reason and one.reason.code) == (0, "batch-cancelling")
    world.run()
    assert world.batch(batch).status is BatchStatus.CANCELLED
    assert requeue(world, changes={"prompt": "a cup"}).done == 1
    world.run()
    invariants.check(world)


@pytest.mark.parametrize("act", [requeue, discard])
def test_a_repeat_with_the_key_goes_on_with_a_batch_whose_store_did_not_answer(folder: Path, act: Any) -> None:
    world = world_of(folder)
    _, first = failed(world, "refused one")
    _, second = failed(world, "refused two")
    commits: list[str] = []

    def away(name: str) -> None:
        if name == "documents.commit":
            commits.append(name)
            if len(commits) == 2:
                raise Unavailable("The store is away.")

    world.faults.before = away
    answer = act(world, *first, *second, key="one")
    assert (answer.done, [one.reason.code for one in answer.batches if one.reason]) == (1, ["unavailable"])
    again = act(world, *first, *second, key="one")
    assert (again.done, [one.reason for one in again.batches]) == (2, [None, None])
    assert act(world, *first, *second, key="one") == again
