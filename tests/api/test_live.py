"""Watching batches: what changes reaches everyone who watches, from one poller a batch."""

import queue
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.adapters.embedded.documents import SqliteDocumentStore
from shared.domain.batches import Batch
from shared.domain.items import Item
from shared.domain.modes import BatchStatus, ItemStatus
from shared.ports.documents import Create, Delete, DocumentStore, Guard, Update
from shared.repositories import items, paths
from shared.repositories.indexes import INDEXES
from shared.services.live import PAGE, Change, LiveService
from tests.clocks import START, ManualClock

ORG = "org_aaaaaaaaaaaaaaaaaaaa"
BATCH = "bat_aaaaaaaaaaaaaaaaaaaa"
OTHER = "bat_bbbbbbbbbbbbbbbbbbbb"


class Inbox:
    """What one watcher was told."""

    def __init__(self) -> None:
        self.rounds: queue.Queue[tuple[list[Change], bool]] = queue.Queue()

    def __call__(self, changes: Sequence[Change], ended: bool) -> None:
        self.rounds.put((list(changes), ended))

    def next(self) -> tuple[list[Change], bool]:
        return self.rounds.get(timeout=30)

    def until(self, status: str) -> list[Change]:
        """All changes up to the first thing in this status."""
        seen: list[Change] = []
        while not any(change.value.status == status for change in seen):
            seen += self.next()[0]
        return seen


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def documents(tmp_path: Path, clock: ManualClock) -> Iterator[DocumentStore]:
    with closing(SqliteDocumentStore(tmp_path / "documents.db", clock=clock, indexes=INDEXES)) as store:
        yield store


@pytest.fixture
def live(documents: DocumentStore, clock: ManualClock) -> Iterator[LiveService]:
    with closing(LiveService(documents, clock=clock, poll_seconds=0.01)) as service:
        yield service


def batch(id_: str = BATCH, **fields: Any) -> Batch:
    values = {"id": id_, "name": "A", "status": BatchStatus.RUNNING, "created_at": START, "created_by": "mem_a"}
    return Batch(**(values | fields))


def item(number: int, **fields: Any) -> Item:
    values: dict[str, Any] = {
        "id": f"itm_{number:020d}".translate(str.maketrans("01", "ab")),
        "org": ORG,
        "batch": BATCH,
        "index": number,
        "row": number,
        "variant": 1,
        "prompt": "A walker",
        "model": "m",
        "provider": "p",
        "aspect_ratio": "1:1",
        "size": "1K",
        "recipe": "r",
        "created_at": START,
        "created_by": "mem_a",
    }
    return Item(**(values | fields))


def change(documents: DocumentStore, path: str, **fields: Any) -> None:
    documents.commit([Update(path, fields, Guard.EXISTS)])


def test_what_changes_is_told_to_all_who_watch_and_made_once(documents: DocumentStore, live: LiveService) -> None:
    one = item(1)
    waiting = batch(status=BatchStatus.ACCEPTED)
    documents.commit([Create(paths.batch(ORG, BATCH), waiting.written()), items.create(one)])
    inboxes = [Inbox() for _ in range(100)]
    watchings = [live.watch(ORG, BATCH, inbox) for inbox in inboxes]
    assert (live.watchers, live.pollers) == (100, 1)
    change(documents, paths.item(ORG, BATCH, one.id), status=ItemStatus.RUNNING.value)
    told = [inbox.until("running") for inbox in inboxes]
    last = {id(seen[-1]) for seen in told}
    assert len(last) == 1
    for watching in watchings:
        watching.close()
        watching.close()
    assert (live.watchers, live.pollers) == (0, 0)


def test_a_state_is_told_once_however_often_it_is_read(
    documents: DocumentStore, live: LiveService, clock: ManualClock
) -> None:
    one, two = item(1), item(2)
    documents.commit([Create(paths.batch(ORG, BATCH), batch().written()), items.create(one), items.create(two)])
    inbox = Inbox()
    live.watch(ORG, BATCH, inbox)
    first, _ = inbox.next()
    clock.advance(1)
    change(documents, paths.item(ORG, BATCH, two.id), status=ItemStatus.SUCCEEDED.value)
    second, _ = inbox.next()
    clock.advance(30)
    change(documents, paths.item(ORG, BATCH, one.id), status=ItemStatus.FAILED.value)
    third, _ = inbox.next()
    assert {seen.id for seen in first} == {one.id, two.id, BATCH}
    assert [(seen.id, seen.value.revision) for seen in second] == [(two.id, 2)]
    assert [(seen.id, seen.value.revision) for seen in third] == [(one.id, 2)]


def test_the_end_comes_last_after_every_item_and_polling_stops(documents: DocumentStore, live: LiveService) -> None:
    one = item(1)
    documents.commit([Create(paths.batch(ORG, BATCH), batch().written()), items.create(one)])
    inbox = Inbox()
    live.watch(ORG, BATCH, inbox)
    inbox.next()
    documents.commit(
        [
            Update(paths.item(ORG, BATCH, one.id), {"status": ItemStatus.SUCCEEDED.value}, Guard.EXISTS),
            Update(paths.batch(ORG, BATCH), {"status": BatchStatus.COMPLETED.value}, Guard.EXISTS),
        ]
    )
    changes, ended = inbox.next()
    assert ([seen.id for seen in changes], ended) == ([one.id, BATCH], True)
    assert live.pollers == 0


@pytest.mark.parametrize("how", ["gone", "deleted"])
def test_watching_ends_when_the_batch_is_deleted(documents: DocumentStore, live: LiveService, how: str) -> None:
    documents.commit([Create(paths.batch(ORG, BATCH), batch().written())])
    inbox = Inbox()
    live.watch(ORG, BATCH, inbox)
    inbox.next()
    if how == "gone":
        documents.commit([Delete(paths.batch(ORG, BATCH))])
    else:
        change(documents, paths.batch(ORG, BATCH), deleted_at=START)
    assert inbox.next() == ([], True)


def test_batches_are_polled_apart(documents: DocumentStore, live: LiveService) -> None:
    documents.commit([Create(paths.batch(ORG, name), batch(name).written()) for name in (BATCH, OTHER)])
    here, there = Inbox(), Inbox()
    live.watch(ORG, BATCH, here)
    live.watch(ORG, OTHER, there)
    assert live.pollers == 2
    assert [change.id for change in here.next()[0]] == [BATCH]
    assert [change.id for change in there.next()[0]] == [OTHER]


def test_what_was_missed_comes_in_pages_with_two_seconds_of_overlap(
    documents: DocumentStore, live: LiveService, clock: ManualClock
) -> None:
    documents.commit([Create(paths.batch(ORG, BATCH), batch().written()), items.create(item(0))])
    clock.advance(10)
    many = [item(number) for number in range(1, PAGE + 20)]
    for start in range(0, len(many), 100):
        documents.commit([items.create(one) for one in many[start : start + 100]])
    clock.advance(5)
    pages = list(live.missed(ORG, BATCH, START.replace(second=12)))
    assert [len(page) for page in pages] == [PAGE, 19]
    assert {change.id for page in pages for change in page} == {one.id for one in many}
    assert list(live.missed(ORG, BATCH, START.replace(second=13))) == []


def test_a_store_that_is_away_for_a_while_ends_nothing(tmp_path: Path, clock: ManualClock) -> None:
    away = Event()

    class Connection(sqlite3.Connection):
        def execute(self, *arguments: Any) -> sqlite3.Cursor:
            if away.is_set():
                raise sqlite3.OperationalError("disk I/O error")
            return super().execute(*arguments)

    store = SqliteDocumentStore(tmp_path / "documents.db", clock=clock, indexes=INDEXES, connection_factory=Connection)
    with closing(store), closing(LiveService(store, clock=clock, poll_seconds=0.01)) as live, capture_logs() as lines:
        store.commit([Create(paths.batch(ORG, BATCH), batch().written())])
        inbox = Inbox()
        live.watch(ORG, BATCH, inbox)
        inbox.next()
        away.set()
        while not any(line["event"] == "poll_failed" for line in lines):
            assert inbox.rounds.empty()
        away.clear()
        change(store, paths.batch(ORG, BATCH), status=BatchStatus.PAUSED.value)
        changes, ended = inbox.next()
    assert ([seen.value.status for seen in changes], ended) == ([BatchStatus.PAUSED], False)


def test_a_batch_that_cannot_be_read_ends_its_own_watching_only(documents: DocumentStore, live: LiveService) -> None:
    documents.commit([Create(paths.batch(ORG, name), batch(name).written()) for name in (BATCH, OTHER)])
    here, there = Inbox(), Inbox()
    live.watch(ORG, BATCH, here)
    live.watch(ORG, OTHER, there)
    here.next()
    there.next()
    with capture_logs() as lines:
        change(documents, paths.batch(ORG, BATCH), status="a state of no version of ours")
        assert here.next() == ([], True)
    assert "poll_broke" in [line["event"] for line in lines]
    change(documents, paths.batch(ORG, OTHER), status=BatchStatus.PAUSED.value)
    assert [seen.value.status for seen in there.next()[0]] == [BatchStatus.PAUSED]


def test_closing_stops_the_polling_and_watching_may_begin_again(documents: DocumentStore, live: LiveService) -> None:
    documents.commit([Create(paths.batch(ORG, BATCH), batch().written())])
    live.watch(ORG, BATCH, Inbox())
    live.close()
    assert live.pollers == 0
    again = Inbox()
    live.watch(ORG, BATCH, again)
    assert [change.id for change in again.next()[0]] == [BATCH]
