"""Keys for machines: made, listed, revoked. The key itself is shown once and never kept."""

from datetime import datetime

from shared.domain.callers import Caller
from shared.domain.errors import Conflict
from shared.domain.keys import ApiKey, KeyCreate
from shared.domain.modes import Role
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Write
from shared.ports.ids import Ids
from shared.repositories.collections import check_id, guarded
from shared.repositories.idempotency import IdempotencyRepository
from shared.repositories.keys import KeyHashRepository, KeyRepository, create_key
from shared.services.audit import AuditService
from shared.services.repeats import Repeats

ROUTE = "keys"
PREFIX = "ff_"
MAX_KEYS = 100
MAX_LISTED = 1_000
_HINT = 8


class KeyService:
    """Keys of an organisation; only admins see or change them."""

    def __init__(self, documents: DocumentStore, *, audit: AuditService, clock: Clock, ids: Ids) -> None:
        self._documents = documents
        self._keys = KeyRepository(documents)
        self._hashes = KeyHashRepository(documents)
        self._idempotency = IdempotencyRepository(documents)
        self._audit = audit
        self._repeats = Repeats(clock, ids)
        self._clock = clock
        self._ids = ids

    def create(
        self, caller: Caller, create: KeyCreate, *, idempotency_key: str | None, fingerprint: str
    ) -> tuple[ApiKey, str | None]:
        """A new key and, this once, the key itself; None instead of it when the request is a repeat.

        Raises Forbidden (no admin, or a role above the caller's own), Conflict (too many keys), Invalid (another body).
        """
        caller.require(Role.ADMIN)
        caller.require(create.role)
        return self._repeats.until_unrefused(lambda: self._create(caller, create, idempotency_key, fingerprint))

    def list(self, caller: Caller) -> list[ApiKey]:
        """The organisation's keys, the newest first, revoked ones included; at most 1,000. Raises Forbidden."""
        caller.require(Role.ADMIN)
        return [read.value for read in self._keys.all(caller.org, limit=MAX_LISTED)]

    def revoke(self, caller: Caller, key: str) -> None:
        """End a key, everywhere within seconds; twice is harmless. Raises Forbidden, NotFound."""
        caller.require(Role.ADMIN)
        check_id("key", key, "key")
        self._repeats.until_unrefused(lambda: self._revoke(caller, key))

    def _create(
        self, caller: Caller, create: KeyCreate, idempotency_key: str | None, fingerprint: str
    ) -> tuple[ApiKey, str | None]:
        now = self._clock.now()
        if idempotency_key:
            record = self._idempotency.answered(
                caller.org, caller.id, ROUTE, idempotency_key, fingerprint=fingerprint, now=now
            )
            if record is not None:
                return self._keys.one(caller.org, record.resource).value, None
        if self._keys.unrevoked(caller.org) >= MAX_KEYS:
            raise Conflict(f"There are {MAX_KEYS} keys already. Revoke one that is not needed.", code="too-many-keys")
        secret = new_secret(self._ids)
        key = new_key(self._ids, create, secret, member=caller.member, now=now)
        writes: list[Write] = [
            *create_key(caller.org, key, secret),
            self._audit.entry(caller, "key.created", key.id, role=key.role.value),
        ]
        if idempotency_key:
            writes.append(
                self._idempotency.record(
                    caller.org, caller.id, ROUTE, idempotency_key, fingerprint=fingerprint, resource=key.id, now=now
                )
            )
        self._documents.commit(writes)
        return key, secret

    def _revoke(self, caller: Caller, key: str) -> None:
        read = self._keys.one(caller.org, key)
        if read.value.revoked_at is not None:
            return
        fields = {"revoked_at": self._clock.now()}
        hashes = [guarded(found, fields) for found in self._hashes.of_key(caller.org, key)]
        self._documents.commit([guarded(read, fields), *hashes, self._audit.entry(caller, "key.revoked", key)])


def new_secret(ids: Ids) -> str:
    """A key itself: `ff_` and 43 URL-safe characters."""
    return PREFIX + ids.secret()


def new_key(ids: Ids, create: KeyCreate, secret: str, *, member: str, now: datetime) -> ApiKey:
    """What is kept of a key where people see it."""
    return ApiKey(
        id=ids.new("key"),
        name=create.name,
        role=create.role,
        hint=secret[:_HINT],
        created_at=now,
        created_by=member,
    )
