"""What can be wrong with the file, its folder and its disk is said in a sentence, and never halves a commit."""

import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import pytest

from shared.adapters.embedded.documents import SqliteDocumentStore
from shared.adapters.embedded.documents.stores import KEPT_CHANGES, PRUNE_EVERY
from shared.domain.errors import ConfigurationWrong, Unavailable
from shared.ports.documents import Change, Count, Create, Delete, Query, Set, Where
from shared.repositories.indexes import INDEXES
from tests.clocks import ManualClock

THINGS = "orgs/org_a/things"
NOBODY = 65534


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "documents.db"


def opened(path: Path, factory: type[sqlite3.Connection] = sqlite3.Connection) -> SqliteDocumentStore:
    return SqliteDocumentStore(path, clock=ManualClock(), indexes=INDEXES, connection_factory=factory)


def test_what_was_written_is_there_when_the_file_is_opened_again(path: Path) -> None:
    with closing(opened(path)) as store:
        first = store.commit([Create(f"{THINGS}/a", {"n": 1})])
        before = store.get(f"{THINGS}/a")
    with closing(opened(path)) as store:
        assert store.get(f"{THINGS}/a") == before
        second = store.commit([Create(f"{THINGS}/b", {"n": 1})])
    # The clock stood still, and a later process still writes later times.
    assert first.committed_at is not None
    assert second.committed_at is not None
    assert first.committed_at < second.committed_at


def test_a_clock_that_goes_back_does_not_take_changed_at_with_it(path: Path) -> None:
    ahead = ManualClock()
    ahead.advance(3600)
    with closing(SqliteDocumentStore(path, clock=ahead)) as store:
        first = store.commit([Create(f"{THINGS}/a", {})]).committed_at
    with closing(opened(path)) as store:
        second = store.commit([Create(f"{THINGS}/b", {})]).committed_at
    assert first is not None
    assert second is not None
    assert first == ahead.now()
    assert second > first


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(path: Path) -> None:
    path.write_bytes(b"name,prompt\n" * 1000)
    with pytest.raises(ConfigurationWrong, match=r"documents\.db"):
        opened(path)
    assert path.read_bytes() == b"name,prompt\n" * 1000


def test_a_damaged_file_is_refused(path: Path) -> None:
    with closing(opened(path)) as store:
        store.commit([Create(f"{THINGS}/{n}", {"text": "x" * 2000}) for n in range(200)])
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(os.urandom(size // 4))
    with pytest.raises(ConfigurationWrong, match=r"documents\.db.*damaged"):
        opened(path)


def test_a_file_of_a_newer_schema_is_refused(path: Path) -> None:
    opened(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(ConfigurationWrong, match="newer"):
        opened(path)


def test_a_folder_in_the_place_of_the_file_is_refused(path: Path) -> None:
    path.mkdir()
    with pytest.raises(ConfigurationWrong, match=r"documents\.db"):
        opened(path)


@pytest.fixture
def locked_folder() -> Iterator[Path]:
    """A folder that this process may read and not write, also where tests run as root."""
    was = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        opened(folder / "there.db").close()
        for one in folder.iterdir():
            one.chmod(0o444)
        folder.chmod(0o555)
        if was == 0:
            os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            if was == 0:
                os.seteuid(was)
            folder.chmod(0o755)


@pytest.mark.parametrize("name", ["there.db", "new.db", "sub/new.db"])
def test_what_cannot_be_written_is_refused_when_it_is_opened(locked_folder: Path, name: str) -> None:
    with pytest.raises(ConfigurationWrong, match=str(locked_folder)):
        opened(locked_folder / name)


class SmallDisk(sqlite3.Connection):
    """A connection to a file that cannot grow beyond 100 pages: SQLite's own 'disk is full'."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # passed on as they came
        self.execute("PRAGMA max_page_count = 100")


def test_a_full_disk_is_said_and_halves_no_commit(path: Path) -> None:
    with closing(opened(path, SmallDisk)) as store:
        done = 0

        def fill() -> None:
            nonlocal done
            for done in range(1000):
                store.commit([Create(f"{THINGS}/{done}-{part}", {"text": "x" * 9000}) for part in range(4)])

        with pytest.raises(Unavailable, match="disk is full"):
            fill()
        assert done > 1
        assert store.aggregate(THINGS, {"n": Count()}) == {"n": 4 * done}
        store.commit([Delete(f"{THINGS}/0-{part}") for part in range(4)])
        store.commit([Create(f"{THINGS}/small", {})])
    with closing(opened(path)) as store:
        assert store.aggregate(THINGS, {"n": Count()}) == {"n": 4 * done - 3}
        store.commit([Create(f"{THINGS}/big", {"text": "x" * 500_000})])


class Interrupted(sqlite3.Connection):
    """A connection after whose first count something else happens."""

    then: ClassVar[list[Callable[[], object]]] = []

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        answer = super().execute(sql, parameters)
        if sql.startswith("SELECT (SELECT count") and self.then:
            self.then.pop()()
        return answer


def test_more_counts_than_sqlite_has_columns_are_taken_at_one_time(path: Path) -> None:
    with closing(opened(path, Interrupted)) as store:
        store.commit([Create(f"{THINGS}/a", {"n": 1})])
        Interrupted.then.append(lambda: store.commit([Create(f"{THINGS}/b", {"n": 2})]))
        wanted = {f"{number}": Count((Where("n", ">=", number % 2),)) for number in range(2_500)}
        assert store.aggregate(THINGS, wanted) == dict.fromkeys(wanted, 1)
        assert store.aggregate(THINGS, {"n": Count()}) == {"n": 2}


def test_a_closed_store_says_so_and_leaves_no_thread(path: Path) -> None:
    before = set(threading.enumerate())
    store = opened(path)
    store.watch(Query(THINGS), lambda _: None)
    store.commit([Set(f"{THINGS}/a", {})])
    store.close()
    assert set(threading.enumerate()) == before
    with pytest.raises(Unavailable, match="closed"):
        store.commit([Set(f"{THINGS}/a", {})])
    with pytest.raises(Unavailable, match="closed"):
        store.watch(Query(THINGS), lambda _: None)


def test_a_watch_that_slept_longer_than_the_changes_are_kept_still_tells_the_truth(path: Path) -> None:
    state: dict[str, int] = {}
    told, awake = threading.Condition(), threading.Event()

    def listen(changes: list[Change]) -> None:
        with told:
            for change in changes:
                if change.document is None:
                    del state[change.path]
                else:
                    state[change.path] = change.document.data["n"]
            told.notify_all()
        awake.wait()

    with closing(opened(path)) as store:
        store.commit([Set(f"{THINGS}/{name}", {"n": 0}) for name in ("gone", "kept", "changed")])
        store.watch(Query(THINGS), listen)
        with told:
            assert told.wait_for(lambda: len(state) == 3, timeout=30)
        store.commit([Delete(f"{THINGS}/gone"), Set(f"{THINGS}/changed", {"n": 1})])
        with ThreadPoolExecutor(16) as pool:
            many = range(KEPT_CHANGES + 2 * PRUNE_EVERY)
            list(pool.map(lambda n: store.commit([Set(f"{THINGS}/new", {"n": n})]), many))
        store.commit([Set(f"{THINGS}/new", {"n": -1})])
        with closing(sqlite3.connect(path)) as connection:
            (kept,) = connection.execute("SELECT count(*) FROM changes").fetchone()
        assert KEPT_CHANGES <= kept < KEPT_CHANGES + PRUNE_EVERY
        awake.set()
        expected = {f"{THINGS}/{name}": n for name, n in {"kept": 0, "changed": 1, "new": -1}.items()}
        with told:
            assert told.wait_for(lambda: state == expected, timeout=30), state
