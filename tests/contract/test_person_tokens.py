"""Which tokens of people are believed: the embedded stack's, the Auth emulator's, and those that Google signs."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.domain.errors import Unauthenticated
from tests.accounts import People, embedded, emulator, signed

STACKS = {"embedded": embedded, "emulator": emulator, "google": signed}


@pytest.fixture(params=STACKS)
def people(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[People]:
    with STACKS[request.param](tmp_path) as made:
        yield made


@pytest.fixture(params=["emulator", "google"])
def firebase(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[People]:
    with STACKS[request.param](tmp_path) as made:
        yield made


def part(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def test_a_token_signed_by_another_is_refused(people: People) -> None:
    claims = people.claims()
    assert people.accounts.verify(people.signer.right(claims)).member == claims["sub"]
    for forged in people.signer.wrong(claims):
        with pytest.raises(Unauthenticated):
            people.accounts.verify(forged)


def test_a_token_that_was_changed_is_refused(people: People) -> None:
    claims = people.claims()
    head, body, signature = people.signer.right(claims).split(".")
    other = part(claims | {"org": "org_aaaaaaaaaaaaaaaaaaaa"})
    forged = [f"{head}.{body}", f"{head}.{body}.AAAA", f"{part({'alg': 'RS256', 'kid': 'k'})}.{other}.AAAA"]
    if signature:
        forged += [f"{head}.{other}.{signature}", f"{head}.{body}.", f"{part({'alg': 'none'})}.{body}."]
    for token in forged:
        with pytest.raises(Unauthenticated):
            people.accounts.verify(token)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": ["demo-fanfold", "fanfold"]},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"org": None},
        {"org": 7},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 10**400},
        {"exp": True},
        {"exp": 4_000_000_000},
        {"iat": None},
        {"iat": 4_000_000_000},
    ],
)
def test_a_token_by_the_right_key_that_says_what_none_of_ours_says_is_refused(
    people: People, changes: dict[str, Any]
) -> None:
    said = people.claims()
    people.accounts.verify(people.signer.right(said))
    kept = {name: value for name, value in (said | changes).items() if value is not None}
    with pytest.raises(Unauthenticated):
        people.accounts.verify(people.signer.right(kept))


def test_a_token_of_the_past_is_refused(people: People) -> None:
    said = people.claims()
    old = said | {"iat": said["iat"] - 7_200, "exp": said["exp"] - 7_200}
    with pytest.raises(Unauthenticated, match="expired"):
        people.accounts.verify(people.signer.right(old))


@pytest.mark.parametrize("moment", [None, "today", 0, -1, True, 4_000_000_000])
def test_a_token_of_firebase_says_when_its_owner_signed_in(firebase: People, moment: object) -> None:
    said = {name: value for name, value in (firebase.claims() | {"auth_time": moment}).items() if value is not None}
    with pytest.raises(Unauthenticated, match="signed in"):
        firebase.accounts.verify(firebase.signer.right(said))


def test_somebody_without_an_organisation_is_told_so(firebase: People) -> None:
    said = firebase.claims()
    del said["org"]
    with pytest.raises(Unauthenticated, match="no organisation"):
        firebase.accounts.verify(firebase.signer.right(said))


@pytest.mark.parametrize(
    "garbage",
    [
        *("", ".", "..", "a.b.c", "x" * 100_000, "é.é.é", "\ud800", "\0"),
        *(part(["none"]) + ".e30.", part({"alg": "none"}) + ".W10."),
        base64.urlsafe_b64encode(b"[" * 5_000).decode() + ".e30.AA",
    ],
)
def test_garbage_is_no_token(people: People, garbage: str) -> None:
    with pytest.raises(Unauthenticated):
        people.accounts.verify(garbage)
