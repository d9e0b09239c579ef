"""Organisations and their first admin."""

from dataclasses import dataclass, field

from shared.domain.errors import Conflict, FieldError, GuardRefused, Invalid
from shared.domain.keys import KeyCreate
from shared.domain.modes import Role
from shared.domain.organisations import Organisation
from shared.domain.people import Login, Member
from shared.ports.clock import Clock
from shared.ports.documents import Create, DocumentStore, Write
from shared.ports.identity import Accounts
from shared.ports.ids import Ids
from shared.repositories import paths
from shared.repositories.collections import Read
from shared.repositories.first_organisations import FirstOrganisation, FirstOrganisationRepository
from shared.repositories.keys import KeyHashRepository, create_key
from shared.repositories.members import LoginRepository, MemberRepository, create_member
from shared.repositories.organisations import OrganisationRepository
from shared.services.keys import new_key, new_secret
from shared.services.member_accounts import person_of

MAX_EMAIL = 254
MAX_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An organisation with its first admin; `password` and `key` are None unless they were made just now."""

    organisation: Organisation
    member: Member
    password: str | None = field(repr=False)
    key: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationCreate:
    """An organisation to be made, with its first admin; without a password or a key (`ff_…`) one is made up."""

    name: str
    email: str
    member_name: str
    password: str | None = field(default=None, repr=False)
    key: str | None = field(default=None, repr=False)


class OrganisationService:
    """Makes organisations."""

    def __init__(self, documents: DocumentStore, *, accounts: Accounts, clock: Clock, ids: Ids) -> None:
        self._documents = documents
        self._organisations = OrganisationRepository(documents)
        self._members = MemberRepository(documents)
        self._logins = LoginRepository(documents)
        self._hashes = KeyHashRepository(documents)
        self._first = FirstOrganisationRepository(documents)
        self._accounts = accounts
        self._clock = clock
        self._ids = ids

    def create(self, create: OrganisationCreate) -> Begun:
        """A new organisation, its admin, the admin's password and an admin's key.

        Whoever was interrupted runs it again: the admin's account is made then, with the password of the later call and one more key.
        Raises Invalid, Conflict when the e-mail address signs in somewhere already, Unavailable.
        """
        begun, writes = self._begin(create)
        login = self._logins.of_email(create.email)
        if login is not None:
            return self._resumed(create, login.value)
        try:
            self._documents.commit(writes)
        except GuardRefused:
            raise _taken() from None
        self._accounts.follow(person_of(begun.organisation.id, begun.member), password=begun.password)
        return begun

    def bootstrap(self, create: OrganisationCreate) -> Begun:
        """The organisation that an empty stack begins with, made once: later calls, in any process, find it again without secrets
        (but for the password of an account that was not made until then).

        Raises Invalid, Conflict, Unavailable as `create` does.
        """
        first = self._first.one()
        if first is not None:
            return self._found(first, create)
        begun, writes = self._begin(create)
        if self._logins.of_email(create.email) is not None:
            raise _taken()
        try:
            self._documents.commit([*writes, self._first.create(begun.organisation.id, begun.member.id)])
        except GuardRefused:
            first = self._first.one()
            if first is None:
                raise _taken() from None
            return self._found(first, create)
        self._accounts.follow(person_of(begun.organisation.id, begun.member), password=begun.password)
        return begun

    def _begin(self, create: OrganisationCreate) -> tuple[Begun, list[Write]]:
        _check(create)
        now = self._clock.now()
        password = create.password or self._ids.secret()
        kept = self._accounts.credentials(create.email, password)
        organisation = Organisation(id=self._ids.new("org"), name=create.name.strip(), created_at=now)
        member = Member(
            id=self._ids.new("mem"),
            email=create.email.strip(),
            name=create.member_name.strip(),
            role=Role.ADMIN,
            created_at=now,
        )
        secret = create.key or new_secret(self._ids)
        key = new_key(self._ids, KeyCreate(name="First key", role=Role.ADMIN), secret, member=member.id, now=now)
        writes = [
            Create(paths.organisation(organisation.id), organisation.written()),
            *create_member(organisation.id, member, kept),
            *create_key(organisation.id, key, secret),
        ]
        return Begun(organisation=organisation, member=member, password=password, key=secret), writes

    def _found(self, first: Read[FirstOrganisation], create: OrganisationCreate) -> Begun:
        organisation, member = self._made(first.value.org, first.value.member)
        return Begun(
            organisation=organisation, member=member, password=self._mended(organisation, member, create), key=None
        )

    def _resumed(self, create: OrganisationCreate, login: Login) -> Begun:
        """What an interrupted call began, brought to its end; raises Conflict when it was not this organisation, or nothing is left to do."""
        organisation, member = self._made(login.org, login.member)
        password = self._mended(organisation, member, create) if organisation.name == create.name.strip() else None
        if password is None:
            raise _taken()
        secret = create.key or new_secret(self._ids)
        if self._hashes.of_secret(secret) is None:
            now = self._clock.now()
            key = new_key(self._ids, KeyCreate(name="First key", role=Role.ADMIN), secret, member=member.id, now=now)
            self._documents.commit(create_key(organisation.id, key, secret))
        return Begun(organisation=organisation, member=member, password=password, key=secret)

    def _made(self, org: str, member: str) -> tuple[Organisation, Member]:
        return self._organisations.one(org).value, self._members.get(paths.member(org, member)).value

    def _mended(self, organisation: Organisation, member: Member, create: OrganisationCreate) -> str | None:
        """The password that the account was made with just now; None when it was there, or its owner was removed."""
        person = person_of(organisation.id, member)
        if member.removed_at is not None or self._accounts.follows(person):
            return None
        password = create.password or self._ids.secret()
        self._accounts.credentials(member.email, password)
        self._accounts.follow(person, password=password)
        return password


def _check(create: OrganisationCreate) -> None:
    name, _, host = create.email.strip().partition("@")
    wrong = []
    if not (name and host) or len(create.email) > MAX_EMAIL:
        wrong.append(FieldError("/email", f"Give an e-mail address of at most {MAX_EMAIL} characters."))
    if not 1 <= len(create.name.strip()) <= MAX_NAME:
        wrong.append(FieldError("/name", f"Give a name of 1 to {MAX_NAME} characters."))
    if not 1 <= len(create.member_name.strip()) <= MAX_NAME:
        wrong.append(FieldError("/member_name", f"Give a name of 1 to {MAX_NAME} characters."))
    if wrong:
        raise Invalid(wrong)


def _taken() -> Conflict:
    return Conflict("Somebody signs in with this e-mail address already. Choose another one.", code="email-taken")
