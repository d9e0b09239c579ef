"""Files that cannot be opened say why; writes are grouped, and one that fails hurts no other."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.adapters.embedded.sqlite import Database
from shared.domain.errors import ConfigurationWrong, GuardRefused, Unavailable

FIRST = "CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)"
SECOND = "ALTER TABLE rows ADD COLUMN more TEXT; CREATE INDEX rows_text ON rows (text)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "file.sqlite"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    made = Database(path, migrations=[FIRST])
    yield made
    made.close()


def add(connection: sqlite3.Connection, text: str) -> None:
    connection.execute("INSERT INTO rows (text) VALUES (?)", (text,))


def adding(*texts: str) -> Callable[[sqlite3.Connection], None]:
    def work(connection: sqlite3.Connection) -> None:
        for text in texts:
            add(connection, text)

    return work


def texts(database: Database) -> list[str]:
    with database.read() as connection:
        return [text for (text,) in connection.execute("SELECT text FROM rows ORDER BY id")]


def test_what_was_written_is_there_after_reopening_with_a_newer_schema(path: Path) -> None:
    first = Database(path, migrations=[FIRST])
    first.write(lambda connection: add(connection, "kept"))
    first.close()
    second = Database(path, migrations=[FIRST, SECOND])
    with second.read() as connection:
        assert connection.execute("SELECT text, more FROM rows").fetchall() == [("kept", None)]
    second.close()
    with pytest.raises(ConfigurationWrong, match=r"newer version of Fanfold \(schema 2, this version knows 1\)"):
        Database(path, migrations=[FIRST])


def test_many_writers_share_transactions_and_each_gets_its_own_answer(database: Database) -> None:
    gate = threading.Event()
    blocked = database.submit(lambda _connection: gate.wait(30))
    first_seen = database.submit(lambda connection: connection.total_changes)

    def refuse(connection: sqlite3.Connection) -> None:
        add(connection, "undone")
        raise GuardRefused("another version")

    def repeat(connection: sqlite3.Connection) -> None:
        add(connection, "undone too")
        connection.execute("INSERT INTO rows (id) VALUES (1), (1)")

    refused, broken = database.submit(refuse), database.submit(repeat)
    kept = [database.submit(adding(text)) for text in ("a", "b")]
    gate.set()
    assert blocked.result() is True
    assert first_seen.result() == 0
    with pytest.raises(GuardRefused):
        refused.result()
    with pytest.raises(Unavailable, match="UNIQUE"):
        broken.result()
    for future in kept:
        future.result()
    assert texts(database) == ["a", "b"]


def test_writes_from_many_threads_are_all_kept(database: Database) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: database.write(adding(str(number))), range(500)))
    assert sorted(texts(database), key=int) == [str(number) for number in range(500)]


def test_a_full_disk_is_told_and_passes(database: Database, path: Path) -> None:
    (pages,) = database.write(lambda connection: connection.execute("PRAGMA page_count").fetchone())
    database.write(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages + 4}").fetchone())
    # Clients read this too: it names the file, and no folder of the machine that serves them.
    with pytest.raises(Unavailable, match=f"^{path.name} cannot grow, because the disk is full"):
        database.write(lambda connection: add(connection, "x" * 1_000_000))
    database.write(lambda connection: connection.execute("PRAGMA max_page_count = 100000").fetchone())
    database.write(lambda connection: add(connection, "fits"))
    assert texts(database) == ["fits"]


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(Unavailable, match="cannot be written"), database.read() as connection:
        add(connection, "sneaked in")


def test_a_closed_file_takes_no_more_writes(path: Path) -> None:
    made = Database(path, migrations=[FIRST])
    made.close()
    with pytest.raises(Unavailable, match="closed"):
        made.write(lambda connection: add(connection, "late"))


def test_damage_is_told_at_the_opening(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"these are not the pages of a database " * 500)
    with pytest.raises(ConfigurationWrong, match=r"file\.sqlite is damaged or not a database"):
        Database(path, migrations=[FIRST])


@pytest.mark.parametrize("damage", ["truncated", "overwritten"])
def test_a_damaged_middle_is_told_at_the_opening(path: Path, damage: str) -> None:
    made = Database(path, migrations=[FIRST, SECOND.partition(";")[2]])
    made.write(adding(*(f"{number}" * 50 for number in range(5_000))))
    made.close()
    content = path.read_bytes()
    half = len(content) // 2
    path.write_bytes(content[:half] + (b"" if damage == "truncated" else b"\xff" * 40_000 + content[half + 40_000 :]))
    with pytest.raises(ConfigurationWrong, match="is damaged"):
        Database(path, migrations=[FIRST, SECOND.partition(";")[2]])


def test_what_belongs_to_others_is_left_alone(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as foreign:
        foreign.execute("CREATE TABLE theirs (x)")
    foreign.close()
    before = path.read_bytes()
    with pytest.raises(ConfigurationWrong, match="another program"):
        Database(path, migrations=[FIRST])
    assert path.read_bytes() == before
    with pytest.raises(ConfigurationWrong, match="is a folder"):
        Database(path.parent, migrations=[FIRST])
    with pytest.raises(ConfigurationWrong, match="cannot be used"):
        Database(path / "below" / "file.sqlite", migrations=[FIRST])
