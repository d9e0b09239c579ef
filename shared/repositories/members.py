"""People of organisations, and how they are found by what they send."""

import hashlib
import re
import unicodedata
from typing import Any

from shared.domain.modes import Role
from shared.domain.people import Login, Member
from shared.ports.documents import Create, DocumentStore, Query, Where, Write
from shared.repositories import paths
from shared.repositories.collections import Collection, Read

_HASH = re.compile(r"[0-9a-f]{64}")


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


def folded(email: str) -> str:
    """An e-mail address as it is compared: case and surrounding spaces do not matter."""
    return unicodedata.normalize("NFC", email.strip().casefold())


def email_hash(email: str) -> str:
    """The name under which an e-mail address's login is kept."""
    return hashlib.sha256(folded(email).encode(errors="replace")).hexdigest()


def create_member(org: str, member: Member, password_hash: str, **invitation: Any) -> list[Write]:
    """The writes that make a member and take their e-mail address; the hash is empty where others check passwords, and for
    one who is invited (`invitation_hash`, `invitation_ends_at`).
    """
    login = Login(org=org, member=member.id, password_hash=password_hash, **invitation)
    return [
        Create(paths.member(org, member.id), member.written()),
        Create(paths.login(email_hash(member.email)), login.written()),
    ]
