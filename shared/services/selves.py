"""What people see and change of themselves."""

from dataclasses import dataclass
from typing import Any

from shared.domain.callers import Caller
from shared.domain.errors import FieldError, Invalid, NotFound, Unauthenticated
from shared.domain.members import SelfUpdate, whole_seconds
from shared.domain.modes import Role
from shared.domain.organisations import Organisation
from shared.domain.people import Member
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.identity import Accounts
from shared.ports.ids import Ids
from shared.repositories.collections import Read, guarded
from shared.repositories.members import LoginRepository, MemberRepository
from shared.repositories.organisations import OrganisationRepository
from shared.services.member_accounts import MemberAccounts
from shared.services.repeats import Repeats
from shared.services.sign_ins import SignedIn, SignInService


@dataclass(frozen=True, slots=True, kw_only=True)
class Self:
    """Who calls: the person, or who answers for the machine, in which role, and where they belong."""

    member: Member
    organisation: Organisation
    role: Role
    key: str | None


class SelfService:
    """A person's own name, preferences and password; for a machine, those of the member who made its key."""

    def __init__(
        self, documents: DocumentStore, *, accounts: Accounts, sign_ins: SignInService, clock: Clock, ids: Ids
    ) -> None:
        self._documents = documents
        self._organisations = OrganisationRepository(documents)
        self._members = MemberRepository(documents)
        self._logins = LoginRepository(documents)
        self._accounts = accounts
        self._followed = MemberAccounts(documents, accounts)
        self._sign_ins = sign_ins
        self._repeats = Repeats(clock, ids)
        self._clock = clock

    def get(self, caller: Caller) -> Self:
        """Who calls. Raises NotFound, Unauthenticated (disabled a moment ago), as all of these do."""
        caller.require(Role.VIEWER)
        organisation = self._organisations.one(caller.org).value
        key = None if caller.id == caller.member else caller.id
        return Self(member=self._one(caller).value, organisation=organisation, role=caller.role, key=key)

    def update(self, caller: Caller, update: SelfUpdate) -> Self:
        """Another name, other preferences. Raises NotFound."""
        caller.require(Role.VIEWER)

        def attempt() -> None:
            read = self._one(caller)
            said: dict[str, Any] = update.model_dump(exclude_none=True)
            fields = {name: value for name, value in said.items() if getattr(read.value, name) != value}
            if fields:
                self._documents.commit([guarded(read, fields)])
            if update.name is not None:
                self._followed.follow(caller.org, caller.member)

        self._repeats.until_unrefused(attempt)
        return self.get(caller)

    def change_password(self, caller: Caller, *, current: str, password: str) -> SignedIn:
        """Another password; all sign-ins of before end, and the answer is a new one.

        Raises NotFound, Invalid (/current, /password), RateLimited after ten attempts a minute, Unavailable.
        """
        caller.require(Role.VIEWER)
        email = self._one(caller).value.email
        try:
            self._sign_ins.login(email, current)
        except Unauthenticated:
            raise Invalid([FieldError("/current", "This is not your password until now.")]) from None
        kept = self._accounts.credentials(email, password)

        def attempt() -> None:
            read, login = self._one(caller), self._logins.of_email(email)
            if login is None or login.value.member != caller.member:
                raise Unauthenticated("This account does not exist any more.")
            ended = whole_seconds(self._clock.now())
            self._followed.follow(caller.org, caller.member, password=password, valid_after=ended)
            changed = {"password_hash": kept, "invitation_hash": "", "invitation_ends_at": None}
            self._documents.commit([guarded(login, changed), guarded(read, {"tokens_valid_after": ended})])

        self._repeats.until_unrefused(attempt)
        return self._sign_ins.come_in(email, password)

    def _one(self, caller: Caller) -> Read[Member]:
        found = self._members.one(caller.org, caller.member)
        if found is None:
            raise NotFound("There is no member who answers for these credentials.")
        # Credentials are remembered for a moment; nobody who was disabled meanwhile opens their account again.
        if found.value.disabled_at is not None:
            raise Unauthenticated("This account was disabled. Ask an admin of your organisation.")
        return found
