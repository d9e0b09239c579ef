"""The document port over Firestore."""

from shared.adapters.google.documents.stores import FirestoreDocumentStore

__all__ = ["FirestoreDocumentStore"]
