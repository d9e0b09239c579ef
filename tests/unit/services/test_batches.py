"""Batches: looked at, listed, renamed, duplicated, deleted."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.domain.batch_forms import BatchUpdate
from shared.domain.callers import Caller
from shared.domain.errors import Conflict, Forbidden, Invalid, Malformed, NotFound
from shared.domain.modes import BatchStatus, ItemStatus
from shared.ports.documents import Update
from shared.repositories import paths
from tests.unit.services.desks import Desk

UNKNOWN = "bat_" + "a" * 20


def listed(desk: Desk, caller: Caller | None = None, **filters: Any) -> list[str]:
    return [batch.id for batch in desk.batches.list(caller or desk.ours, **filters).values]


def pointers(error: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [one.pointer for one in error.value.errors]


def test_the_newest_comes_first_and_no_other_organisations(desk: Desk) -> None:
    first, second = desk.batch(), desk.batch()
    other = desk.batch(caller=desk.theirs)
    assert listed(desk) == [second, first]
    assert listed(desk, desk.theirs) == [other]


def test_pages_lead_to_one_another(desk: Desk) -> None:
    made = [desk.batch() for _ in range(5)][::-1]
    seen: list[str] = []
    token, tokens = "", 0
    while True:
        page = desk.batches.list(desk.viewer, page_size=2, page_token=token)
        seen += [batch.id for batch in page.values]
        token, tokens = page.next_page_token, tokens + 1
        if not token:
            break
    assert seen == made
    assert tokens == 3


def test_batches_of_the_same_moment_are_not_lost_between_pages(desk: Desk) -> None:
    made = {desk.world.submit({"prompt": "A"}, caller=desk.ours) for _ in range(4)}
    first = desk.batches.list(desk.ours, page_size=2)
    second = desk.batches.list(desk.ours, page_size=2, page_token=first.next_page_token)
    assert {batch.id for batch in first.values + second.values} == made


def test_a_token_serves_only_its_list(desk: Desk) -> None:
    desk.batch(), desk.batch()
    token = desk.batches.list(desk.ours, page_size=1).next_page_token
    assert desk.batches.list(desk.ours, page_size=50, page_token=token).values
    with pytest.raises(Malformed):
        desk.batches.list(desk.theirs, page_token=token)
    with pytest.raises(Malformed):
        desk.batches.list(desk.ours, status="accepted", page_token=token)
    with pytest.raises(Malformed):
        desk.assets.list(desk.ours, page_token=token)


def test_states_words_and_tags_select(desk: Desk) -> None:
    spring = desk.batch(name="Spring campaign", tags=["Outdoor"], run=True)
    other = desk.batch(name="Spring sale", tags=["indoor"])
    assert listed(desk, status=BatchStatus.COMPLETED) == [spring]
    assert listed(desk, status="accepted") == [other]
    assert listed(desk, q="SPRI") == [other, spring]
    assert listed(desk, q="spring camp") == [spring]
    assert listed(desk, tag="outdoor") == [spring]
    assert listed(desk, q="sale", tag="outdoor") == []
    assert listed(desk, q="spring", tag=" indoor ", status="accepted") == [other]
    assert listed(desk, q="  ", tag="") == [other, spring]


def test_models_select_alone_and_with_words(desk: Desk) -> None:
    def using(*models: str, **fields: Any) -> str:
        batch = desk.batch(**fields)
        desk.store.commit([Update(paths.batch(desk.ours.org, batch), {"models": list(models)})])
        return batch

    first = using("scripted-1", name="Spring sale")
    other = using("scripted-2", name="Spring sale", tags=["b"])
    both = using("scripted-1", "scripted-2", name="Autumn")
    assert listed(desk, model="scripted-1") == [both, first]
    assert listed(desk, model="scripted-1", oldest=True) == [first, both]
    assert listed(desk, model="scripted-2", q="spring") == listed(desk, model="scripted-2", tag="b") == [other]
    assert listed(desk, model="scripted-1", tag="b") == listed(desk, model="another") == []
    page = desk.batches.list(desk.ours, model="scripted-2", page_size=1)
    rest = desk.batches.list(desk.ours, model="scripted-2", page_size=1, page_token=page.next_page_token)
    assert [batch.id for batch in page.values + rest.values] == [both, other]
    with pytest.raises(Malformed):
        desk.batches.list(desk.ours, model="scripted-1", page_token=page.next_page_token)


def test_days_are_those_of_the_organisations_clocks(desk: Desk) -> None:
    desk.store.commit([Update(paths.organisation(desk.ours.org), {"time_zone": "Pacific/Auckland"})])
    # 13 hours ahead: its third of March begins at 11:00 on the second, in UTC.
    begins_at = datetime(2026, 3, 2, 11, tzinfo=UTC)
    desk.clock.advance((begins_at - desk.clock.now()).total_seconds() - 2)
    before, after = desk.batch(), desk.batch()
    assert listed(desk, from_=date(2026, 3, 3)) == [after]
    assert listed(desk, to=date(2026, 3, 2)) == [before]
    assert listed(desk, from_=date(2026, 3, 2), to=date(2026, 3, 3)) == [after, before]
    assert listed(desk, from_=begins_at) == [after]
    assert listed(desk, to=begins_at) == [before]
    assert listed(desk, from_=date.min, to=date.max) == [after, before]


def test_a_state_that_does_not_exist_is_named(desk: Desk) -> None:
    with pytest.raises(Invalid, match="completed_with_failures") as raised:
        desk.batches.list(desk.ours, status="done")
    assert pointers(raised) == ["/query/status"]
    with pytest.raises(Invalid, match="succeeded") as raised:
        desk.batches.items(desk.ours, desk.batch(), status="done")
    assert pointers(raised) == ["/query/status"]


def test_a_search_without_a_word_is_invalid(desk: Desk) -> None:
    with pytest.raises(Invalid) as raised:
        desk.batches.list(desk.ours, q="?!")
    assert pointers(raised) == ["/query/q"]


def test_items_come_in_the_order_of_the_rows(desk: Desk) -> None:
    batch = desk.batch("one", "two", "three", run=True)
    first = desk.batches.items(desk.viewer, batch, page_size=2)
    rest = desk.batches.items(desk.viewer, batch, page_size=2, page_token=first.next_page_token)
    assert [item.prompt for item in first.values + rest.values] == ["one", "two", "three"]
    assert rest.next_page_token == ""
    assert desk.batches.items(desk.ours, batch, status=ItemStatus.FAILED).values == []
    assert len(desk.batches.items(desk.ours, batch, status="succeeded").values) == 3
    with pytest.raises(Malformed):
        desk.batches.items(desk.ours, desk.batch(), page_token=first.next_page_token)


def test_a_list_of_items_begins_at_any_place(desk: Desk) -> None:
    batch = desk.batch("one", "two", "three", "four", run=True)
    first = desk.batches.items(desk.viewer, batch, from_index=1, page_size=2)
    rest = desk.batches.items(desk.viewer, batch, from_index=1, page_size=2, page_token=first.next_page_token)
    assert [[item.prompt for item in page.values] for page in (first, rest)] == [["two", "three"], ["four"]]
    assert [item.index for item in desk.batches.items(desk.ours, batch, status="succeeded", from_index=3).values] == [3]
    assert desk.batches.items(desk.ours, batch, from_index=4).values == []
    with pytest.raises(Malformed):
        desk.batches.items(desk.ours, batch, page_token=first.next_page_token)


def test_an_item_is_found_in_its_own_batch_only(desk: Desk) -> None:
    batch, other = desk.batch(run=True), desk.batch(run=True)
    (item,) = desk.batches.items(desk.ours, batch).values
    assert desk.batches.item(desk.viewer, batch, item.id) == item
    for wrong in (item.id, "itm_" + "a" * 20, "itm", "../control/step"):
        with pytest.raises(NotFound):
            desk.batches.item(desk.ours, other, wrong)


@pytest.mark.parametrize("batch", [UNKNOWN, "bat", "", "bat_a/items/itm_b", "x" * 5_000])
def test_what_does_not_exist_is_not_found(desk: Desk, batch: str) -> None:
    for act in (
        lambda: desk.batches.get(desk.ours, batch),
        lambda: desk.batches.items(desk.ours, batch),
        lambda: desk.batches.item(desk.ours, batch, "itm_" + "a" * 20),
        lambda: desk.batches.update(desk.ours, batch, BatchUpdate(name="B")),
        lambda: desk.batches.duplicate(desk.ours, batch, idempotency_key=None, fingerprint="f"),
        lambda: desk.batches.delete(desk.ours, batch),
    ):
        with pytest.raises(NotFound):
            act()


def test_another_organisations_batch_is_not_found(desk: Desk) -> None:
    batch = desk.batch(run=True)
    (item,) = desk.batches.items(desk.ours, batch).values
    for act in (
        lambda: desk.batches.get(desk.theirs, batch),
        lambda: desk.batches.items(desk.theirs, batch),
        lambda: desk.batches.item(desk.theirs, batch, item.id),
        lambda: desk.batches.update(desk.theirs, batch, BatchUpdate(name="B")),
        lambda: desk.batches.duplicate(desk.theirs, batch, idempotency_key=None, fingerprint="f"),
        lambda: desk.batches.delete(desk.theirs, batch),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_viewer_changes_nothing(desk: Desk) -> None:
    batch = desk.batch(run=True)
    for act in (
        lambda: desk.batches.update(desk.viewer, batch, BatchUpdate(name="B")),
        lambda: desk.batches.duplicate(desk.viewer, batch, idempotency_key=None, fingerprint="f"),
        lambda: desk.batches.delete(desk.viewer, batch),
    ):
        with pytest.raises(Forbidden):
            act()


def test_a_budget_is_changed_by_its_maker_or_an_admin(desk: Desk) -> None:
    batch = desk.world.submit({"prompt": "a"}, caller=desk.ours)
    with pytest.raises(Forbidden, match="Only its maker or an admin"):
        desk.batches.update(desk.editor, batch, BatchUpdate(budget_micros=5_000))
    assert desk.batches.update(desk.ours, batch, BatchUpdate(budget_micros=5_000)).cost.budget_micros == 5_000


def test_a_renamed_batch_is_found_by_its_new_words(desk: Desk) -> None:
    batch = desk.batch(name="Spring", tags=["a"])
    before = desk.batches.get(desk.ours, batch)
    changed = desk.batches.update(desk.editor, batch, BatchUpdate(name="Autumn", tags=("b", "b"), archived=True))
    assert (changed.name, changed.tags, changed.archived) == ("Autumn", ["b"], True)
    assert changed.revision > before.revision
    assert listed(desk, q="autumn", tag="b", archived=True) == [batch]
    assert listed(desk, q="spring", archived=True) == listed(desk, tag="a", archived=True) == []


def test_archived_batches_are_put_away_until_they_are_asked_for(desk: Desk) -> None:
    kept, away = desk.batch(), desk.batch()
    desk.batches.update(desk.ours, away, BatchUpdate(archived=True))
    assert (listed(desk), listed(desk, archived=True)) == ([kept], [away])
    assert desk.batches.get(desk.ours, away).archived
    desk.batches.update(desk.ours, away, BatchUpdate(archived=False))
    assert sorted(listed(desk)) == sorted([kept, away])


def test_an_update_leaves_out_what_it_does_not_name_and_writes_nothing_needlessly(desk: Desk) -> None:
    batch = desk.batch(name="Spring", tags=["a"])
    before = desk.batches.get(desk.ours, batch)
    assert desk.batches.update(desk.ours, batch, BatchUpdate(name="Spring")) == before
    assert desk.batches.update(desk.ours, batch, BatchUpdate()) == before
    assert desk.batches.update(desk.ours, batch, BatchUpdate(tags=())).tags == []
    assert listed(desk, q="spring") == [batch]


def test_a_duplicate_is_a_batch_of_its_own_with_the_same_rows(desk: Desk) -> None:
    origin = desk.batch("one", "two", name="Spring", tags=["a"], priority="high", budget_micros=90_000, reuse=True)
    accepted = desk.batches.duplicate(desk.editor, origin, idempotency_key="k", fingerprint="f")
    again = desk.batches.duplicate(desk.editor, origin, idempotency_key="k", fingerprint="f")
    copy = desk.batches.get(desk.ours, accepted.id)
    assert again == accepted
    assert (copy.duplicate_of, copy.created_by) == (origin, desk.editor.member)
    assert (copy.name, copy.tags, copy.priority.value, copy.cost.budget_micros, copy.reuse) == (
        "Spring", ["a"], "high", 90_000, True,
    )  # fmt: skip
    desk.world.run()
    assert [item.prompt for item in desk.batches.items(desk.ours, copy.id).values] == ["one", "two"]
    assert len(listed(desk)) == 2


def test_a_key_that_submitted_something_else_is_refused(desk: Desk) -> None:
    one, other = desk.batch(), desk.batch()
    desk.batches.duplicate(desk.ours, one, idempotency_key="k", fingerprint=one)
    with pytest.raises(Invalid, match="another request"):
        desk.batches.duplicate(desk.ours, other, idempotency_key="k", fingerprint=other)


def test_a_deleted_batch_is_gone_for_everyone_and_remembered(desk: Desk) -> None:
    batch = desk.batch(caller=desk.editor, run=True)
    desk.batches.delete(desk.editor, batch)
    assert listed(desk) == []
    for act in (
        lambda: desk.batches.get(desk.ours, batch),
        lambda: desk.batches.items(desk.ours, batch),
        lambda: desk.batches.delete(desk.ours, batch),
        lambda: desk.batches.duplicate(desk.ours, batch, idempotency_key=None, fingerprint="f"),
    ):
        with pytest.raises(NotFound):
            act()
    (entry,) = desk.audited()
    assert (entry["action"], entry["subject"], entry["member"]) == ("batch.deleted", batch, desk.editor.member)
    assert desk.audited(desk.theirs) == []


def test_only_its_maker_and_admins_delete_a_batch(desk: Desk) -> None:
    batch = desk.batch(run=True)
    with pytest.raises(Forbidden, match="maker"):
        desk.batches.delete(desk.editor, batch)
    mine = desk.batch(caller=desk.editor, run=True)
    desk.batches.delete(desk.ours, mine)
    assert listed(desk) == [batch]


def test_a_batch_that_is_not_over_cannot_be_deleted(desk: Desk) -> None:
    batch = desk.batch()
    with pytest.raises(Conflict, match="not over") as raised:
        desk.batches.delete(desk.ours, batch)
    assert raised.value.code == "batch-not-finished"
    desk.world.run()
    desk.store.commit([Update(paths.batch(desk.ours.org, batch), {"next_step_at": desk.clock.now()})])
    with pytest.raises(Conflict, match="settled"):
        desk.batches.delete(desk.ours, batch)


def test_an_item_that_waits_has_its_own_place(desk: Desk) -> None:
    batch = desk.world.submit(*({"prompt": "A", "variants": 10} for _ in range(5)), caller=desk.ours)
    desk.world.steps()
    items = desk.world.items(batch, desk.ours.org)
    waiting = [item for item in items if not item.in_flight]
    places = [desk.batches.queue_of(desk.viewer, item) for item in (items[0], *waiting)]
    positions = [place.position for place in places if place]
    assert positions == [0, *range(len(items) - len(waiting), len(items))]
    assert all(place and place.starts_at for place in places)


def test_an_item_that_ended_has_no_place(desk: Desk) -> None:
    batch = desk.world.submit({"prompt": "A"}, caller=desk.ours)
    desk.world.run()
    (item,) = desk.world.items(batch, desk.ours.org)
    assert desk.batches.queue_of(desk.viewer, item) is None
