"""What failed for good is kept, found, tried again or given up; nothing is done twice or by halves."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shared.domain.batch_forms import BatchRetry
from shared.domain.callers import Caller
from shared.domain.dead_letters import DeadLetterFilter
from shared.domain.errors import ErrorKind, Forbidden, Invalid, Malformed, NotFound
from shared.domain.ids import compose
from shared.domain.modes import BatchStatus, ItemStatus, Role
from shared.domain.organisations import Organisation
from shared.ports.documents import Create, Update
from shared.repositories import paths
from tests.engine import invariants
from tests.engine.letters import ADMIN, audited, discard, failed, library, listed, prompts, requeue, world_of
from tests.engine.scripted import PRICE, model
from tests.engine.worlds import ORG, OTHER_ORG

STRANGER = Caller(org=OTHER_ORG, id="key_other", member="mem_other", role=Role.ADMIN)


def test_what_failed_for_good_is_listed_whole_and_the_latest_first(folder: Path) -> None:
    world = world_of(folder)
    first, _ = failed(world, "refused 1", "fine", "no_image 2", name="Spring")
    world.clock.advance(10)
    failed(world, "invalid 3", name="Summer")
    found = listed(world)
    assert [letter.item.prompt for letter in found] == ["invalid 3", "no_image 2", "refused 1"]
    assert [letter.batch_name for letter in found] == ["Summer", "Spring", "Spring"]
    assert all(letter.hindrance is None for letter in found)
    assert found[1].item == world.items(first)[2]
    assert [attempt.number for attempt in found[1].item.attempts] == [1, 2]
    assert library(world).dead_letters.get(ADMIN, found[1].item.id) == found[1]


def test_filters_find_by_kind_batch_model_provider_words_and_time(folder: Path) -> None:
    world = world_of(folder, specs=[model(), model("scripted-2")])
    first, _ = failed(world, "refused cup", "refused CÁNDLE", "no_image lamp")
    world.clock.advance(3_600)
    world.submit({"prompt": "refused other", "model": "scripted-2"})
    world.run()
    assert prompts(world, kind="no_image") == ["no_image lamp"]
    assert len(prompts(world, batch=first)) == 3
    assert prompts(world, model="scripted-2", kind="refused") == ["refused other"]
    assert len(prompts(world, provider="scripted")) == 4
    assert prompts(world, provider="somebody") == []
    assert prompts(world, q="cand") == ["refused CÁNDLE"]
    assert prompts(world, q="was no_image") == ["no_image lamp"]
    assert prompts(world, q="zebra") == []
    late = world.clock.now() - timedelta(seconds=1_800)
    assert prompts(world, from_=late) == ["refused other"]
    assert len(prompts(world, to=late)) == 3
    ours = Organisation(id=ORG, name="Acme", time_zone="Pacific/Auckland", created_at=world.clock.now())
    world.store.commit([Create(paths.organisation(ORG), ours.written())])
    today = world.clock.now().astimezone(ZoneInfo(ours.time_zone)).date()
    assert len(prompts(world, from_=today)) == 4
    assert prompts(world, to=today - timedelta(days=1)) == []
    with pytest.raises(Invalid) as caught:
        listed(world, q="…")
    assert [error.pointer for error in caught.value.errors] == ["/query/q"]


def test_the_words_of_a_page_token_hold_for_its_list_alone(folder: Path) -> None:
    world = world_of(folder)
    failed(world, "refused 1", "refused 2")
    letters = library(world).dead_letters
    page = letters.list(ADMIN, DeadLetterFilter(), page_size=1)
    for wanted, discarded in ((DeadLetterFilter(kind=ErrorKind.REFUSED), False), (DeadLetterFilter(), True)):
        with pytest.raises(Malformed):
            letters.list(ADMIN, wanted, discarded=discarded, page_token=page.next_page_token)


def test_only_admins_of_the_organisation_see_or_touch_letters(folder: Path) -> None:
    world = world_of(folder)
    _, (item,) = failed(world, "refused")
    services = library(world)
    with pytest.raises(Forbidden):
        services.dead_letters.list(world.caller, DeadLetterFilter())
    with pytest.raises(Forbidden):
        services.dead_letters.get(world.caller, item)
    assert services.dead_letters.list(STRANGER, DeadLetterFilter()).values == []
    assert services.dead_letters.counts(OTHER_ORG).total == 0
    with pytest.raises(NotFound):
        services.dead_letters.get(STRANGER, item)
    with pytest.raises(NotFound, match="no item"):
        services.dead_letters.named(OTHER_ORG, (item,))


def test_counts_tell_kinds_and_models(folder: Path) -> None:
    world = world_of(folder, specs=[model(), model("scripted-2")])
    _, items = failed(world, "refused 1", "refused 2", "invalid 3")
    world.submit({"prompt": "invalid 4", "model": "scripted-2"})
    world.run()
    counts = library(world).dead_letters.counts(world.caller.org)
    assert counts.total == 4
    assert counts.by_kind == {ErrorKind.REFUSED: 2, ErrorKind.INVALID: 2}
    assert counts.by_model == {("scripted", "scripted-1"): 3, ("scripted", "scripted-2"): 1}
    discard(world, items[0])
    assert library(world).dead_letters.counts(world.caller.org).by_kind[ErrorKind.REFUSED] == 1


def test_counting_reads_the_store_once_however_many_there_are(folder: Path) -> None:
    world = world_of(folder)
    failed(world, *(f"refused {n}" for n in range(30)))
    before = world.faults.counted.copy()
    assert library(world).dead_letters.counts(world.caller.org).total == 30
    assert world.faults.counted - before == {"documents.aggregate": 1}


def test_a_requeue_by_filter_goes_over_all_batches_with_changes(folder: Path) -> None:
    world = world_of(folder)
    first, _ = failed(world, "refused 1", "refused 2", "invalid 3")
    second, _ = failed(world, "refused 4", "fine")
    answer = requeue(world, kind="refused", changes={"prompt": "a cup", "seed": 3})
    assert (answer.done, answer.more) == (3, False)
    assert {(one.batch, one.selected, one.done, one.reason) for one in answer.batches} == {
        (first, 2, 2, None),
        (second, 1, 1, None),
    }
    assert {entry.subject: entry.details["count"] for entry in audited(world, "dead_letters.requeued")} == {
        first: "2",
        second: "1",
    }
    assert audited(world, "dead_letters.requeued")[0].details["changes"] == "prompt, seed"
    world.run()
    assert world.batch(second).status is BatchStatus.COMPLETED
    assert prompts(world) == ["invalid 3"]
    assert [attempt.number for attempt in world.items(first)[0].attempts] == [1, 2]
    invariants.check(world)


def test_a_requeue_tells_by_batch_what_it_could_not_do(folder: Path) -> None:
    world = world_of(folder, specs=[model(concurrency=1, rate_per_second=1.0)])
    fine, _ = failed(world, "refused fine")
    poor, _ = failed(world, "no_image poor", budget_micros=PRICE)
    busy, _ = failed(world, "refused busy")
    ending = world.submit({"prompt": "refused ending"}, {"prompt": "good", "variants": 9})
    world.run(until=lambda: bool(world.batch(ending).progress.failed))
    world.engine.controls.retry(world.caller, busy, BatchRetry())
    world.engine.controls.cancel(world.caller, ending)
    # A billed failure: what it cost uses the batch's budget up.
    world.store.commit([Update(paths.batch(world.caller.org, poor), {"cost.spent_micros": PRICE})])
    hindered = {letter.item.batch: letter.hindrance and letter.hindrance.code for letter in listed(world)}
    answer = requeue(world)
    told = {one.batch: (one.done, one.reason.code if one.reason else None) for one in answer.batches}
    wanted = {fine: None, poor: "budget-exceeded", busy: "retry-in-progress", ending: "batch-cancelling"}
    assert hindered == wanted
    assert told == {batch: (int(code is None), code) for batch, code in wanted.items()}
    assert answer.done == 1
    assert [entry.subject for entry in audited(world, "dead_letters.requeued")] == [fine]
    assert world.batch(fine).retry is not None


def test_changes_that_do_not_fit_leave_their_batch_as_it_was(folder: Path) -> None:
    world = world_of(folder)
    batch, items = failed(world, "refused")
    before = world.batch(batch)
    answer = requeue(world, *items, changes={"model": "nope"})
    assert answer.done == 0
    assert answer.batches[0].reason is not None
    assert answer.batches[0].reason.code == "invalid"
    assert "no model nope" in answer.batches[0].reason.detail
    assert world.batch(batch) == before


def test_a_letter_of_a_model_that_is_gone_says_that_it_needs_another_one(folder: Path) -> None:
    world = world_of(folder)
    _, items = failed(world, "refused")
    world.offer = type(world.offer)((model("scripted-2"),), {"scripted"})
    world.restart()
    (letter,) = listed(world)
    assert letter.hindrance is not None
    assert "another model" in letter.hindrance.detail
    assert requeue(world, *items).done == 0
    assert requeue(world, *items, changes={"model": "scripted-2", "prompt": "fine"}).done == 1
    world.run()
    assert listed(world) == []
    invariants.check(world)


def test_items_that_are_no_letters_are_left_out_and_unknown_ones_refused(folder: Path) -> None:
    world = world_of(folder)
    batch, (item,) = failed(world, "refused", "fine")
    fine = world.items(batch)[1].id
    with pytest.raises(NotFound, match="itm_nowhere"):
        requeue(world, item, "itm_nowhere")
    assert world.batch(batch).retry is None
    answer = requeue(world, item, fine)
    (one,) = answer.batches
    assert (one.selected, one.done, one.reason and one.reason.code) == (2, 1, "not-a-dead-letter")
    again = requeue(world, fine)
    assert again.done == 0
    assert world.items(batch)[1].status is ItemStatus.SUCCEEDED


def test_a_repeat_with_the_key_gets_the_first_answer_and_orders_nothing(folder: Path) -> None:
    world = world_of(folder)
    batch, _ = failed(world, "refused")
    first = requeue(world, key="once")
    world.run()
    assert world.items(batch)[0].status is ItemStatus.FAILED
    assert requeue(world, key="once") == first
    assert world.batch(batch).series == 2
    with pytest.raises(Invalid, match="another request"):
        requeue(world, key="once", kind="refused")
    assert requeue(world).done == 1


def test_letters_of_deleted_batches_are_unseen(folder: Path) -> None:
    world = world_of(folder)
    gone, (item,) = failed(world, "refused gone")
    failed(world, "refused kept")
    library(world).batches.delete(ADMIN, gone)
    assert prompts(world) == ["refused kept"]
    with pytest.raises(NotFound):
        library(world).dead_letters.get(ADMIN, item)
    with pytest.raises(NotFound):
        requeue(world, item)
    world.run()
    assert library(world).dead_letters.counts(world.caller.org).total == 1
    assert prompts(world, discarded=True) == []
    assert [one.done for one in requeue(world).batches] == [1]
    world.run()
    invariants.check(world)


def test_more_letters_than_one_call_takes_are_told_of(folder: Path) -> None:
    world = world_of(folder, specs=[model(concurrency=512, rate_per_second=10_000.0)])
    failed(world, *(f"refused {n}" for n in range(500)))
    batch, _ = failed(world, *(f"refused {n}" for n in range(501)))
    answer = discard(world)
    assert (answer.done, answer.more) == (1_000, True)
    assert len(audited(world, "dead_letters.discarded")) == 4
    assert world.batch(batch).progress.failed == 501
    answer = discard(world)
    assert (answer.done, answer.more) == (1, False)


def test_letters_of_more_batches_than_one_call_takes_are_told_of(folder: Path) -> None:
    world = world_of(folder)
    items = [failed(world, "refused")[1][0] for _ in range(101)]
    with pytest.raises(Invalid) as caught:
        discard(world, *items)
    assert [error.pointer for error in caught.value.errors] == ["/items"]
    answer = discard(world)
    assert (answer.done, answer.more) == (100, True)


def test_an_item_that_nobody_has_is_no_letter(folder: Path) -> None:
    world = world_of(folder)
    batch, _ = failed(world, "fine")
    letters = library(world).dead_letters
    for item in (world.items(batch)[0].id, compose("itm", bytes(16)), "itm_x", "../secrets"):
        with pytest.raises(NotFound):
            letters.get(ADMIN, item)
