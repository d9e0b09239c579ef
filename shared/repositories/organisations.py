"""Organisations, their members, and how people and machines are found by what they send."""

import hashlib
import re
import unicodedata
from typing import Any

from shared.domain.documents import Stored
from shared.domain.modes import Role
from shared.domain.organisations import ApiKey, AuditEntry, KeyHash, Login, Member, Organisation
from shared.ports.documents import Count, Create, DocumentStore, Query, Where, Write
from shared.repositories import paths
from shared.repositories.collections import Collection, Read

_HASH = re.compile(r"[0-9a-f]{64}")


class OrganisationRepository(Collection[Organisation]):
    """Organisations."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, Organisation, "organisation")

    def one(self, org: str) -> Read[Organisation]:
        """The organisation; raises NotFound."""
        return self.get(paths.organisation(org))

    def after(self, org: str, *, limit: int) -> list[Read[Organisation]]:
        """Organisations by their ids, those after this one; "" for the first."""
        start_after = (paths.organisation(org),) if org else None
        return self.query(Query(paths.organisations(), limit=limit, start_after=start_after))


class MemberRepository(Collection[Member]):
    """People of organisations."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, Member, "member")

    def one(self, org: str, member: str) -> Read[Member] | None:
        """The member, or None."""
        return self.find(paths.member(org, member))

    def all(self, org: str, *, limit: int) -> list[Read[Member]]:
        """The organisation's members, disabled and removed ones too."""
        return self.query(Query(paths.members(org), limit=limit))

    def admins(self, org: str) -> list[Read[Member]]:
        """The organisation's admins, disabled and removed ones too."""
        return self.query(Query(paths.members(org), (Where("role", "==", Role.ADMIN.value),)))

    def page(self, org: str, *, limit: int, start_after: tuple[Any, ...] | None = None) -> list[Read[Member]]:
        """The organisation's members, disabled and removed ones too, the oldest first."""
        return self.oldest(paths.members(org), (), limit=limit, start_after=start_after)


class LoginRepository(Collection[Login]):
    """How people sign in."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, Login, "login")

    def of_email(self, email: str) -> Read[Login] | None:
        """The login of an e-mail address, however it is written; None when there is none."""
        return self.find(paths.login(email_hash(email)))

    def of_hash(self, hashed: str) -> Read[Login] | None:
        """The login of the address with this `email_hash`; None when there is none."""
        return self.find(paths.login(hashed)) if _HASH.fullmatch(hashed) else None


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


class FirstOrganisation(Stored):
    """Whom an empty embedded stack was begun with."""

    org: str
    member: str


class FirstOrganisationRepository(Collection[FirstOrganisation]):
    """The record by which a restart finds its organisation again."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, FirstOrganisation, "first organisation")

    def one(self) -> Read[FirstOrganisation] | None:
        """The record, or None on an empty stack."""
        return self.find(paths.first_organisation())

    def create(self, org: str, member: str) -> Create:
        """The write that keeps it."""
        return Create(paths.first_organisation(), FirstOrganisation(org=org, member=member).written())


def folded(email: str) -> str:
    """An e-mail address as it is compared: case and surrounding spaces do not matter."""
    return unicodedata.normalize("NFC", email.strip().casefold())


def email_hash(email: str) -> str:
    """The name under which an e-mail address's login is kept."""
    return hashlib.sha256(folded(email).encode(errors="replace")).hexdigest()


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


def create_member(org: str, member: Member, password_hash: str, **invitation: Any) -> list[Write]:
    """The writes that make a member and take their e-mail address; the hash is empty where others check passwords, and for
    one who is invited (`invitation_hash`, `invitation_ends_at`).
    """
    login = Login(org=org, member=member.id, password_hash=password_hash, **invitation)
    return [
        Create(paths.member(org, member.id), member.written()),
        Create(paths.login(email_hash(member.email)), login.written()),
    ]


def create_audit_entry(org: str, entry: AuditEntry) -> Create:
    """The write that keeps an act."""
    return Create(paths.audit_entry(org, entry.id), entry.written())
