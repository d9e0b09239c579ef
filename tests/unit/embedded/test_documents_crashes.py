"""A process killed in the middle of commits leaves each of them whole or absent, and keeps what it acknowledged."""

import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from shared.adapters.embedded.documents import SqliteDocumentStore
from shared.ports.documents import Change, Query, Set
from shared.repositories.indexes import INDEXES
from tests.clocks import ManualClock

ROOT = Path(__file__).resolve().parents[3]
ITEMS, ASSETS, TOTAL = "orgs/org_a/items", "orgs/org_a/assets", "orgs/org_a/totals/all"


def acknowledged_before_the_kill(path: Path, name: str, least: int) -> set[str]:
    """What another process said it had written, killed with -9 after it said so `least` times."""
    command = [sys.executable, "-m", "tests.unit.embedded.endless_writer", str(path), name]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(least)]
        process.kill()
        said += process.stdout.readlines()
    return {line.strip() for line in said if line.endswith("\n")}


@pytest.mark.faults
def test_kill_minus_nine_loses_nothing_that_was_acknowledged_and_halves_no_commit(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    with closing(SqliteDocumentStore(path, clock=ManualClock(), indexes=INDEXES)) as store:
        store.commit([Set(TOTAL, {"n": 0})])
    acknowledged: set[str] = set()
    for attempt, least in enumerate((1, 37, 90)):
        acknowledged |= acknowledged_before_the_kill(path, f"try{attempt}", least)
        with closing(SqliteDocumentStore(path, clock=ManualClock(), indexes=INDEXES)) as store:
            items, assets = ({one.id for one in store.query(Query(name))} for name in (ITEMS, ASSETS))
            total = store.get(TOTAL)
        assert acknowledged
        assert acknowledged <= items
        assert items == assets
        assert total is not None
        assert total.data["n"] == len(items)


@pytest.mark.faults
def test_a_watch_sees_all_that_another_process_wrote_before_it_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "documents.db"
    seen: set[str] = set()
    told = threading.Condition()

    def listen(changes: list[Change]) -> None:
        with told:
            seen.update(change.document.id for change in changes if change.document is not None)
            told.notify_all()

    with closing(SqliteDocumentStore(path, clock=ManualClock())) as store:
        store.commit([Set(TOTAL, {"n": 0})])
        store.watch(Query(ITEMS), listen)
        acknowledged = acknowledged_before_the_kill(path, "one", 50)
        with told:
            assert told.wait_for(lambda: acknowledged <= seen, timeout=30)
