"""A watch tells first what is, then every change, whoever made it."""

import threading
from collections.abc import Callable

import pytest

from shared.ports.documents import Change, Create, Delete, DocumentStore, Order, Query, Set, Update, Where
from tests.contract.documents.databases import Database

ITEMS = "orgs/org_a/batches/bat_a/items"
PENDING = Query(ITEMS, (Where("status", "==", "pending"),))


class Listener:
    """Keeps what it was told, as a client would apply it."""

    def __init__(self) -> None:
        self._told = threading.Condition()
        self.calls: list[list[Change]] = []
        self.state: dict[str, int] = {}

    def __call__(self, changes: list[Change]) -> None:
        with self._told:
            self.calls.append(changes)
            for change in changes:
                if change.document is None:
                    del self.state[change.path]
                else:
                    self.state[change.path] = change.document.data["n"]
            self._told.notify_all()

    def wait(self, holds: Callable[[], bool]) -> None:
        """Return when this holds; fail when nothing is told any more."""
        with self._told:
            assert self._told.wait_for(holds, timeout=30), (self.calls, self.state)

    def wait_for(self, **expected: int) -> None:
        """Return when the state is this, by id."""
        wanted = {f"{ITEMS}/{name}": n for name, n in expected.items()}
        self.wait(lambda: bool(self.calls) and self.state == wanted)


def item(name: str, n: int, status: str = "pending") -> Set:
    return Set(f"{ITEMS}/{name}", {"status": status, "n": n})


def test_a_watch_tells_what_is_and_then_what_changes(documents: DocumentStore) -> None:
    listener = Listener()
    documents.commit([item("a", 1), item("b", 1), item("c", 1, "running")])
    watch = documents.watch(PENDING, listener)
    listener.wait_for(a=1, b=1)
    assert [change.path for change in listener.calls[0]] == [f"{ITEMS}/a", f"{ITEMS}/b"]
    documents.commit([item("a", 2), item("d", 1), item("e", 1, "failed")])
    listener.wait_for(a=2, b=1, d=1)
    documents.commit([Update(f"{ITEMS}/b", {"status": "running"}), Update(f"{ITEMS}/c", {"status": "pending"})])
    listener.wait_for(a=2, c=1, d=1)
    documents.commit([Delete(f"{ITEMS}/d"), Delete(f"{ITEMS}/e"), Delete(f"{ITEMS}/never")])
    listener.wait_for(a=2, c=1)
    assert {change.path for call in listener.calls for change in call}.isdisjoint({f"{ITEMS}/e", f"{ITEMS}/never"})
    watch.close()


def test_a_watch_of_nothing_is_told_that_there_is_nothing(documents: DocumentStore) -> None:
    listener = Listener()
    documents.watch(PENDING, listener)
    listener.wait_for()
    assert listener.calls == [[]]


def test_changes_by_another_store_are_seen(database: Database) -> None:
    here, there = database.open(), database.open()
    listener = Listener()
    here.watch(PENDING, listener)
    listener.wait_for()
    there.commit([item("a", 1), item("b", 1)])
    listener.wait_for(a=1, b=1)
    there.commit([Delete(f"{ITEMS}/a")])
    listener.wait_for(b=1)


def test_a_watch_over_a_window_tells_who_enters_and_who_leaves_it(documents: DocumentStore) -> None:
    listener = Listener()
    documents.commit([item("a", 1), item("b", 2), item("c", 3)])
    documents.watch(Query(ITEMS, order=(Order("n", descending=True),), limit=2), listener)
    listener.wait_for(b=2, c=3)
    documents.commit([item("d", 4)])
    listener.wait_for(c=3, d=4)
    documents.commit([Delete(f"{ITEMS}/c")])
    listener.wait_for(b=2, d=4)


def test_a_watch_over_a_group_sees_every_collection_of_the_name(documents: DocumentStore) -> None:
    listener = Listener()
    documents.watch(Query("items", (Where("n", ">", 0),), (Order("n"),), group=True), listener)
    other = "orgs/org_b/batches/bat_b/items/a"
    documents.commit([item("a", 1), Create(other, {"n": 2}), Create("orgs/org_b/batches/bat_b", {"n": 3})])
    listener.wait(lambda: listener.state == {f"{ITEMS}/a": 1, other: 2})


def test_no_change_is_left_out_however_fast_they_come(database: Database) -> None:
    stores = [database.open() for _ in range(2)]
    listener = Listener()
    stores[0].watch(Query(ITEMS), listener)

    def write(store: DocumentStore, name: str) -> None:
        for n in range(40):
            store.commit([item(f"{name}{n % 8}", n), item(f"{name}-{n}", n)])

    writers = [threading.Thread(target=write, args=(store, name)) for store, name in zip(stores, "xy", strict=True)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    # More than any one look takes one by one.
    stores[1].commit([item(f"z{n}", n) for n in range(400)])
    expected = {f"{name}{n % 8}": n for name in "xy" for n in range(40)}
    expected |= {f"{name}-{n}": n for name in "xy" for n in range(40)} | {f"z{n}": n for n in range(400)}
    listener.wait_for(**expected)


def test_a_listener_that_fails_does_not_blind_the_others(documents: DocumentStore) -> None:
    listener = Listener()

    def fail(changes: list[Change]) -> None:
        raise RuntimeError(f"cannot bear {len(changes)} changes")

    documents.watch(PENDING, fail)
    documents.watch(PENDING, listener)
    documents.commit([item("a", 1)])
    listener.wait_for(a=1)
    documents.commit([item("a", 2)])
    listener.wait_for(a=2)


def test_after_close_returns_the_listener_is_not_called(documents: DocumentStore) -> None:
    closed, open_ = Listener(), Listener()
    watch = documents.watch(PENDING, closed)
    documents.watch(PENDING, open_)
    closed.wait_for()
    watch.close()
    watch.close()
    documents.commit([item("a", 1)])
    open_.wait_for(a=1)
    assert closed.calls == [[]]


def test_a_watch_that_closes_while_another_is_told_hears_no_more(documents: DocumentStore) -> None:
    slow, closed = Listener(), Listener()
    entered, let_go = threading.Event(), threading.Event()

    def listen_slowly(changes: list[Change]) -> None:
        slow(changes)
        if changes:
            entered.set()
            let_go.wait()

    documents.watch(PENDING, listen_slowly)
    watch = documents.watch(PENDING, closed)
    closed.wait_for()
    documents.commit([item("a", 1)])
    entered.wait()
    watch.close()
    heard = list(closed.calls)
    let_go.set()
    documents.commit([item("a", 2)])
    slow.wait_for(a=2)
    assert closed.calls == heard


def test_a_listener_may_close_its_own_watch(documents: DocumentStore) -> None:
    listener = Listener()
    started = threading.Event()

    def once(changes: list[Change]) -> None:
        started.wait()
        listener(changes)
        watch.close()

    watch = documents.watch(PENDING, once)
    started.set()
    listener.wait_for()
    later = Listener()
    documents.watch(PENDING, later)
    documents.commit([item("a", 1)])
    later.wait_for(a=1)
    assert listener.calls == [[]]


def test_a_watch_of_a_query_that_cannot_be_meant_is_refused_at_once(documents: DocumentStore) -> None:
    with pytest.raises(ValueError, match="collection"):
        documents.watch(Query("orgs/org_a"), Listener())
