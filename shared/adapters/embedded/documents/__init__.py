"""The document port over one SQLite file."""

from shared.adapters.embedded.documents.stores import SqliteDocumentStore

__all__ = ["SqliteDocumentStore"]
