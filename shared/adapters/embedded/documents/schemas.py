"""The tables of the document store's file and the indexes that Fanfold declares."""

import hashlib
import sqlite3
from collections.abc import Sequence

from shared.adapters.embedded.documents.queries import index_expression, quoted
from shared.domain.document_paths import collection_name
from shared.repositories.indexes import Index

MIGRATIONS = (
    """
    CREATE TABLE documents (
        number INTEGER PRIMARY KEY,
        collection TEXT NOT NULL,
        parent TEXT NOT NULL,
        id TEXT NOT NULL,
        version INTEGER NOT NULL,
        data TEXT NOT NULL
    );
    CREATE UNIQUE INDEX documents_by_path ON documents (collection, parent, id);
    CREATE TABLE changes (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        token TEXT NOT NULL,
        paths TEXT NOT NULL
    );
    ANALYZE documents;
    INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('documents', 'documents_by_path', '1000000 200000 5000 1');
    """,
)


def index_statements(indexes: Sequence[Index]) -> dict[str, tuple[str, ...]]:
    """The statements that make each index, by its name."""
    statements: dict[str, tuple[str, ...]] = {}
    for index in indexes:
        columns = [index_expression(order) for order in index.fields]
        if not index.group:
            columns = ["parent", *columns, "id DESC" if index.fields[-1].descending else "id"]
        target = f"documents ({', '.join(columns)}) WHERE collection = {quoted(collection_name(index.collection, group=True))}"
        name = f"declared_{hashlib.sha256(target.encode()).hexdigest()[:16]}"
        statements[name] = (f"CREATE INDEX {name} ON {target}", _statistics(name, index))
    return statements


def _statistics(name: str, index: Index) -> str:
    """Tell SQLite, in place of counting, that the index finds few documents: so that it is chosen where it fits."""
    rows = ["100000"] if index.group else ["100000", "5000"]
    rows += [str(max(1, 100 // 10**depth)) for depth in range(len(index.fields))]
    if not index.group:
        rows.append("1")
    return f"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('documents', '{name}', '{' '.join(rows)}')"  # noqa: S608 - a hash and numbers


def missing_indexes(connection: sqlite3.Connection, statements: dict[str, tuple[str, ...]]) -> list[str]:
    """The statements of those indexes that the file does not have yet."""
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")}
    return [statement for name, several in statements.items() if name not in there for statement in several]
