"""What creates answered, so that a repeat gets the first answer."""

from datetime import datetime, timedelta

from shared.domain.errors import KeyReused
from shared.domain.idempotency import IdempotencyRecord
from shared.domain.ids import derived, is_id
from shared.ports.documents import Create, DocumentStore, Set
from shared.repositories import paths
from shared.repositories.collections import Collection, Read

KEPT = timedelta(days=7)


class IdempotencyRepository(Collection[IdempotencyRecord]):
    """Records of creates; written in the same commit as what they created."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, IdempotencyRecord, "idempotency record")

    def answered(
        self, org: str, caller: str, route: str, key: str, *, fingerprint: str, now: datetime
    ) -> IdempotencyRecord | None:
        """The record of an earlier create with this key, or None; raises KeyReused when its body was another one."""
        found = self._unexpired(org, caller, route, key, now)
        if found is None:
            return None
        if found.value.fingerprint != fingerprint:
            raise KeyReused(_id_in(found.value.resource))
        return found.value

    def record(
        self, org: str, caller: str, route: str, key: str, *, fingerprint: str, resource: str, now: datetime
    ) -> Create | Set:
        """The write that keeps the answer; refused by its guard when another request with the key got there first."""
        value = IdempotencyRecord(fingerprint=fingerprint, resource=resource, created_at=now, expires_at=now + KEPT)
        path = _path(org, caller, route, key)
        expired = self.find(path)
        if expired is not None and expired.value.expires_at <= now:
            return Set(path, value.written(), expired.version)
        return Create(path, value.written())

    def _unexpired(self, org: str, caller: str, route: str, key: str, now: datetime) -> Read[IdempotencyRecord] | None:
        found = self.find(_path(org, caller, route, key))
        return None if found is None or found.value.expires_at <= now else found


def _id_in(resource: str) -> str | None:
    """The id that was kept; None where what was kept is an answer itself."""
    return resource if is_id(resource.partition("_")[0], resource) else None


def _path(org: str, caller: str, route: str, key: str) -> str:
    return paths.idempotency(org, derived("idm", caller, route, key))
