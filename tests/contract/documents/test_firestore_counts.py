"""What a commit, a read, a query and a count cost on Firestore: nothing is asked or written beside them."""

import secrets
from contextlib import closing

from shared.adapters.google.documents import FirestoreDocumentStore
from shared.adapters.system import SystemClock
from shared.ports.documents import Count, Create, Delete, Guard, Query, Set, Sum, Update
from tests.emulators import firestore_host
from tests.firestore_calls import FirestoreCalls

THINGS = "orgs/org_a/things"


def test_each_operation_costs_what_it_must() -> None:
    calls = FirestoreCalls()
    store = FirestoreDocumentStore(
        f"demo-{secrets.token_hex(8)}", clock=SystemClock(), emulator_host=firestore_host(), interceptors=[calls]
    )
    with closing(store):
        store.commit([Create(f"{THINGS}/{number}", {"n": number}) for number in range(5)])
        assert (calls.writes, calls.deletes, calls.reads) == (5, 0, 0)
        found = store.get_many([f"{THINGS}/{number}" for number in (0, 1, 9)])
        assert calls.reads == 3
        store.commit([Update(f"{THINGS}/0", {"n": 7}, found[f"{THINGS}/0"].version)])
        # The version that was read tells the revision: replacing asks nothing more.
        store.commit([Set(f"{THINGS}/1", {"n": 8}, found[f"{THINGS}/1"].version)])
        assert (calls.writes, calls.reads) == (7, 3)
        assert len(store.query(Query(THINGS))) == 5
        assert calls.reads == 8
        store.aggregate(THINGS, {"all": Count(), "n": Sum("n")})
        assert calls.reads == 10
        # A guarded delete alone leaves a note, or nobody could tell whose it was.
        store.commit([Delete(f"{THINGS}/2", Guard.EXISTS)])
        store.commit([Delete(f"{THINGS}/3", Guard.EXISTS), Update(f"{THINGS}/4", {"n": 1}, Guard.EXISTS)])
        assert (calls.writes, calls.deletes, calls.reads) == (9, 2, 10)
