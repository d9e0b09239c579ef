"""Acts that are remembered."""

from shared.domain.audit_entries import AuditEntry
from shared.ports.documents import Create
from shared.repositories import paths


def create_audit_entry(org: str, entry: AuditEntry) -> Create:
    """The write that keeps an act."""
    return Create(paths.audit_entry(org, entry.id), entry.written())
