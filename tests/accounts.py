"""People's accounts on each stack, and tokens as their issuers sign them and as forgers would."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import argon2
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.local.service_tokens import TokenIssuer
from shared.adapters.embedded.accounts import LocalAccounts
from shared.adapters.embedded.documents import SqliteDocumentStore
from shared.adapters.embedded.passwords import Argon2PasswordHasher
from shared.adapters.google.accounts import FirebaseAccounts
from shared.adapters.system import SystemClock, SystemIds
from shared.domain.modes import Role
from shared.domain.people import Member
from shared.ports.documents import DocumentStore
from shared.ports.identity import Accounts, Person
from shared.repositories.indexes import INDEXES
from shared.repositories.members import create_member
from tests.emulators import PROJECT, auth_host

PASSWORD = "correct horse"


class MovedClock:
    """The machine's clock, moved by hand: an emulator beside us reads the machine's, too."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._seconds = 0.0

    def now(self) -> datetime:
        return self._clock.now() + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._clock.monotonic() + self._seconds

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self._seconds += seconds


class Signer(Protocol):
    """What a stack's tokens are signed with."""

    def right(self, claims: Mapping[str, Any]) -> str: ...

    def wrong(self, claims: Mapping[str, Any]) -> list[str]: ...


class People:
    """One stack's accounts and the documents they stand beside; everybody in it is new."""

    def __init__(self, accounts: Accounts, store: DocumentStore, clock: MovedClock, signer: Signer) -> None:
        self.accounts, self.store, self.clock, self.signer = accounts, store, clock, signer
        self.ids = SystemIds()

    def person(self, **fields: str) -> Person:
        """Somebody new."""
        member = self.ids.new("mem")
        said = {
            "member": member,
            "email": f"{member}@example.org",
            "name": "Ana Ødegård",
            "org": self.ids.new("org"),
            "role": "editor",
        }
        return Person(**{**said, **fields})

    def join(self, person: Person, password: str = PASSWORD) -> Person:
        """Make them a member with an account, as the services do."""
        kept = self.accounts.credentials(person.email, password)
        member = Member(
            id=person.member, email=person.email, name=person.name, role=Role(person.role), created_at=self.clock.now()
        )
        self.store.commit(create_member(person.org, member, kept))
        self.accounts.follow(person, password=password)
        return person

    def claims(self) -> dict[str, Any]:
        """What a right token of somebody says now."""
        person = self.join(self.person())
        session = self.accounts.sign_in(person.email, PASSWORD)
        assert session is not None
        said: dict[str, Any] = jwt.decode(session.token, options={"verify_signature": False})
        return said


class _Ed25519:
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self.key = key

    def right(self, claims: Mapping[str, Any]) -> str:
        return jwt.encode(dict(claims), self.key, algorithm="EdDSA")

    def wrong(self, claims: Mapping[str, Any]) -> list[str]:
        return [
            jwt.encode(dict(claims), Ed25519PrivateKey.generate(), algorithm="EdDSA"),
            jwt.encode(dict(claims), "a secret that is long enough for it", algorithm="HS256"),
            jwt.encode(dict(claims), "", algorithm="none"),
        ]


class _Unsigned:
    def right(self, claims: Mapping[str, Any]) -> str:
        return jwt.encode(dict(claims), "", algorithm="none")

    def wrong(self, claims: Mapping[str, Any]) -> list[str]:
        return [
            jwt.encode(dict(claims), Ed25519PrivateKey.generate(), algorithm="EdDSA"),
            jwt.encode(dict(claims), "a secret that is long enough for it", algorithm="HS256"),
            self.right(claims) + "AAAA",
        ]


class _Rs256:
    def __init__(self, issuer: TokenIssuer) -> None:
        self.issuer = issuer

    def right(self, claims: Mapping[str, Any]) -> str:
        return self.issuer.signed(claims)

    def wrong(self, claims: Mapping[str, Any]) -> list[str]:
        kid = {"kid": self.issuer.key_id}
        other = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        return [
            jwt.encode(dict(claims), other, algorithm="RS256", headers=kid),
            jwt.encode(dict(claims), other, algorithm="RS256", headers={"kid": "unknown"}),
            jwt.encode(dict(claims), other, algorithm="RS256"),
            jwt.encode(dict(claims), "a secret that is long enough for it", algorithm="HS256", headers=kid),
            jwt.encode(dict(claims), "", algorithm="none", headers=kid),
        ]


@contextmanager
def embedded(folder: Path) -> Iterator[People]:
    """Accounts in documents."""
    clock, key = MovedClock(), Ed25519PrivateKey.generate()
    hasher = Argon2PasswordHasher(argon2=argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    with closing(_store(folder, clock)) as store:
        accounts = LocalAccounts(store, passwords=hasher, key=key, clock=clock, lifetime=timedelta(hours=1))
        yield People(accounts, store, clock, _Ed25519(key))


@contextmanager
def emulator(folder: Path) -> Iterator[People]:
    """Accounts in Firebase's Auth emulator."""
    clock = MovedClock()
    with closing(_store(folder, clock)) as store, closing(firebase(clock)) as accounts:
        yield People(accounts, store, clock, _Unsigned())


@contextmanager
def signed(folder: Path) -> Iterator[People]:
    """Accounts whose tokens are signed as Google signs them; made in the emulator, which signs nothing."""
    clock = MovedClock()
    with ExitStack() as stack:
        store = stack.enter_context(closing(_store(folder, clock)))
        issuer = stack.enter_context(TokenIssuer(account="unused", clock=clock))
        made = stack.enter_context(closing(firebase(clock)))
        accounts = FirebaseAccounts(PROJECT, api_key="any", clock=clock, certs_url=issuer.certs_url)
        yield _Resigned(accounts, People(made, store, clock, _Unsigned()), _Rs256(issuer))


class _Resigned(People):
    """Verifies with Google's way of signing what the emulator issued."""

    def __init__(self, accounts: Accounts, made: People, signer: Signer) -> None:
        super().__init__(accounts, made.store, made.clock, signer)
        self._made = made

    def claims(self) -> dict[str, Any]:
        return self._made.claims()


def firebase(clock: MovedClock) -> FirebaseAccounts:
    """Accounts in the session's Auth emulator."""
    return FirebaseAccounts(PROJECT, api_key="any", clock=clock, emulator_host=auth_host())


def _store(folder: Path, clock: MovedClock) -> SqliteDocumentStore:
    return SqliteDocumentStore(folder / "documents.sqlite", clock=clock, indexes=INDEXES)
