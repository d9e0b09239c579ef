"""What every identity provider and password hasher promises."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.adapters.embedded.identity import LocalIdentityProvider
from shared.adapters.embedded.passwords import Argon2PasswordHasher
from shared.domain.errors import Invalid, Unauthenticated
from shared.ports.identity import IdentityProvider, PasswordHasher, Person
from tests.clocks import ManualClock

PERSON = Person(
    member="mem_aaaaaaaaaaaaaaaaaaaa",
    email="ana@example.org",
    name="Ana Ødegård",
    org="org_aaaaaaaaaaaaaaaaaaaa",
    role="editor",
)


@dataclass(frozen=True)
class Stack:
    identity: IdentityProvider
    clock: ManualClock
    key: Ed25519PrivateKey


def embedded() -> Stack:
    clock, key = ManualClock(), Ed25519PrivateKey.generate()
    provider = LocalIdentityProvider(key, clock=clock, lifetime=timedelta(hours=12))
    return Stack(provider, clock, key)


STACKS: dict[str, Callable[[], Stack]] = {"embedded": embedded}


@pytest.fixture(params=STACKS)
def stack(request: pytest.FixtureRequest) -> Stack:
    return STACKS[request.param]()


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def test_a_person_who_signed_in_is_known_by_the_token(stack: Stack) -> None:
    session = stack.identity.sign_in(PERSON)
    assert stack.identity.verify(session.token) == PERSON
    assert session.expires_at == stack.clock.now() + timedelta(hours=12)


def test_a_persons_token_ends(stack: Stack) -> None:
    session = stack.identity.sign_in(PERSON)
    stack.clock.advance(12 * 3600 - 1)
    assert stack.identity.verify(session.token) == PERSON
    stack.clock.advance(60)
    with pytest.raises(Unauthenticated, match="expired"):
        stack.identity.verify(session.token)


def test_tokens_of_another_installation_are_refused(stack: Stack) -> None:
    other = embedded()
    with pytest.raises(Unauthenticated):
        stack.identity.verify(other.identity.sign_in(PERSON).token)


def test_a_token_that_was_changed_is_refused(stack: Stack) -> None:
    head, body, signature = stack.identity.sign_in(PERSON).token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    admin = base64.urlsafe_b64encode(json.dumps(claims | {"role": "admin"}).encode()).rstrip(b"=").decode()
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    for forged in (f"{head}.{admin}.{signature}", f"{none}.{admin}.", f"{head}.{body}.", f"{head}.{body}"):
        with pytest.raises(Unauthenticated):
            stack.identity.verify(forged)


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "HS256"},
        {"iss": "https://elsewhere.example"},
        {"aud": "other"},
        {"aud": ["fanfold", "other"]},
        {"sub": None},
        {"org": None},
        {"role": 7},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 10**400},
        {"exp": True},
        {"iat": None},
        {"iat": 4_000_000_000},
    ],
)
def test_a_token_that_we_signed_but_would_not_issue_is_refused(stack: Stack, changes: dict[str, Any]) -> None:
    claims = claims_of(stack.identity.sign_in(PERSON).token) | changes
    algorithm = claims.pop("alg", "EdDSA")
    kept = {name: value for name, value in claims.items() if value is not None}
    key = stack.key if algorithm == "EdDSA" else b"a secret that is long enough for it"
    with pytest.raises(Unauthenticated):
        stack.identity.verify(jwt.encode(kept, key, algorithm=algorithm))


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "x" * 100_000,
        "é.é.é",
        "\ud800",
        "\0",
        base64.urlsafe_b64encode(b"[" * 5_000).decode() + ".e30.AA",
    ],
)
def test_garbage_is_no_token(stack: Stack, garbage: str) -> None:
    with pytest.raises(Unauthenticated):
        stack.identity.verify(garbage)


def test_two_people_have_two_tokens(stack: Stack) -> None:
    other = replace(PERSON, member="mem_bbbbbbbbbbbbbbbbbbbb", org="org_bbbbbbbbbbbbbbbbbbbb", role="viewer")
    tokens = [stack.identity.sign_in(person).token for person in (PERSON, other)]
    assert [stack.identity.verify(token) for token in tokens] == [PERSON, other]


# --- Passwords -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[Argon2PasswordHasher])
def hasher(request: pytest.FixtureRequest) -> PasswordHasher:
    made: PasswordHasher = request.param()
    return made


def test_the_password_that_was_hashed_matches_and_no_other(hasher: PasswordHasher) -> None:
    hashed = hasher.hash("correct horse")
    assert "correct horse" not in hashed
    assert hasher.matches("correct horse", hashed)
    assert not hasher.matches("correct horsf", hashed)
    assert not hasher.matches("", hashed)


def test_the_same_password_has_another_hash_each_time(hasher: PasswordHasher) -> None:
    assert hasher.hash("twice") != hasher.hash("twice")


def test_nothing_matches_an_account_that_does_not_exist(hasher: PasswordHasher) -> None:
    assert not hasher.matches("nobody's password", "")
    assert not hasher.matches("", "")
    assert not hasher.matches("anything", "not a hash")


def test_an_accent_may_be_typed_either_way(hasher: PasswordHasher) -> None:
    assert hasher.matches("caf\u0065\u0301", hasher.hash("caf\u00e9"))


@pytest.mark.parametrize("password", ["", "x" * 1_025])
def test_a_password_has_one_to_1024_bytes(hasher: PasswordHasher, password: str) -> None:
    with pytest.raises(Invalid, match="/password"):
        hasher.hash(password)
    assert not hasher.matches(password, hasher.hash(password[:1_024] or "x"))
