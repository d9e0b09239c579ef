"""What people decide about finished images."""

from typing import Any, cast

import pytest

from shared.domain.asset_changes import (
    AssetsChanged,
    AssetsDelete,
    AssetsPick,
    AssetsRate,
    AssetsTag,
    AssetUpdate,
)
from shared.domain.errors import Conflict, Forbidden, NotFound
from shared.domain.rows import MAX_TAGS
from shared.ports.documents import DocumentStore
from tests.unit.services.desks import Desk, Overtaken

UNKNOWN = "ast_" + "a" * 20


def listed(desk: Desk, **filters: Any) -> list[str]:
    return [asset.prompt for asset in desk.assets.list(desk.viewer, **filters).values]


def told(answer: AssetsChanged) -> list[str]:
    return [one.outcome.value for one in answer.outcomes]


def test_winners_are_picked_by_evaluators_and_found_again(desk: Desk) -> None:
    first, second = desk.asset("walker"), desk.asset("cane")
    with pytest.raises(Forbidden):
        desk.asset_changes.pick(desk.viewer, AssetsPick(ids=(first.id,)))
    assert told(desk.asset_changes.pick(desk.evaluator, AssetsPick(ids=(first.id,)))) == ["done"]
    kept = desk.assets.get(desk.viewer, first.id)
    assert (kept.picked, kept.picked_at, kept.picked_by) == (True, desk.clock.now(), desk.evaluator.member)
    assert told(desk.asset_changes.pick(desk.ours, AssetsPick(ids=(first.id, second.id)))) == ["unchanged", "done"]
    assert desk.assets.get(desk.viewer, first.id).picked_by == desk.evaluator.member
    desk.asset_changes.pick(desk.ours, AssetsPick(ids=(second.id,), picked=False))
    assert listed(desk, picked=True) == listed(desk, picked=True, q="walker") == ["walker"]
    assert listed(desk, picked=False) == ["cane"]
    assert desk.assets.get(desk.viewer, second.id).picked_by is None


def test_ratings_are_given_changed_and_taken_back(desk: Desk) -> None:
    first, second = desk.asset("walker"), desk.asset("cane")
    desk.asset_changes.rate(desk.evaluator, AssetsRate(ids=(first.id, second.id), rating=4))
    assert told(desk.asset_changes.rate(desk.editor, AssetsRate(ids=(first.id,), rating=0))) == ["done"]
    assert told(desk.asset_changes.rate(desk.ours, AssetsRate(ids=(first.id,), rating=0))) == ["unchanged"]
    kept = desk.assets.get(desk.viewer, first.id)
    assert (kept.rating, kept.rated_at, kept.rated_by) == (0, desk.clock.now(), desk.editor.member)
    assert (listed(desk, rating=0), listed(desk, rating=4), listed(desk, rating=3)) == (["walker"], ["cane"], [])
    desk.asset_changes.rate(desk.evaluator, AssetsRate(ids=(first.id,), rating=None))
    assert (listed(desk, rated=True), listed(desk, rated=False)) == (["cane"], ["walker"])
    assert desk.assets.get(desk.viewer, first.id).rated_by is None


def test_links_tell_what_was_decided(desk: Desk) -> None:
    asset = desk.asset("walker")
    desk.asset_changes.pick(desk.ours, AssetsPick(ids=(asset.id,)))
    desk.asset_changes.rate(desk.ours, AssetsRate(ids=(asset.id,), rating=3))
    links = desk.assets.links(desk.viewer, [asset.id])[asset.id]
    assert (links.picked, links.rating) == (True, 3)


def test_tags_are_added_and_removed_whatever_their_case(desk: Desk) -> None:
    first, second = desk.asset("walker", tags=["Spring", "draft"]), desk.asset("cane")
    desk.asset_changes.pick(desk.ours, AssetsPick(ids=(first.id,)))
    wanted = AssetsTag(ids=(first.id, second.id), add=("spring", "hero"), remove=("DRAFT",))
    assert told(desk.asset_changes.tag(desk.editor, wanted)) == ["done", "done"]
    assert desk.assets.get(desk.viewer, first.id).tags == ["Spring", "hero"]
    assert desk.assets.get(desk.viewer, second.id).tags == ["spring", "hero"]
    assert listed(desk, tag="hero") == ["cane", "walker"]
    assert listed(desk, tag="hero", picked=True) == ["walker"]
    assert listed(desk, tag="draft") == []
    assert told(desk.asset_changes.tag(desk.editor, wanted)) == ["unchanged", "unchanged"]
    with pytest.raises(Forbidden):
        desk.asset_changes.tag(desk.evaluator, wanted)


def test_an_image_that_would_have_too_many_tags_is_refused_and_the_others_are_tagged(desk: Desk) -> None:
    full = desk.asset("walker", tags=[f"t{number}" for number in range(MAX_TAGS)])
    free = desk.asset("cane")
    answer = desk.asset_changes.tag(desk.editor, AssetsTag(ids=(full.id, free.id), add=("hero",)))
    assert told(answer) == ["refused", "done"]
    assert answer.outcomes[0].detail == "An image has at most 20 tags; this one would have 21."
    assert "hero" not in desk.assets.get(desk.ours, full.id).tags


def test_deleted_together_images_are_gone_and_each_is_remembered(desk: Desk) -> None:
    first, second, foreign = desk.asset("walker"), desk.asset("cane"), desk.asset("chair", caller=desk.theirs)
    with pytest.raises(Forbidden):
        desk.asset_changes.delete(desk.editor, AssetsDelete(ids=(first.id,)))
    wanted = AssetsDelete(ids=(first.id, UNKNOWN, foreign.id, "../x", second.id))
    assert told(desk.asset_changes.delete(desk.ours, wanted)) == ["done", "missing", "missing", "missing", "done"]
    assert listed(desk) == []
    assert {entry["subject"] for entry in desk.audited()} == {first.id, second.id}
    assert {entry["action"] for entry in desk.audited()} == {"asset.deleted"}
    with pytest.raises(NotFound, match=first.id):
        desk.asset_changes.delete(desk.ours, AssetsDelete(ids=(first.id,)))
    assert desk.assets.get(desk.theirs, foreign.id).prompt == "chair"


def test_what_somebody_else_changes_at_the_same_moment_is_kept(desk: Desk) -> None:
    first, second = desk.asset("walker"), desk.asset("cane")
    picking = AssetsPick(ids=(first.id,))
    store = Overtaken(desk.store, lambda: desk.asset_changes.pick(desk.evaluator, picking))
    slow = desk.new_asset_changes(cast("DocumentStore", store))
    assert told(slow.tag(desk.editor, AssetsTag(ids=(first.id, second.id), add=("hero",)))) == ["done", "done"]
    kept = desk.assets.get(desk.viewer, first.id)
    assert (kept.picked, kept.tags) == (True, ["hero"])


def test_one_image_gets_other_tags_only_at_the_revision_that_was_seen(desk: Desk) -> None:
    asset = desk.asset("walker", tags=["draft"])
    update = AssetUpdate(tags=("hero", "hero"))
    seen = desk.assets.get(desk.editor, asset.id).revision
    changed = desk.asset_changes.update(desk.editor, asset.id, update, revision=seen)
    assert (changed.tags, changed.revision) == (["hero"], seen + 1)
    assert desk.asset_changes.update(desk.editor, asset.id, update).revision == seen + 1
    assert desk.asset_changes.update(desk.editor, asset.id, AssetUpdate()).tags == ["hero"]
    with pytest.raises(Conflict, match="revision") as raised:
        desk.asset_changes.update(desk.editor, asset.id, AssetUpdate(tags=()), revision=seen)
    assert raised.value.code == "changed-meanwhile"
    with pytest.raises(Forbidden):
        desk.asset_changes.update(desk.evaluator, asset.id, update)
    with pytest.raises(NotFound):
        desk.asset_changes.update(desk.theirs, asset.id, update)


def test_lists_begin_with_the_oldest_if_wanted(desk: Desk) -> None:
    for number in range(5):
        desk.asset(f"walker {number}")
    page = desk.assets.list(desk.ours, oldest=True, page_size=3)
    rest = desk.assets.list(desk.ours, oldest=True, page_size=3, page_token=page.next_page_token)
    assert [asset.prompt for asset in [*page.values, *rest.values]] == [f"walker {number}" for number in range(5)]
    first, second = desk.batch(), desk.batch()
    assert [batch.id for batch in desk.batches.list(desk.ours).values] == [second, first]
    assert [batch.id for batch in desk.batches.list(desk.ours, oldest=True).values] == [first, second]
    moment = desk.batches.get(desk.ours, second).created_at
    assert [batch.id for batch in desk.batches.list(desk.ours, from_=moment).values] == [second]
    assert [batch.id for batch in desk.batches.list(desk.ours, to=moment).values] == [first]
