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
from shared.repositories.indexes import INDEXES
from tests.clocks import ManualClock

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ITEMS, BATCHES, ASSETS, LEDGER = "orgs/o/batches/b/items", "orgs/o/batches", "orgs/o/assets", "orgs/o/ledger"
PENDING = Where("status", "==", "pending")
NEWEST = (Order("created_at", descending=True),)
RUNNING = Where("status", "==", "running")
IN_FLIGHT, WAITING = Where("in_flight", "==", True), Where("in_flight", "==", False)
DUE = Where("due_at", "<=", NOW)
NOT_DELETED = Where("deleted_at", "==", None)
OURS = Where("org", "==", "o")
LETTERS = (OURS, Where("status", "==", "failed"), Where("discarded_at", "==", None))
LATEST = (Order("finished_at", descending=True),)
PERIOD = (Where("at", ">=", NOW), Where("at", "<=", NOW))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "documents.db"
    SqliteDocumentStore(path, clock=ManualClock(), indexes=INDEXES).close()
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def plan(connection: sqlite3.Connection, statement: Statement) -> list[str]:
    rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.sql}", statement.parameters)
    return [row[3] for row in rows if row[3] != "SCAN CONSTANT ROW"]


QUERIES = [
    Query(ITEMS, (PENDING,), limit=100),
    Query(ITEMS, (PENDING,), start_after=(f"{ITEMS}/i",), limit=100),
    Query(ITEMS, (RUNNING, DUE), (Order("due_at"),), limit=100),
    Query(ITEMS, (PENDING, IN_FLIGHT, DUE), (Order("due_at"),), limit=100),
    Query(ITEMS, (PENDING, WAITING, DUE), (Order("due_at"),), limit=1),
    Query(ITEMS, (PENDING, WAITING, Where("due_at", "<", NOW)), (Order("due_at", descending=True),), limit=50),
    Query(ITEMS, (PENDING, WAITING, Where("model", "==", "m"), DUE), (Order("due_at"),), limit=100),
    Query(ITEMS, (PENDING, Where("due_at", ">", NOW)), (Order("due_at"),), limit=1),
    Query(ITEMS, (PENDING, IN_FLIGHT), limit=100),
    Query(
        ITEMS,
        (Where("status", "==", "failed"), Where("discarded_at", "==", None), Where("series", "<", 2)),
        (Order("series"),),
        limit=500,
    ),
    Query(ITEMS, (), (Order("index"),), limit=50),
    Query(ITEMS, (), (Order("index"),), limit=50, start_after=(7, f"{ITEMS}/i")),
    Query(ITEMS, (PENDING,), (Order("index"),), limit=50, start_after=(7, f"{ITEMS}/i")),
    Query(ITEMS, (Where("changed_at", ">", NOW),), (Order("changed_at"),), limit=100),
    Query(ITEMS, (), (Order("changed_at"),), limit=100, start_after=(NOW, f"{ITEMS}/i")),
    Query(BATCHES, (), NEWEST, limit=50),
    Query(BATCHES, (), NEWEST, limit=50, start_after=(NOW, f"{BATCHES}/b")),
    Query(BATCHES, (Where("status", "==", "running"),), NEWEST, limit=50),
    Query(BATCHES, (Where("status", "==", "running"),), NEWEST, limit=50, start_after=(NOW, f"{BATCHES}/b")),
    Query(BATCHES, (NOT_DELETED, Where("archived", "==", False)), NEWEST, limit=50),
    Query(BATCHES, (NOT_DELETED, RUNNING), NEWEST, limit=50, start_after=(NOW, f"{BATCHES}/b")),
    Query(BATCHES, (Where("changed_at", ">=", NOW),), (Order("changed_at", descending=True),), limit=50),
    Query(ASSETS, (NOT_DELETED, Where("model", "==", "m"), Where("created_at", ">=", NOW)), NEWEST, limit=50),
    Query(ASSETS, (NOT_DELETED, Where("batch", "==", "b")), NEWEST, limit=50, start_after=(NOW, f"{ASSETS}/a")),
    Query("orgs/o/references", (NOT_DELETED,), NEWEST, limit=50),
    Query("orgs/o/keys", (), NEWEST, limit=50),
    Query("orgs/o/drafts", (Where("created_by", "==", "m"),), (Order("changed_at", descending=True),), limit=100),
    Query("orgs/o/members", (), (Order("created_at"),), limit=50),
    Query("orgs/o/members", (Where("role", "==", "admin"),)),
    Query("orgs/o/bills", (), NEWEST, limit=50),
    Query("orgs/o/reservations", (Where("member", "==", "m"), Where("expires_at", ">", NOW)), (Order("expires_at"),)),
    Query("orgs/o/webhooks", (), NEWEST, limit=50),
    Query("orgs/o/webhooks/w/deliveries", (), NEWEST, limit=50),
    Query("orgs/o/reports", (Where("day", ">=", "2026-02-01"),), (Order("day", descending=True),), limit=50),
    Query("system/keys/by_hash", (Where("key", "==", "k"), Where("org", "==", "o"))),
    Query(ASSETS, (Where("created_at", ">", NOW),), NEWEST, limit=50),
    Query(LEDGER, (Where("at", ">=", NOW),), (Order("at"),)),
    Query(LEDGER, (Where("model", "==", "m"), Where("at", ">=", NOW)), (Order("at"),)),
    Query(LEDGER, (Where("member", "==", "m"), Where("at", ">=", NOW)), (Order("at"),)),
    Query(LEDGER, (Where("batch", "==", "b"), Where("at", ">=", NOW)), (Order("at"),)),
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


GROUPS = [
    Query("batches", (Where("next_step_at", "<=", NOW),), (Order("next_step_at"),), limit=100, group=True),
    Query("items", (RUNNING, IN_FLIGHT, Where("due_at", ">", NOW)), limit=100, group=True),
    Query("deliveries", (Where("next_at", "<=", NOW),), (Order("next_at"),), limit=100, group=True),
    Query("idempotency", (Where("created_at", "<=", NOW),), (Order("created_at"),), limit=100, group=True),
    Query("deliveries", (Where("created_at", "<=", NOW),), (Order("created_at"),), limit=100, group=True),
    Query("batches", (Where("deleted_at", "<=", NOW),), (Order("deleted_at"),), limit=100, group=True),
    Query("assets", (Where("deleted_at", "<=", NOW),), (Order("deleted_at"),), limit=100, group=True),
    Query("references", (Where("deleted_at", "<=", NOW),), (Order("deleted_at"),), limit=100, group=True),
    Query(
        "references",
        (Where("status", "==", "awaiting_upload"), Where("created_at", "<=", NOW)),
        (Order("created_at"),),
        limit=100,
        group=True,
    ),
    Query("drafts", (Where("changed_at", "<=", NOW),), (Order("changed_at"),), limit=100, group=True),
    Query("reservations", (Where("expires_at", "<=", NOW),), (Order("expires_at"),), limit=100, group=True),
    Query("items", (OURS, PENDING), (Order("due_at"),), limit=1, group=True),
    Query("items", LETTERS, LATEST, limit=50, group=True),
    Query("items", (*LETTERS, Where("error.kind", "==", "busy")), LATEST, 50, (NOW, f"{ITEMS}/i"), group=True),
    Query("items", (OURS, Where("discarded_at", ">", NOW)), (Order("discarded_at", descending=True),), 50, group=True),
    Query("items", (Where("id", "in", ["a", "b"]),), group=True),
    Query("control", (Where("lease_owner", ">", ""),), limit=100, group=True),
    Query(ASSETS, (Where("recipe_hash", "in", ["a", "b"]), NOT_DELETED)),
]


@pytest.mark.parametrize("query", GROUPS, ids=shape)
def test_what_lies_in_several_places_is_found_by_a_declared_index(connection: sqlite3.Connection, query: Query) -> None:
    found, sorted_ = plan(connection, query_statements(query)[0])
    assert found.startswith("SEARCH documents USING INDEX declared_")
    # Only what was found is sorted, by path.
    assert sorted_.startswith("USE TEMP B-TREE FOR ")


def test_counts_and_sums_are_searched_by_declared_indexes(connection: sqlite3.Connection) -> None:
    wanted: dict[str, Count | Sum] = {
        status: Count((Where("status", "==", status),)) for status in ("pending", "running", "failed")
    }
    wanted["cost"] = Sum("cost_micros")
    wanted["held"] = Sum("held_micros", (IN_FLIGHT,))
    wanted["model"] = Count((IN_FLIGHT, Where("model", "==", "m")))
    steps = plan(connection, aggregate_statement(ITEMS, wanted, group=False))
    searches = [step for step in steps if step.startswith("SEARCH")]
    assert len(searches) == 6
    assert all("INDEX declared_" in step for step in searches), steps


@pytest.mark.parametrize("field", [None, "model", "member", "batch"])
def test_usage_is_added_up_by_declared_indexes(connection: sqlite3.Connection, field: str | None) -> None:
    where = PERIOD if field is None else (Where(field, "==", "x"), *PERIOD)
    wanted: dict[str, Count | Sum] = {"images": Sum("images", where), "calls": Count(where)}
    steps = plan(connection, aggregate_statement(LEDGER, wanted, group=False))
    searches = [step for step in steps if step.startswith("SEARCH")]
    assert len(searches) == 2
    assert all("INDEX declared_" in step for step in searches), steps


def test_every_declared_index_serves_a_query(connection: sqlite3.Connection) -> None:
    statements = [part for query in QUERIES + GROUPS for part in query_statements(query)]
    sums: dict[str, Count | Sum] = {"cost": Sum("cost_micros"), "held": Sum("held_micros", (IN_FLIGHT,))}
    sums["model"] = Count((IN_FLIGHT, Where("model", "==", "m")))
    statements.append(aggregate_statement(ITEMS, sums, group=False))
    active = {"active": Count((Where("status", "in", ["accepted", "running"]),))}
    statements.append(aggregate_statement("batches", active, group=True))
    lane = (Where("status", "in", ["accepted", "running"]), Where("priority", "==", "high"))
    statements.append(aggregate_statement("batches", {"waiting": Sum("progress.pending", lane)}, group=True))
    used = " ".join(step for statement in statements for step in plan(connection, statement))
    declared = connection.execute("SELECT name FROM sqlite_schema WHERE name LIKE 'declared%'").fetchall()
    assert [name for (name,) in declared if name not in used] == []


def test_every_declared_index_is_made_once_and_kept(connection: sqlite3.Connection, tmp_path: Path) -> None:
    def declared() -> dict[str, Any]:
        return dict(connection.execute("SELECT name, sql FROM sqlite_schema WHERE name LIKE 'declared%'").fetchall())

    before = declared()
    assert len(before) == len(INDEXES)
    SqliteDocumentStore(tmp_path / "documents.db", clock=ManualClock(), indexes=INDEXES).close()
    assert declared() == before
