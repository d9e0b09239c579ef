"""Commits happen whole or not at all, and only when what they were promised is true."""

from typing import Any

import pytest

from shared.domain.errors import GuardRefused, Unavailable
from shared.ports.documents import (
    MAX_WRITES_A_COMMIT,
    Create,
    Delete,
    Document,
    DocumentStore,
    Guard,
    Increment,
    Query,
    Set,
    Update,
    Version,
    Write,
)
from tests.contract.documents.databases import Database

THINGS = "orgs/org_a/things"
ONE, TWO = f"{THINGS}/one", f"{THINGS}/two"


def read(documents: DocumentStore, path: str) -> Document:
    found = documents.get(path)
    assert found is not None
    return found


def test_a_document_lives_from_create_to_delete(documents: DocumentStore) -> None:
    assert documents.get(ONE) is None
    created = documents.commit([Create(ONE, {"a": 1})])
    assert read(documents, ONE).version == created.versions[ONE]
    assert (read(documents, ONE).id, read(documents, ONE).path) == ("one", ONE)
    replaced = documents.commit([Set(ONE, {"b": 2})])
    assert read(documents, ONE) == Document(ONE, {"b": 2}, replaced.versions[ONE])
    assert created.versions[ONE] != replaced.versions[ONE]
    assert documents.commit([Delete(ONE)]).versions == {}
    assert documents.get(ONE) is None
    documents.commit([Delete(ONE)])


def test_get_many_gives_those_that_exist(documents: DocumentStore) -> None:
    documents.commit([Set(ONE, {"n": 1}), Set("orgs/org_b/things/one", {"n": 2})])
    found = documents.get_many([TWO, "orgs/org_b/things/one", ONE, ONE])
    assert {path: one.data["n"] for path, one in found.items()} == {ONE: 1, "orgs/org_b/things/one": 2}
    assert documents.get_many([]) == {}


def test_deleting_a_document_leaves_what_lies_below_it(documents: DocumentStore) -> None:
    documents.commit([Set(ONE, {}), Set(f"{ONE}/parts/p", {"n": 1})])
    documents.commit([Delete(ONE)])
    assert [one.path for one in documents.query(Query(f"{ONE}/parts"))] == [f"{ONE}/parts/p"]


GUARDS: list[tuple[str, Any, bool, bool]] = [
    ("create", lambda _: Create(ONE, {"new": 1}), True, False),
    ("set absent", lambda _: Set(ONE, {"new": 1}, Guard.ABSENT), True, False),
    ("set exists", lambda _: Set(ONE, {"new": 1}, Guard.EXISTS), False, True),
    ("set version", lambda version: Set(ONE, {"new": 1}, version), False, True),
    ("set other version", lambda _: Set(ONE, {"new": 1}, Version("7")), False, False),
    ("set", lambda _: Set(ONE, {"new": 1}), True, True),
    ("update", lambda _: Update(ONE, {"new": 1}), False, True),
    ("update exists", lambda _: Update(ONE, {"new": 1}, Guard.EXISTS), False, True),
    ("update version", lambda version: Update(ONE, {"new": 1}, version), False, True),
    ("update other version", lambda _: Update(ONE, {"new": 1}, Version("7")), False, False),
    ("delete", lambda _: Delete(ONE), True, True),
    ("delete exists", lambda _: Delete(ONE, Guard.EXISTS), False, True),
    ("delete version", lambda version: Delete(ONE, version), False, True),
    ("delete other version", lambda _: Delete(ONE, Version("7")), False, False),
]


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("case", GUARDS, ids=lambda case: str(case[0]).replace(" ", "_"))
def test_a_guard_lets_a_commit_happen_whole_or_not_at_all(
    documents: DocumentStore, case: tuple[str, Any, bool, bool], there: bool
) -> None:
    _, make, passes_absent, passes_there = case
    version = documents.commit([Set(ONE, {"old": 1})]).versions[ONE]
    if not there:
        documents.commit([Delete(ONE)])
    before = documents.get(ONE)
    writes: list[Write] = [Set(TWO, {"beside": 1}), make(version)]
    if passes_there if there else passes_absent:
        done = documents.commit(writes)
        now = documents.get(ONE)
        assert (now is None) == isinstance(writes[1], Delete)
        assert now is None or (now.data["new"] == 1 and now.version == done.versions[ONE])
        assert read(documents, TWO).data == {"beside": 1}
    else:
        with pytest.raises(GuardRefused):
            documents.commit(writes)
        assert documents.get(ONE) == before
        assert documents.get(TWO) is None


def test_a_document_made_anew_does_not_have_its_old_version(documents: DocumentStore) -> None:
    old = documents.commit([Create(ONE, {"a": 1})]).versions[ONE]
    documents.commit([Delete(ONE)])
    documents.commit([Create(ONE, {"a": 1})])
    with pytest.raises(GuardRefused):
        documents.commit([Update(ONE, {"a": 2}, old)])


def test_guarded_writes_count_revisions_and_move_changed_at_forward(documents: DocumentStore) -> None:
    first = documents.commit([Create(ONE, {"a": 1})])
    assert read(documents, ONE).data == {"a": 1, "revision": 1, "changed_at": first.committed_at}
    documents.commit([Update(ONE, {"a": 2})])
    assert read(documents, ONE).data == {"a": 2, "revision": 1, "changed_at": first.committed_at}
    # A write that changes nothing else is still a new version: of two writers, one loses.
    version = read(documents, ONE).version
    second = documents.commit([Update(ONE, {}, version)])
    assert read(documents, ONE).data == {"a": 2, "revision": 2, "changed_at": second.committed_at}
    with pytest.raises(GuardRefused):
        documents.commit([Update(ONE, {}, version)])
    third = documents.commit([Set(ONE, {"b": 1}, second.versions[ONE])])
    assert read(documents, ONE).data == {"b": 1, "revision": 3, "changed_at": third.committed_at}
    assert first.committed_at is not None
    assert second.committed_at is not None
    assert third.committed_at is not None
    assert first.committed_at <= second.committed_at <= third.committed_at


def test_only_the_store_writes_revision_and_changed_at_of_a_guarded_update(documents: DocumentStore) -> None:
    documents.commit([Create(ONE, {})])
    with pytest.raises(ValueError, match="revision"):
        documents.commit([Update(ONE, {"revision": 9}, Guard.EXISTS)])
    with pytest.raises(ValueError, match="absence"):
        documents.commit([Update(ONE, {"a": 9}, Guard.ABSENT)])


def test_four_hundred_writes_are_one_commit_and_one_more_is_refused(documents: DocumentStore) -> None:
    writes = [Create(f"{THINGS}/{number:03}", {"n": number}) for number in range(MAX_WRITES_A_COMMIT)]
    with pytest.raises(ValueError, match="401"):
        documents.commit([*writes, Create(ONE, {})])
    assert documents.query(Query(THINGS)) == []
    assert len(documents.commit(writes).versions) == MAX_WRITES_A_COMMIT
    with pytest.raises(GuardRefused):
        documents.commit([Delete(write.path) for write in writes[:-1]] + [Create(writes[-1].path, {})])
    assert len(documents.query(Query(THINGS))) == MAX_WRITES_A_COMMIT


def test_a_commit_writes_no_document_twice(documents: DocumentStore) -> None:
    with pytest.raises(ValueError, match="twice"):
        documents.commit([Set(ONE, {}), Delete(ONE)])


@pytest.mark.parametrize(
    "path", ["", "orgs", "orgs/a/things", "/orgs/a", "orgs//things/a", "orgs/a/things/..", "orgs/__a__", "orgs/a\x00"]
)
def test_what_is_no_path_of_a_document_is_refused(documents: DocumentStore, path: str) -> None:
    with pytest.raises(ValueError, match=r"part|path"):
        documents.get(path)
    with pytest.raises(ValueError, match=r"part|path"):
        documents.commit([Set(path, {})])


@pytest.mark.parametrize("odd", ["o'brien", 'qu"ote', "100%_", "a b", "Ünï-😀", "?*[x]", "-- ;", "\\", "A", "a"])
def test_ids_with_odd_characters_stay_apart(documents: DocumentStore, odd: str) -> None:
    others = [f"orgs/{other}/things/{other}" for other in ("A", "a", "x", "100")]
    documents.commit([Set(path, {"n": 0}) for path in others])
    documents.commit([Set(f"orgs/{odd}/things/{odd}", {"n": 1})])
    assert [one.path for one in documents.query(Query(f"orgs/{odd}/things"))] == [f"orgs/{odd}/things/{odd}"]
    assert read(documents, f"orgs/{odd}/things/{odd}").data == {"n": 1}
    assert {path for path, one in documents.get_many(others).items() if one.data["n"]} <= {f"orgs/{odd}/things/{odd}"}


def test_a_commit_whose_answer_is_lost_is_answered_truly(database: Database) -> None:
    documents, faults = database.open_faulty()
    documents.commit([Create(ONE, {"n": 0})])
    faults.lose_answer = True
    done = documents.commit([Update(ONE, {"n": Increment(1)}, Guard.EXISTS), Create(TWO, {})])
    assert faults.lose_answer is False
    assert read(documents, ONE).data == {"n": 1, "revision": 2, "changed_at": done.committed_at}
    assert read(documents, TWO).version == done.versions[TWO]


def test_a_commit_that_never_arrived_is_not_said_to_have_happened(database: Database) -> None:
    documents, faults = database.open_faulty()
    documents.commit([Create(ONE, {"n": 0})])
    faults.lose_request = True
    with pytest.raises(Unavailable):
        documents.commit([Update(ONE, {"n": Increment(1)}, Guard.EXISTS)])
    assert faults.lose_request is False
    assert database.open().get(ONE) == read(documents, ONE)
    assert read(documents, ONE).data["n"] == 0
    documents.commit([Update(ONE, {"n": Increment(1)}, Guard.EXISTS)])
    assert read(documents, ONE).data["n"] == 1


def test_an_empty_commit_changes_nothing_and_ping_answers(documents: DocumentStore) -> None:
    assert documents.commit([]).versions == {}
    documents.ping()
