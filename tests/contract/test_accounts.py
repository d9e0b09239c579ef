"""What all accounts promise: embedded ones, and Firebase's over its emulator."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from shared.domain.errors import Conflict, Invalid, NotFound, Unauthenticated
from tests.accounts import PASSWORD, People, embedded, emulator
from tests.emulators import auth_host

STACKS = {"embedded": embedded, "firebase": emulator}


@pytest.fixture(params=STACKS)
def people(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[People]:
    with STACKS[request.param](tmp_path) as made:
        yield made


@pytest.fixture
def firebase(tmp_path: Path) -> Iterator[People]:
    with emulator(tmp_path) as made:
        yield made


def test_a_person_who_signed_in_is_known_by_the_token(people: People) -> None:
    person = people.join(people.person())
    session = people.accounts.sign_in(person.email, PASSWORD)
    assert session is not None
    assert (session.org, session.member) == (person.org, person.member)
    assert session.token not in repr(session)
    bearer = people.accounts.verify(session.token)
    assert (bearer.org, bearer.member) == (person.org, person.member)
    assert abs(bearer.signed_in_at - people.clock.now()) < timedelta(minutes=1)
    assert people.accounts.verify(session.token) == bearer


def test_a_persons_token_ends_although_it_was_verified_before(people: People) -> None:
    person = people.join(people.person())
    session = people.accounts.sign_in(person.email, PASSWORD)
    assert session is not None
    people.clock.advance(1_800)
    people.accounts.verify(session.token)
    people.clock.advance(1_900)
    assert session.expires_at < people.clock.now()
    with pytest.raises(Unauthenticated, match="expired"):
        people.accounts.verify(session.token)


def test_a_wrong_address_and_a_wrong_password_look_the_same(people: People) -> None:
    person = people.join(people.person())
    for email, password in (
        (person.email, "wrong horse"),
        (person.email, PASSWORD.upper()),
        (person.email, ""),
        (person.email, "x" * 5_000),
        (person.email, "\ud800"),
        (f"x{person.email}", PASSWORD),
        ("", PASSWORD),
        ("nobody", PASSWORD),
        ("a@b@c", PASSWORD),
        ("\ud800@example.org", PASSWORD),
    ):
        assert people.accounts.sign_in(email, password) is None


def test_case_and_spaces_around_an_address_and_the_way_an_accent_is_typed_do_not_matter(people: People) -> None:
    person = people.join(people.person(), "caf\u00e9 au lait")
    session = people.accounts.sign_in(f"  {person.email.upper()} ", "cafe\u0301 au lait")
    assert session is not None
    assert session.member == person.member


def test_two_people_have_two_tokens(people: People) -> None:
    for person in (people.join(people.person()), people.join(people.person(role="viewer"))):
        session = people.accounts.sign_in(person.email, PASSWORD)
        assert session is not None
        assert people.accounts.verify(session.token).member == person.member


def test_what_a_login_keeps_is_not_the_password(people: People) -> None:
    assert PASSWORD not in people.accounts.credentials("ana@example.org", PASSWORD)
    for password in ("", "x" * 1_025):
        with pytest.raises(Invalid, match="/password"):
            people.accounts.credentials("ana@example.org", password)


def test_an_account_follows_as_often_as_it_is_told_to(people: People) -> None:
    person = people.join(people.person())
    for _ in range(2):
        people.accounts.follow(person, password=PASSWORD)
        assert people.accounts.follows(person)
    assert people.accounts.sign_in(person.email, PASSWORD) is not None
    for _ in range(2):
        people.accounts.forget(person.member)


# --- What only Firebase has to catch up with -------------------------------------------------------------------------


def test_an_account_is_made_after_a_crash_between_member_and_account(firebase: People) -> None:
    person = firebase.person()
    assert not firebase.accounts.follows(person)
    with pytest.raises(NotFound, match="password"):
        firebase.accounts.follow(person)
    firebase.accounts.follow(person, password=PASSWORD)
    assert firebase.accounts.follows(person)
    firebase.accounts.forget(person.member)
    assert not firebase.accounts.follows(person)
    assert firebase.accounts.sign_in(person.email, PASSWORD) is None


def test_a_new_role_is_in_the_next_token_and_the_password_stays(firebase: People) -> None:
    person = firebase.join(firebase.person())
    changed = replace(person, role="viewer")
    assert not firebase.accounts.follows(changed)
    firebase.accounts.follow(changed)
    assert firebase.accounts.follows(changed)
    assert not firebase.accounts.follows(replace(changed, email=f"x{person.email}"))
    assert firebase.accounts.sign_in(person.email, PASSWORD) is not None


def test_a_disabled_person_cannot_sign_in_and_is_told_what_strangers_are_told(firebase: People) -> None:
    person = firebase.join(firebase.person())
    firebase.accounts.follow(person, is_disabled=True, valid_after=firebase.clock.now())
    for password in (PASSWORD, "wrong horse"):
        assert firebase.accounts.sign_in(person.email, password) is None
    firebase.accounts.follow(person)
    assert firebase.accounts.sign_in(person.email, PASSWORD) is not None


def test_an_address_that_another_account_has_is_a_conflict(firebase: People) -> None:
    first, second = firebase.join(firebase.person()), firebase.person()
    with pytest.raises(Conflict, match="Delete it there") as raised:
        firebase.accounts.follow(replace(second, email=first.email), password=PASSWORD)
    assert raised.value.code == "email-taken"
    firebase.join(second)
    with pytest.raises(Conflict):
        firebase.accounts.follow(replace(second, email=first.email))


def test_addresses_and_passwords_that_firebase_refuses_are_named_before_anything_is_made(firebase: People) -> None:
    for email, password in (("ana", PASSWORD), ("ana@example", PASSWORD), ("a na@example.org", PASSWORD)):
        with pytest.raises(Invalid, match="/email"):
            firebase.accounts.credentials(email, password)
    with pytest.raises(Invalid, match=r"/email.*/password"):
        firebase.accounts.credentials("ana", "short")


def test_an_ended_sign_in_is_ended_at_firebase_too(firebase: People) -> None:
    person = firebase.join(firebase.person())
    session = firebase.accounts.sign_in(person.email, PASSWORD)
    assert session is not None

    def told() -> int:
        url = f"http://{auth_host()}/identitytoolkit.googleapis.com/v1/accounts:lookup"
        headers = {"X-Goog-Api-Key": "any"}
        return httpx.post(url, json={"idToken": session.token}, headers=headers, trust_env=False).status_code

    assert told() == 200
    firebase.accounts.follow(person, valid_after=firebase.clock.now() + timedelta(seconds=2))
    assert told() == 400
