"""Commits whose request or answer is lost, once and again, are repeated where that is safe and answered truly."""

import pytest

from shared.domain.errors import GuardRefused, Unavailable
from shared.ports.documents import Create, Delete, Guard, Increment, Set, Update
from tests.contract.documents.databases import Database

ONE, TWO = "orgs/org_a/things/one", "orgs/org_a/things/two"


def test_a_claim_whose_answer_is_lost_is_won_once(database: Database) -> None:
    documents, faults = database.open_faulty()
    version = documents.commit([Create(ONE, {"n": 0})]).versions[ONE]
    faults.lose_answer = True
    done = documents.commit([Update(ONE, {"n": Increment(1)}, version)])
    assert faults.lose_answer is False
    now = documents.get(ONE)
    assert now is not None
    assert (now.data["n"], now.data["revision"], now.version) == (1, 2, done.versions[ONE])
    # The version is good for what follows, also for a write that replaces the document.
    documents.commit([Set(ONE, {"n": 5}, done.versions[ONE])])
    after = documents.get(ONE)
    assert after is not None
    assert (after.data["n"], after.data["revision"]) == (5, 3)


@pytest.mark.parametrize("by_version", [True, False])
def test_a_guarded_delete_whose_answer_is_lost_is_known_to_be_ours(database: Database, by_version: bool) -> None:
    documents, faults = database.open_faulty()
    version = documents.commit([Create(ONE, {})]).versions[ONE]
    faults.lose_answer = True
    assert documents.commit([Delete(ONE, version if by_version else Guard.EXISTS)]).versions == {}
    assert faults.lose_answer is False
    assert documents.get(ONE) is None
    with pytest.raises(GuardRefused):
        documents.commit([Delete(ONE, version if by_version else Guard.EXISTS)])


def test_a_refusal_whose_answer_is_lost_changes_nothing(database: Database) -> None:
    documents, faults = database.open_faulty()
    version = documents.commit([Create(ONE, {"n": 0})]).versions[ONE]
    documents.commit([Update(ONE, {"n": 1}, version)])
    faults.lose_answer = True
    with pytest.raises((GuardRefused, Unavailable)):
        documents.commit([Update(ONE, {"n": 2}, version), Set(TWO, {})])
    now = documents.get(ONE)
    assert now is not None
    assert now.data["n"] == 1
    assert documents.get(TWO) is None


def test_an_increment_without_a_guard_is_never_applied_twice(database: Database) -> None:
    documents, faults = database.open_faulty()
    documents.commit([Create(ONE, {"n": 0})])
    faults.lose_answer = True
    try:
        documents.commit([Update(ONE, {"n": Increment(1)})])
    except Unavailable:
        assert faults.lose_answer is False
    now = documents.get(ONE)
    assert now is not None
    assert now.data["n"] == 1


def test_a_document_replaced_because_it_exists_counts_on(database: Database) -> None:
    documents = database.open()
    documents.commit([Create(ONE, {"n": 0})])
    documents.commit([Update(ONE, {"n": 1})])
    done = documents.commit([Set(ONE, {"m": 1}, Guard.EXISTS)])
    now = documents.get(ONE)
    assert now is not None
    assert now.data == {"m": 1, "revision": 2, "changed_at": done.committed_at}
