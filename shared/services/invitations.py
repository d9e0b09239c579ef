"""Invitations: tokens that are shown once, with which a person sets a password and comes in."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from shared.domain.errors import Unauthenticated
from shared.domain.members import whole_seconds
from shared.domain.people import Login, Member
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.identity import Accounts
from shared.ports.ids import Ids
from shared.repositories import paths
from shared.repositories.collections import Read, guarded
from shared.repositories.keys import secret_hash
from shared.repositories.members import LoginRepository, MemberRepository, email_hash
from shared.repositories.organisations import OrganisationRepository
from shared.services.member_accounts import MemberAccounts
from shared.services.repeats import Repeats

KEPT: Final = timedelta(days=7)
_PREFIX: Final = "inv_"
_NOT_VALID = "This invitation is not valid: it was used, replaced by a newer one, or is older than seven days. Ask an admin for another one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A token and until when it may be used."""

    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Whom an invitation is for, and where to; one who is not new sets another password."""

    email: str
    name: str
    organisation: str
    is_new: bool


class InvitationService:
    """Makes tokens, of which only a hash is kept, and takes each once. A token also leads to its login: nothing else has to be found."""

    def __init__(self, documents: DocumentStore, *, accounts: Accounts, clock: Clock, ids: Ids) -> None:
        self._documents = documents
        self._logins = LoginRepository(documents)
        self._members = MemberRepository(documents)
        self._organisations = OrganisationRepository(documents)
        self._accounts = accounts
        self._followed = MemberAccounts(documents, accounts)
        self._repeats = Repeats(clock, ids)
        self._clock = clock
        self._ids = ids

    def new(self, email: str) -> tuple[Invitation, dict[str, Any]]:
        """An invitation for the owner of this address, and the fields that its login keeps of it."""
        token = f"{_PREFIX}{email_hash(email)}.{self._ids.secret()}"
        expires_at = self._clock.now() + KEPT
        kept = {"invitation_hash": secret_hash(token), "invitation_ends_at": expires_at}
        return Invitation(token=token, expires_at=expires_at), kept

    def whose(self, token: str) -> Invited:
        """Whom this token lets in, and where; raises Unauthenticated when it is not valid any more."""
        login = self._invited(token).value
        member = self._members.get(paths.member(login.org, login.member)).value
        if member.disabled_at is not None:
            raise Unauthenticated(_NOT_VALID)
        organisation = self._organisations.one(login.org).value
        return Invited(email=member.email, name=member.name, organisation=organisation.name, is_new=member.invited)

    def accept(self, token: str, password: str) -> Member:
        """Set the password of whoever was invited: they may come in from now on, and sign-ins of before have ended.

        Raises Unauthenticated (not valid any more), Invalid (/password), Conflict, Unavailable.
        """
        return self._repeats.until_unrefused(lambda: self._accept(token, password))

    def _accept(self, token: str, password: str) -> Member:
        login = self._invited(token)
        read = self._members.get(paths.member(login.value.org, login.value.member))
        member = read.value
        if member.disabled_at is not None:
            raise Unauthenticated(_NOT_VALID)
        kept = self._accounts.credentials(member.email, password)
        ended = {} if member.invited else {"tokens_valid_after": whole_seconds(self._clock.now())}
        # The account first: whoever is interrupted here has a token that is still good, and does the same again.
        after = self._followed.follow(
            login.value.org, member.id, password=password, valid_after=ended.get("tokens_valid_after")
        )
        if after.disabled_at is not None:
            raise Unauthenticated(_NOT_VALID)
        used = {"password_hash": kept, "invitation_hash": "", "invitation_ends_at": None}
        self._documents.commit([guarded(login, used), guarded(read, {"invited": False, **ended})])
        return member

    def _invited(self, token: str) -> Read[Login]:
        login = self._logins.of_hash(token.removeprefix(_PREFIX).partition(".")[0])
        if login is None:
            raise Unauthenticated(_NOT_VALID)
        ends_at = login.value.invitation_ends_at
        matches = hmac.compare_digest(secret_hash(token), login.value.invitation_hash)
        if not matches or ends_at is None or ends_at <= self._clock.now():
            raise Unauthenticated(_NOT_VALID)
        return login
