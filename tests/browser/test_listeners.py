"""A web page follows a batch live through the rules: every change, nobody else's, and nothing lost with the connection."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from shared.adapters.google.documents import FirestoreDocumentStore
from shared.domain.modes import ItemStatus
from tests.browser.batches import WrittenBatch, waiting_batch
from tests.browser.pages import PAGE_SIZE, ListenerPage
from tests.browser.people import PASSWORD, People

Configuration = Mapping[str, Any]
NewPage = Callable[[], ListenerPage]


@pytest.fixture
def batch(store: FirestoreDocumentStore) -> Iterator[WrittenBatch]:
    written = waiting_batch(store, PAGE_SIZE + 2)
    yield written
    written.remove()


@pytest.fixture
def page(new_page: NewPage, configuration: Configuration, people: People, batch: WrittenBatch) -> ListenerPage:
    """A viewer who follows the batch and the first page of its items, and has seen them as they are."""
    page = new_page()
    page.open(configuration)
    page.sign_in(people.add(batch.org, "viewer"), PASSWORD)
    page.follow(batch.path)
    page.wait("state.seen.length >= given", PAGE_SIZE + 1)
    return page


def test_a_viewer_sees_each_change_of_each_item_on_the_page_and_the_end_of_the_batch(
    page: ListenerPage, batch: WrittenBatch
) -> None:
    shown, beyond = batch.items[:PAGE_SIZE], batch.items[PAGE_SIZE:]
    for item in shown:
        for status in (ItemStatus.RUNNING, ItemStatus.SUCCEEDED):
            page.wait_for(item, batch.move(item, status))
    for item in beyond:
        batch.move(item, ItemStatus.SUCCEEDED)
    page.wait_for(batch.path, batch.end())
    for item in shown:
        history = page.history(item)
        assert [one.status for one in history] == ["pending", "running", "succeeded"]
        assert [one.revision for one in history] == [1, 2, 3]
    assert [page.history(item) for item in beyond] == [[], []]
    assert [one.status for one in page.history(batch.path)] == ["running", "completed"]
    assert page.refused == []


def test_nothing_is_missed_when_the_connection_drops_and_comes_back(page: ListenerPage, batch: WrittenBatch) -> None:
    shown = batch.items[:PAGE_SIZE]
    page.set_offline(True)
    ends = {item: batch.move(item, ItemStatus.RUNNING) for item in shown}
    ends |= {item: batch.move(item, ItemStatus.FAILED) for item in shown[::2]}
    ends[batch.path] = batch.end()
    assert {one.revision for one in page.seen} == {1}
    page.set_offline(False)
    for path, revision in ends.items():
        page.wait_for(path, revision)
    for path, revision in ends.items():
        revisions = [one.revision for one in page.history(path)]
        assert revisions == sorted(set(revisions))
        assert revisions[-1] == revision
    assert page.history(shown[0])[-1].status == "failed"
    assert page.history(batch.path)[-1].status == "completed"


def test_listeners_end_when_the_person_signs_out(page: ListenerPage, batch: WrittenBatch) -> None:
    page.sign_out()
    assert page.wait_for_refusals(2) == ["permission-denied", "permission-denied"]
    batch.move(batch.items[0], ItemStatus.RUNNING)
    batch.end()
    page.follow(batch.path)
    page.wait_for_refusals(4)
    # What the page was given before is still in its memory; nothing came after.
    assert {one.revision for one in page.seen} == {1}


def test_who_signs_in_next_sees_nothing_of_the_organisation_before(
    page: ListenerPage, configuration: Configuration, people: People, batch: WrittenBatch
) -> None:
    page.leave()
    page.open(configuration)
    page.sign_in(people.add("org_other", "admin"), PASSWORD)
    page.follow(batch.path)
    assert page.wait_for_refusals(2) == ["permission-denied", "permission-denied"]
    assert page.seen == []


@pytest.mark.parametrize(("org", "role"), [("org_other", "admin"), (None, "disabled"), (None, "")])
def test_who_is_no_member_sees_nothing(
    new_page: NewPage, configuration: Configuration, people: People, batch: WrittenBatch, org: str | None, role: str
) -> None:
    page = new_page()
    page.open(configuration)
    page.sign_in(people.add(org or batch.org, role), PASSWORD)
    page.follow(batch.path)
    assert page.wait_for_refusals(2) == ["permission-denied", "permission-denied"]
    assert page.seen == []


def test_who_does_not_sign_in_sees_nothing(
    new_page: NewPage, configuration: Configuration, batch: WrittenBatch
) -> None:
    page = new_page()
    page.open(configuration)
    page.follow(batch.path)
    assert page.wait_for_refusals(2) == ["permission-denied", "permission-denied"]
    assert page.seen == []
