"""Of those who race for a document, exactly one wins; nothing is lost or doubled."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from shared.domain.errors import GuardRefused
from shared.ports.documents import Create, DocumentStore, Increment, Query, Set, Update
from tests.contract.documents.databases import Database

THINGS = "orgs/org_a/things"


def race(racers: list[Callable[[], str]]) -> Counter[str]:
    """What the racers say, all started at once; one whose guard was refused says "refused"."""
    start = threading.Barrier(len(racers))

    def run(racer: Callable[[], str]) -> str:
        start.wait()
        try:
            return racer()
        except GuardRefused:
            return "refused"

    with ThreadPoolExecutor(len(racers)) as pool:
        return Counter(pool.map(run, racers))


def test_of_150_who_create_50_documents_50_win(database: Database) -> None:
    stores = [database.open() for _ in range(3)]

    def creator(store: DocumentStore, number: int) -> Callable[[], str]:
        def create() -> str:
            store.commit([Create(f"{THINGS}/{number}", {"n": number})])
            return f"won {number}"

        return create

    said = race([creator(store, number) for number in range(50) for store in stores])
    assert said == Counter({"refused": 100} | {f"won {number}": 1 for number in range(50)})


def test_of_150_who_claim_50_versions_50_win(documents: DocumentStore) -> None:
    documents.commit([Create(f"{THINGS}/{number}", {"owner": None}) for number in range(50)])
    found = documents.query(Query(THINGS))

    def claimer(number: int, owner: int) -> Callable[[], str]:
        def claim() -> str:
            documents.commit([Update(found[number].path, {"owner": owner}, found[number].version)])
            return f"{found[number].path} by {owner}"

        return claim

    said = race([claimer(number, owner) for number in range(50) for owner in range(3)])
    now = documents.query(Query(THINGS))
    assert said.pop("refused") == 100
    assert said == Counter(f"{one.path} by {one.data['owner']}" for one in now)
    assert {one.data["revision"] for one in now} == {2}


def test_guarded_counters_add_up_over_several_stores(database: Database) -> None:
    path = f"{THINGS}/counter"
    stores = [database.open() for _ in range(4)]
    stores[0].commit([Create(path, {"guarded": 0, "free": 0})])

    def counter(store: DocumentStore) -> Callable[[], str]:
        def count() -> str:
            for _ in range(10):
                store.commit([Update(path, {"free": Increment(1)})])
                while True:
                    before = store.get(path)
                    assert before is not None
                    try:
                        store.commit([Update(path, {"guarded": before.data["guarded"] + 1}, before.version)])
                        break
                    except GuardRefused:
                        continue
            return "counted"

        return count

    assert race([counter(store) for store in stores]) == Counter(counted=4)
    now = stores[0].get(path)
    assert now is not None
    assert (now.data["guarded"], now.data["free"], now.data["revision"]) == (40, 40, 41)


def test_a_refused_commit_hurts_none_that_happen_at_the_same_time(documents: DocumentStore) -> None:
    documents.commit([Create(f"{THINGS}/taken", {"n": 0})])

    def writer(number: int) -> Callable[[], str]:
        def write() -> str:
            documents.commit([Set(f"{THINGS}/{number}", {"n": number}), Create(f"{THINGS}/made{number % 2}", {})])
            return "won"

        def fail() -> str:
            documents.commit([Set(f"{THINGS}/{number}", {"n": number}), Create(f"{THINGS}/taken", {})])
            return "won"

        return fail if number % 4 >= 2 else write

    assert race([writer(number) for number in range(24)]) == Counter(won=2, refused=22)
    assert len(documents.query(Query(THINGS))) == 5


def test_commit_times_are_those_in_the_documents_and_never_go_back(database: Database) -> None:
    stores = [database.open() for _ in range(3)]
    times: list[datetime] = []

    def writer(store: DocumentStore, name: int) -> Callable[[], str]:
        def write() -> str:
            last = None
            for number in range(10):
                at = store.commit([Create(f"{THINGS}/{name}-{number}", {})]).committed_at
                assert at is not None
                assert last is None or last <= at
                last = at
                times.append(at)
            return "wrote"

        return write

    race([writer(store, number) for number, store in enumerate(stores)])
    found = stores[0].query(Query(THINGS))
    assert sorted(times) == sorted(one.data["changed_at"] for one in found)
    assert len(found) == 30
