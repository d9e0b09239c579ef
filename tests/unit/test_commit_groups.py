"""Many independent groups of writes in few commits, over a real store."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from shared.adapters.embedded.documents import SqliteDocumentStore
from shared.domain.errors import GuardRefused
from shared.ports.documents import MAX_WRITES_A_COMMIT, Create, Query, Version, Write
from shared.repositories.commits import Lead, commit_groups
from shared.repositories.indexes import INDEXES
from tests.clocks import ManualClock

LEAD = "leads/one"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteDocumentStore]:
    store = SqliteDocumentStore(tmp_path / "documents.sqlite", clock=ManualClock(), indexes=INDEXES)
    with closing(store):
        yield store


def group(*names: str) -> list[Write]:
    return [Create(f"things/{name}", {"name": name}) for name in names]


def stored(store: SqliteDocumentStore) -> set[str]:
    return {document.id for document in store.query(Query("things"))}


def lead(store: SqliteDocumentStore) -> Lead:
    version: Version = store.commit([Create(LEAD, {"turn": 0})]).versions[LEAD]
    return Lead(LEAD, {"turn": 1}, version)


@pytest.mark.parametrize("led", [False, True])
def test_only_the_groups_that_were_overtaken_are_left_out(store: SqliteDocumentStore, led: bool) -> None:
    store.commit(group("b", "e2"))
    leading = lead(store) if led else None
    won = commit_groups(
        store, [group("a"), group("b"), group("c"), group("d"), group("e1", "e2"), group("f")], lead=leading
    )
    assert won == [True, False, True, True, False, True]
    assert stored(store) == {"a", "b", "c", "d", "e2", "f"}
    if leading is not None:
        document = store.get(LEAD)
        assert document is not None
        assert (document.data["turn"], document.version) == (1, leading.version)


@pytest.mark.parametrize("led", [False, True])
def test_more_writes_than_one_commit_takes_are_split_between_groups(store: SqliteDocumentStore, led: bool) -> None:
    number = MAX_WRITES_A_COMMIT // 2 + 1
    groups = [group(f"{place}a", f"{place}b") for place in range(number)]
    assert commit_groups(store, groups, lead=lead(store) if led else None) == [True] * number
    assert len(stored(store)) == 2 * number


def test_nothing_more_is_written_once_the_lead_has_changed_hands(store: SqliteDocumentStore) -> None:
    leading = lead(store)
    commit_groups(store, [group("a")], lead=Lead(LEAD, {"turn": 2}, leading.version))
    with pytest.raises(GuardRefused):
        commit_groups(store, [group("b"), group("c")], lead=leading)
    assert stored(store) == {"a"}


def test_no_groups_are_no_commit(store: SqliteDocumentStore) -> None:
    leading = lead(store)
    before = leading.version
    assert commit_groups(store, [], lead=leading) == []
    assert leading.version == before
