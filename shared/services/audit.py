"""Remembering who did what: admins' acts and deletes."""

from shared.domain.audit_entries import AuditEntry
from shared.domain.callers import Caller
from shared.ports.clock import Clock
from shared.ports.documents import Create
from shared.ports.ids import Ids
from shared.repositories import audit_entries


class AuditService:
    """Makes entries that go into the commit of the act itself: neither is without the other."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids

    def entry(self, caller: Caller, action: str, subject: str, **details: str) -> Create:
        """The write that remembers an act (`batch.deleted`) on the thing with this id."""
        entry = AuditEntry(
            id=self._ids.new("aud"),
            at=self._clock.now(),
            caller=caller.id,
            member=caller.member,
            action=action,
            subject=subject,
            details=details,
        )
        return audit_entries.create_audit_entry(caller.org, entry)
