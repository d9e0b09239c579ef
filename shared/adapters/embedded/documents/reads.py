"""Reading documents over one connection."""

import sqlite3

import orjson

from shared.adapters.embedded.documents.queries import Statement, query_statements
from shared.adapters.embedded.documents.values import decode_fields
from shared.domain.document_paths import Place
from shared.ports.documents import Document, Query, Version


def run_query(connection: sqlite3.Connection, query: Query) -> list[Document]:
    """The documents that answer a query, at one read time where the connection is in a transaction."""
    statements = query_statements(query)
    if len(statements) == 1 or connection.in_transaction:
        return _run(connection, query, statements)
    connection.execute("BEGIN")
    try:
        return _run(connection, query, statements)
    finally:
        connection.execute("ROLLBACK")


def matching(connection: sqlite3.Connection, query: Query, place: Place) -> Document | None:
    """The document of this place, if it is there and meets the query's conditions."""
    (statement,) = query_statements(query, only=place)
    row = connection.execute(statement.sql, statement.parameters).fetchone()
    return row and document(place.path, row[1], row[2])


def document(path: str, version: int, data: str) -> Document:
    """A document from its row."""
    return Document(path, decode_fields(orjson.loads(data)), Version(str(version)))


def _run(connection: sqlite3.Connection, query: Query, statements: list[Statement]) -> list[Document]:
    prefix = "" if query.group else f"{query.collection}/"
    found: list[Document] = []
    for statement in statements:
        rows = connection.execute(statement.sql, statement.parameters).fetchall()
        found += [document(prefix + path, version, data) for path, version, data in rows]
        if query.limit is not None and len(found) >= query.limit:
            return found[: query.limit]
    return found
