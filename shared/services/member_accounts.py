"""People's accounts, brought to what their documents say, whoever else changes them at that moment."""

from contextlib import suppress
from datetime import datetime
from typing import Final

from shared.domain.errors import NotFound
from shared.domain.people import Member, MemberStatus
from shared.ports.documents import DocumentStore
from shared.ports.identity import Accounts, Person
from shared.repositories.members import MemberRepository

# What of a member an account knows: it is brought there again where one of them changed meanwhile.
_KNOWN: Final = ("email", "name", "role", "disabled_at", "removed_at", "tokens_valid_after")


class MemberAccounts:
    """Whoever changed a member calls `follow`: the last of them leaves the account as the document is.

    Web clients read Firestore by what an account claims, so that no account may be left open for who may not come in.
    """

    def __init__(self, documents: DocumentStore, accounts: Accounts) -> None:
        self._members = MemberRepository(documents)
        self._accounts = accounts

    def follow(
        self, org: str, member: str, *, password: str | None = None, valid_after: datetime | None = None
    ) -> Member:
        """Bring the account to the member's document, and say what it is then. A password makes the account if there is none.

        Who is disabled or removed gets none. Raises NotFound, Invalid (/password), Conflict `email-taken`, Unavailable.
        """
        found = self._one(org, member)
        while True:
            before = found
            self._bring(org, before, password, valid_after)
            found = self._one(org, member)
            if all(getattr(found, name) == getattr(before, name) for name in _KNOWN):
                return found

    def _bring(self, org: str, member: Member, password: str | None, valid_after: datetime | None) -> None:
        if member.status is MemberStatus.REMOVED:
            self._accounts.forget(member.id)
            return
        is_disabled = member.disabled_at is not None
        ended = max((moment for moment in (member.tokens_valid_after, valid_after) if moment), default=None)
        if password is not None and not is_disabled:
            self._accounts.follow(person_of(org, member), password=password, valid_after=ended)
            return
        # Whose account was never made gets it with their next invitation.
        with suppress(NotFound):
            self._accounts.follow(person_of(org, member), is_disabled=is_disabled, valid_after=ended)

    def _one(self, org: str, member: str) -> Member:
        found = self._members.one(org, member)
        if found is None:
            raise NotFound(f"There is no member {member}.")
        return found.value


def person_of(org: str, member: Member) -> Person:
    """A member as their account knows them."""
    return Person(member=member.id, email=member.email, name=member.name, org=org, role=member.role.value)
