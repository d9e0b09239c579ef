"""The declared indexes serve the queries that they were declared for: nothing is searched through from end to end."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.embedded.documents import SqliteDocumentStore
from shared.adapters.embedded.documents.queries import Statement, aggregate_statement, query_statements
from shared.ports.documents import Count, Order, Query, Sum, Where
from shared.repositories.indexes import INDEXES, Index
from tests.clocks import ManualClock

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ITEMS, BATCHES, LEDGER = "orgs/o/batches/b/items", "orgs/o/batches", "orgs/o/ledger"
PENDING = Where("status", "==", "pending")
NEWEST = (Order("created_at", descending=True),)
BY_COST = Index("items", (Order("cost_micros"),))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "documents.db"
    SqliteDocumentStore(path, clock=ManualClock(), indexes=(*INDEXES, BY_COST)).close()
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def plan(connection: sqlite3.Connection, statement: Statement) -> list[str]:
    rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.sql}", statement.parameters)
    return [row[3] for row in rows if row[3] != "SCAN CONSTANT ROW"]


QUERIES = [
    Query(ITEMS, (PENDING,), limit=100),
    Query(ITEMS, (PENDING,), start_after=(f"{ITEMS}/i",), limit=100),
    Query(ITEMS, (PENDING, Where("not_before", "<=", NOW)), (Order("not_before"),), limit=100),
    Query(ITEMS, (Where("changed_at", ">", NOW),), (Order("changed_at"),), limit=100),
    Query(ITEMS, (), (Order("changed_at"),), limit=100, start_after=(NOW, f"{ITEMS}/i")),
    Query(BATCHES, (), NEWEST, limit=50),
    Query(BATCHES, (), NEWEST, limit=50, start_after=(NOW, f"{BATCHES}/b")),
    Query(BATCHES, (Where("status", "==", "running"),), NEWEST, limit=50),
    Query(BATCHES, (Where("status", "==", "running"),), NEWEST, limit=50, start_after=(NOW, f"{BATCHES}/b")),
    Query("orgs/o/assets", (Where("created_at", ">", NOW),), NEWEST, limit=50),
    Query(LEDGER, (Where("at", ">=", NOW),), (Order("at"),)),
    Query(LEDGER, (Where("model", "==", "m"), Where("at", ">=", NOW)), (Order("at"),)),
    Query(LEDGER, (Where("member", "==", "m"), Where("at", ">=", NOW)), (Order("at"),)),
    Query(LEDGER, (Where("batch", "==", "b"),)),
]


def shape(query: Query) -> str:
    name = query.collection.rpartition("/")[2]
    cursor = "after" if query.start_after else ""
    return "-".join([name, *(one.field + one.op for one in query.where), *(one.field for one in query.order), cursor])


@pytest.mark.parametrize("query", QUERIES, ids=shape)
def test_a_declared_index_finds_and_sorts(connection: sqlite3.Connection, query: Query) -> None:
    steps = plan(connection, query_statements(query)[0])
    assert len(steps) == 1, steps
    assert steps[0].startswith("SEARCH documents USING INDEX declared_"), steps


def test_the_batches_that_are_due_are_found_over_all_organisations(connection: sqlite3.Connection) -> None:
    due = Query("batches", (Where("next_step_at", "<=", NOW),), (Order("next_step_at"),), limit=100, group=True)
    found, sorted_ = plan(connection, query_statements(due)[0])
    assert found.startswith("SEARCH documents USING INDEX declared_")
    # Only batches due at the same moment are sorted, by path.
    assert sorted_ == "USE TEMP B-TREE FOR RIGHT PART OF ORDER BY"


def test_counts_and_sums_are_searched_by_declared_indexes(connection: sqlite3.Connection) -> None:
    wanted: dict[str, Count | Sum] = {
        status: Count((Where("status", "==", status),)) for status in ("pending", "running", "failed")
    }
    wanted["cost"] = Sum("cost_micros")
    steps = plan(connection, aggregate_statement(ITEMS, wanted, group=False))
    searches = [step for step in steps if step.startswith("SEARCH")]
    assert len(searches) == 4
    assert all("INDEX declared_" in step for step in searches), steps


def test_every_declared_index_is_made_once_and_kept(connection: sqlite3.Connection, tmp_path: Path) -> None:
    def declared() -> dict[str, Any]:
        return dict(connection.execute("SELECT name, sql FROM sqlite_schema WHERE name LIKE 'declared%'").fetchall())

    before = declared()
    assert len(before) == len(INDEXES) + 1
    SqliteDocumentStore(tmp_path / "documents.db", clock=ManualClock(), indexes=INDEXES).close()
    assert declared() == before
