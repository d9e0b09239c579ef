"""Many independent groups of writes in few commits, over a real store."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.embedded.documents import SqliteDocumentStore
from shared.adapters.google.documents.connections import Connection
from shared.adapters.google.documents.writes import prepare, spell
from shared.domain.errors import GuardRefused
from shared.ports.documents import (
    MAX_BYTES_A_COMMIT,
    MAX_WRITES_A_COMMIT,
    ArrayUnion,
    CommitResult,
    Create,
    Delete,
    Guard,
    Increment,
    Query,
    Transform,
    Update,
    Version,
    Write,
)
from shared.repositories.commits import Lead, commit_groups, size_bytes
from shared.repositories.indexes import INDEXES
from tests.clocks import START, ManualClock

LEAD = "leads/one"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteDocumentStore]:
    store = SqliteDocumentStore(tmp_path / "documents.sqlite", clock=ManualClock(), indexes=INDEXES)
    with closing(store):
        yield store


class Commits:
    """Notes the size and the paths of each commit on its way to the store."""

    def __init__(self, store: SqliteDocumentStore) -> None:
        self._store = store
        self.sizes: list[int] = []
        self.paths: list[list[str]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, writes: Sequence[Write]) -> CommitResult:
        self.sizes.append(sum(map(size_bytes, writes)))
        self.paths.append([write.path for write in writes])
        return self._store.commit(writes)


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


@pytest.mark.parametrize("led", [False, True])
def test_more_bytes_than_one_commit_takes_are_split_between_groups(store: SqliteDocumentStore, led: bool) -> None:
    commits = Commits(store)
    groups = [[Create(f"things/{number:03}", {"text": "ü" * 50_000})] for number in range(70)]
    leading = lead(store) if led else None
    assert commit_groups(commits, groups, lead=leading) == [True] * len(groups)
    assert len(stored(store)) == len(groups)
    assert max(commits.sizes) <= MAX_BYTES_A_COMMIT
    # No more of them than the bytes ask for.
    assert len(commits.sizes) == 3
    if leading is not None:
        assert all(LEAD in paths for paths in commits.paths)


def test_a_group_that_is_large_alone_is_left_to_the_store(store: SqliteDocumentStore) -> None:
    commits = Commits(store)
    large: list[Write] = [Create(f"things/{number}", {"text": "a" * 900_000}) for number in range(4)]
    assert commit_groups(commits, [group("a"), large, group("b")]) == [True] * 3
    assert [len(paths) for paths in commits.paths] == [1, 4, 1]


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "ü" * 1_000, "when": START, "list": [1, 2.5, None], "map": {"a": {"b": "c" * 2_000}}},
        {"counted": Increment(3), "seen": ArrayUnion(("a" * 500,)), "gone": Transform.DELETE_FIELD},
        {},
    ],
)
def test_the_size_of_a_write_is_at_least_what_firestore_is_sent(fields: dict[str, Any]) -> None:
    write = Update("orgs/org_a/batches/bat_a/items/itm_a", fields, Guard.EXISTS)
    connection = Connection("project", "(default)", None, ())
    [prepared] = prepare([write])
    spelled = spell(prepared, connection.name(prepared.path), "t" * 24, 0)
    assert spelled.ByteSize() <= size_bytes(write)


def test_a_deletion_has_a_size(store: SqliteDocumentStore) -> None:
    store.commit([Create("things/a", {})])
    assert commit_groups(store, [[Delete("things/a")]]) == [True]
    assert size_bytes(Delete("things/a")) > 0


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
