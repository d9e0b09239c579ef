"""Organisations and their first admin."""

from dataclasses import dataclass, field

from shared.domain.errors import Conflict, FieldError, GuardRefused, Invalid
from shared.domain.modes import Role
from shared.domain.organisations import KeyCreate, Member, Organisation
from shared.ports.clock import Clock
from shared.ports.documents import Create, DocumentStore, Write
from shared.ports.identity import PasswordHasher
from shared.ports.ids import Ids
from shared.repositories import paths
from shared.repositories.collections import Read
from shared.repositories.organisations import (
    FirstOrganisation,
    FirstOrganisationRepository,
    LoginRepository,
    MemberRepository,
    OrganisationRepository,
    create_key,
    create_member,
)
from shared.services.keys import new_key, new_secret

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

    def __init__(self, documents: DocumentStore, *, passwords: PasswordHasher, clock: Clock, ids: Ids) -> None:
        self._documents = documents
        self._organisations = OrganisationRepository(documents)
        self._members = MemberRepository(documents)
        self._logins = LoginRepository(documents)
        self._first = FirstOrganisationRepository(documents)
        self._passwords = passwords
        self._clock = clock
        self._ids = ids

    def create(self, create: OrganisationCreate) -> Begun:
        """A new organisation, its admin, the admin's password and an admin's key.

        Raises Invalid, Conflict when the e-mail address signs in somewhere already.
        """
        begun, writes = self._begin(create)
        try:
            self._documents.commit(writes)
        except GuardRefused:
            raise _taken() from None
        return begun

    def bootstrap(self, create: OrganisationCreate) -> Begun:
        """The organisation that an empty stack begins with, made once: later calls, in any process, find it again without secrets.

        Raises Invalid, Conflict as `create` does.
        """
        first = self._first.one()
        if first is not None:
            return self._found(first)
        begun, writes = self._begin(create)
        try:
            self._documents.commit([*writes, self._first.create(begun.organisation.id, begun.member.id)])
        except GuardRefused:
            first = self._first.one()
            if first is None:
                raise _taken() from None
            return self._found(first)
        return begun

    def _begin(self, create: OrganisationCreate) -> tuple[Begun, list[Write]]:
        _check(create)
        if self._logins.of_email(create.email) is not None:
            raise _taken()
        now = self._clock.now()
        password = create.password or self._ids.secret()
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
            *create_member(organisation.id, member, self._passwords.hash(password)),
            *create_key(organisation.id, key, secret),
        ]
        return Begun(organisation=organisation, member=member, password=password, key=secret), writes

    def _found(self, first: Read[FirstOrganisation]) -> Begun:
        member = self._members.get(paths.member(first.value.org, first.value.member)).value
        organisation = self._organisations.one(first.value.org).value
        return Begun(organisation=organisation, member=member, password=None, key=None)


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
