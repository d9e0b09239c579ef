"""Commit times strictly grow over the whole file, so a poller by `changed_at` misses nothing."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path

from shared.adapters.embedded.documents import SqliteDocumentStore
from shared.ports.documents import Create, Query
from tests.clocks import ManualClock

THINGS = "orgs/org_a/things"


def test_no_two_commits_have_one_time_although_the_clock_stands_still(tmp_path: Path) -> None:
    clock = ManualClock()

    def write(store: SqliteDocumentStore) -> list[datetime]:
        times = [store.commit([Create(f"{THINGS}/{id(store)}-{number}", {})]).committed_at for number in range(10)]
        return [at for at in times if at is not None]

    with ExitStack() as stack, ThreadPoolExecutor(3) as pool:
        stores = [
            stack.enter_context(closing(SqliteDocumentStore(tmp_path / "documents.db", clock=clock))) for _ in range(3)
        ]
        written = list(pool.map(write, stores))
        found = stores[0].query(Query(THINGS))
    assert all(times == sorted(set(times)) for times in written)
    assert sorted(at for times in written for at in times) == sorted({one.data["changed_at"] for one in found})
    assert len(found) == 30
