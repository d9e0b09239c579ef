"""Machines' keys, and how they are found by what they send."""

import hashlib

from shared.domain.keys import ApiKey, KeyHash
from shared.ports.documents import Count, Create, DocumentStore, Query, Where, Write
from shared.repositories import paths
from shared.repositories.collections import Collection, Read


class KeyRepository(Collection[ApiKey]):
    """Machines' keys, without the keys themselves."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, ApiKey, "key")

    def one(self, org: str, key: str) -> Read[ApiKey]:
        """The key; raises NotFound."""
        return self.get(paths.key(org, key))

    def all(self, org: str, *, limit: int) -> list[Read[ApiKey]]:
        """The organisation's keys, revoked ones too, the newest first."""
        return self.newest(paths.keys(org), (), limit=limit)

    def unrevoked(self, org: str) -> int:
        """How many keys are in force."""
        count = {"keys": Count((Where("revoked_at", "==", None),))}
        return self._documents.aggregate(paths.keys(org), count)["keys"]


class KeyHashRepository(Collection[KeyHash]):
    """Where keys lead."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, KeyHash, "key")

    def of_secret(self, secret: str) -> Read[KeyHash] | None:
        """Where a key leads, or None."""
        return self.find(paths.key_hash(secret_hash(secret)))

    def of_key(self, org: str, key: str) -> list[Read[KeyHash]]:
        """Where the key of this id is kept."""
        where = (Where("key", "==", key), Where("org", "==", org))
        return self.query(Query(paths.key_hashes(), where))


def secret_hash(secret: str) -> str:
    """The name under which a key is kept: of its 256 random bits a plain hash tells nothing."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def create_key(org: str, key: ApiKey, secret: str) -> list[Write]:
    """The writes that put a key in force."""
    leads_to = KeyHash(org=org, key=key.id, member=key.created_by, role=key.role)
    return [
        Create(paths.key(org, key.id), key.written()),
        Create(paths.key_hash(secret_hash(secret)), leads_to.written()),
    ]
