"""Drafts: kept whole, seen by their authors alone, and never over what another window has saved."""

import secrets
from typing import Any, cast

import pytest

from shared.domain.callers import Caller
from shared.domain.draft_forms import DraftSave
from shared.domain.drafts import KEPT
from shared.domain.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge
from shared.domain.modes import Role
from shared.ports.documents import Delete, DocumentStore, Query
from shared.repositories import paths
from shared.services.drafts import MAX_DRAFTS, DraftService
from shared.services.leftovers import abandoned_drafts
from shared.services.rounds import Time
from tests.unit.services.desks import Desk, Overtaken, colleague

CONTENT: dict[str, Any] = {
    "rows": [{"prompt": "Ein Gehbänkchen ☂", "seed": None, "zoom": 1.5}],
    "more": True,
    "large": 2**70,
}


def draft(content: dict[str, Any] | None = None, **fields: Any) -> DraftSave:
    return DraftSave(content=CONTENT if content is None else content, **fields)


def make(desk: Desk, caller: Caller | None = None, save: DraftSave | None = None, key: str | None = None) -> str:
    made = desk.drafts.create(caller or desk.editor, save or draft(), idempotency_key=key, fingerprint="f")
    return made.id


def random_content(megabytes: float) -> dict[str, Any]:
    """What cannot be compressed to less than half."""
    return {"noise": secrets.token_hex(int(megabytes * 2**19))}


def parts(desk: Desk, made: str) -> int:
    return len(desk.store.query(Query(f"{paths.draft(desk.ours.org, made)}/parts")))


def test_a_draft_comes_back_as_it_was_saved(desk: Desk) -> None:
    made = make(desk, save=draft(name="Spring", rows=3))
    found, content = desk.drafts.get(desk.editor, made)
    assert content == CONTENT
    assert (found.name, found.rows, found.created_by) == ("Spring", 3, desk.editor.member)


def test_large_drafts_are_kept_whole_and_small_ones_leave_nothing_of_them(desk: Desk) -> None:
    large = random_content(3)
    made = make(desk, save=draft(large))
    assert desk.drafts.get(desk.editor, made)[1] == large
    assert parts(desk, made) > 1
    desk.drafts.save(desk.editor, made, draft())
    assert desk.drafts.get(desk.editor, made)[1] == CONTENT
    assert parts(desk, made) == 1


@pytest.mark.parametrize("content", [{"text": "x" * (8 * 2**20)}, random_content(6)])
def test_what_is_too_large_to_be_kept_is_refused(desk: Desk, content: dict[str, Any]) -> None:
    with pytest.raises(TooLarge, match="MiB"):
        make(desk, save=draft(content))
    made = make(desk)
    with pytest.raises(TooLarge):
        desk.drafts.save(desk.editor, made, draft(content))
    assert desk.drafts.get(desk.editor, made)[1] == CONTENT


def test_a_save_is_refused_over_one_that_was_not_seen(desk: Desk) -> None:
    made = make(desk)
    seen = desk.drafts.get(desk.editor, made)[0].revision
    first = desk.drafts.save(desk.editor, made, draft({"rows": [1]}), revision=seen)
    with pytest.raises(Conflict, match=f"revision {first.revision} now, not at {seen}") as raised:
        desk.drafts.save(desk.editor, made, draft({"rows": [2]}), revision=seen)
    assert raised.value.code == "changed-meanwhile"
    assert desk.drafts.get(desk.editor, made)[1] == {"rows": [1]}
    desk.drafts.save(desk.editor, made, draft({"rows": [3]}))
    assert desk.drafts.get(desk.editor, made)[1] == {"rows": [3]}


def test_of_two_saves_at_once_of_one_revision_one_is_refused(desk: Desk) -> None:
    made = make(desk)
    seen = desk.drafts.get(desk.editor, made)[0].revision
    store = Overtaken(desk.store, lambda: desk.drafts.save(desk.editor, made, draft({"rows": [1]}), revision=seen))
    slow = DraftService(cast("DocumentStore", store), clock=desk.clock, ids=desk.ids)
    with pytest.raises(Conflict):
        slow.save(desk.editor, made, draft({"rows": [2]}), revision=seen)
    assert desk.drafts.get(desk.editor, made)[1] == {"rows": [1]}


def test_what_did_not_change_is_not_written(desk: Desk) -> None:
    made = make(desk)
    before = desk.drafts.get(desk.editor, made)[0].revision
    same = draft(dict(reversed(CONTENT.items())))
    assert desk.drafts.save(desk.editor, made, same, revision=before).revision == before
    assert desk.drafts.save(desk.editor, made, draft(name="Other")).revision == before + 1


def test_a_draft_is_its_authors_alone(desk: Desk) -> None:
    made = make(desk)
    for stranger in (desk.ours, desk.theirs):
        assert desk.drafts.list(stranger) == []
        for act in (
            lambda caller: desk.drafts.get(caller, made),
            lambda caller: desk.drafts.save(caller, made, draft()),
            lambda caller: desk.drafts.delete(caller, made),
        ):
            with pytest.raises(NotFound):
                act(stranger)
    for role in (Role.VIEWER, Role.EVALUATOR):
        with pytest.raises(Forbidden):
            make(desk, colleague(desk.ours, role))
        with pytest.raises(Forbidden):
            desk.drafts.list(colleague(desk.ours, role))


def test_drafts_are_listed_by_when_they_were_saved(desk: Desk) -> None:
    made = []
    for number in range(3):
        desk.clock.advance(1)
        made.append(make(desk, save=draft(name=f"Draft {number}")))
    desk.clock.advance(1)
    desk.drafts.save(desk.editor, made[0], draft({"rows": []}))
    assert [one.id for one in desk.drafts.list(desk.editor)] == [made[0], made[2], made[1]]


def test_a_repeated_create_makes_one_draft(desk: Desk) -> None:
    assert make(desk, key="k") == make(desk, key="k")
    with pytest.raises(Invalid, match="another request"):
        desk.drafts.create(desk.editor, draft({}), idempotency_key="k", fingerprint="g")
    assert len(desk.drafts.list(desk.editor)) == 1


def test_a_person_has_a_hundred_drafts_at_most(desk: Desk) -> None:
    made = [make(desk, save=draft({})) for _ in range(MAX_DRAFTS)]
    with pytest.raises(Conflict) as raised:
        make(desk)
    assert raised.value.code == "too-many-drafts"
    make(desk, desk.ours)
    desk.drafts.delete(desk.editor, made[0])
    make(desk)


def test_a_deleted_draft_leaves_nothing(desk: Desk) -> None:
    made = make(desk, save=draft(random_content(3)))
    desk.drafts.delete(desk.editor, made)
    assert parts(desk, made) == 0
    for act in (lambda: desk.drafts.get(desk.editor, made), lambda: desk.drafts.delete(desk.editor, made)):
        with pytest.raises(NotFound):
            act()


def test_a_draft_whose_content_was_taken_away_says_so(desk: Desk) -> None:
    made = make(desk)
    desk.store.commit([Delete(paths.draft_part(desk.ours.org, made, 0))])
    with pytest.raises(NotFound, match="content"):
        desk.drafts.get(desk.editor, made)


def test_what_nobody_saved_for_half_a_year_is_cleaned_up(desk: Desk) -> None:
    old, used = make(desk, save=draft(random_content(1.5))), make(desk)
    desk.clock.advance(KEPT.total_seconds() - 60)
    desk.drafts.save(desk.editor, used, draft({}))
    desk.clock.advance(120)
    assert abandoned_drafts(desk.store, desk.clock).run(Time(desk.clock, 60), 100) == 1
    assert [one.id for one in desk.drafts.list(desk.editor)] == [used]
    assert parts(desk, old) == 0
