"""Organisations and how an empty stack begins."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any, cast

import pytest

from shared.domain.errors import Conflict, Invalid, Unavailable
from shared.domain.modes import Role
from shared.ports.documents import DocumentStore, Query, Update
from shared.ports.identity import Accounts
from shared.repositories import paths
from shared.services.organisations import Begun, OrganisationCreate, OrganisationService
from tests.accounts import MovedClock, firebase
from tests.unit.services.desks import Desk, Overtaken

DEMO = OrganisationCreate(name="Demo", email="demo@example.org", member_name="Demo")


def test_an_empty_stack_begins_with_an_admin_who_can_sign_in(desk: Desk) -> None:
    begun = desk.organisations.bootstrap(DEMO)
    assert begun.password is not None
    assert begun.key is not None
    signed_in = desk.sign_ins.login(DEMO.email, begun.password)
    assert (signed_in.member, signed_in.organisation.name) == (signed_in.member, "Demo")
    caller = desk.sign_ins.authenticate_key(begun.key)
    assert (caller.org, caller.member, caller.role) == (begun.organisation.id, begun.member.id, Role.ADMIN)
    assert begun.password not in repr(begun)
    assert begun.key not in repr(begun)


def test_a_restart_finds_the_same_organisation_without_its_secrets(desk: Desk) -> None:
    begun = desk.organisations.bootstrap(DEMO)
    again = desk.organisations.bootstrap(replace(DEMO, email="other@example.org"))
    assert (again.organisation.id, again.member.id) == (begun.organisation.id, begun.member.id)
    assert (again.password, again.key) == (None, None)
    assert len(desk.store.query(Query("orgs"))) == 3


def test_a_password_that_is_given_is_used(desk: Desk) -> None:
    begun = desk.organisations.bootstrap(replace(DEMO, password="open sesame"))
    assert begun.password == "open sesame"
    assert desk.sign_ins.login(" Demo@EXAMPLE.org", "open sesame").member.email == DEMO.email


def test_an_address_signs_in_at_one_place_only(desk: Desk) -> None:
    taken = replace(DEMO, email="ANA@example.org")
    for act in (desk.organisations.create, desk.organisations.bootstrap):
        with pytest.raises(Conflict, match="already") as raised:
            act(taken)
        assert raised.value.code == "email-taken"
    assert len(desk.store.query(Query("orgs"))) == 2


def test_wrong_fields_are_all_named(desk: Desk) -> None:
    wrong = OrganisationCreate(name=" ", email="nobody", member_name="x" * 101)
    with pytest.raises(Invalid) as raised:
        desk.organisations.create(wrong)
    assert [error.pointer for error in raised.value.errors] == ["/email", "/name", "/member_name"]


def overtaken(desk: Desk, first: Callable[[], object]) -> OrganisationService:
    return desk.new_organisations(cast("DocumentStore", Overtaken(desk.store, first)))


def test_two_processes_that_begin_at_once_begin_one_organisation(desk: Desk) -> None:
    slow = overtaken(desk, lambda: desk.organisations.bootstrap(DEMO))
    begun = slow.bootstrap(replace(DEMO, email="other@example.org"))
    assert (begun.member.email, begun.password, begun.key) == (DEMO.email, None, None)
    assert len(desk.store.query(Query("orgs"))) == 3


def test_an_address_that_is_taken_meanwhile_is_refused(desk: Desk) -> None:
    for name in ("create", "bootstrap"):
        taken = replace(DEMO, email=f"{name}@example.org")
        slow = overtaken(desk, partial(desk.organisations.create, taken))
        with pytest.raises(Conflict, match="already"):
            getattr(slow, name)(taken)


# --- Accounts that stand beside the documents, in Firebase: they follow, and a crash in between is mended -------------


class Interrupted:
    """Accounts that cannot be reached until `works` is set."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts, self.works = accounts, False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._accounts, name)

    def follow(self, *said: Any, **more: Any) -> None:
        if not self.works:
            raise Unavailable("Firebase Authentication does not answer.")
        self._accounts.follow(*said, **more)


@pytest.fixture
def accounts() -> Iterator[Interrupted]:
    with closing(firebase(MovedClock())) as made:
        yield Interrupted(made)


def signs_in(accounts: Interrupted, email: str, begun: Begun) -> bool:
    session = accounts.sign_in(email, begun.password)
    return session is not None and (session.org, session.member) == (begun.organisation.id, begun.member.id)


def someone(desk: Desk, **fields: str) -> OrganisationCreate:
    email = f"{desk.ids.new('mem')}@example.org"
    return replace(DEMO, email=email, **fields)


def test_an_organisation_whose_account_was_not_made_is_brought_to_its_end_by_running_it_again(
    desk: Desk, accounts: Interrupted
) -> None:
    organisations = desk.new_organisations(desk.store, cast("Accounts", accounts))
    create = someone(desk)
    for _ in range(2):
        with pytest.raises(Unavailable):
            organisations.create(create)
    accounts.works = True
    with pytest.raises(Conflict, match="already"):
        organisations.create(replace(create, name="Somebody else's"))
    begun = organisations.create(create)
    assert signs_in(accounts, create.email, begun)
    assert begun.key is not None
    assert desk.sign_ins.authenticate_key(begun.key).org == begun.organisation.id
    with pytest.raises(Conflict, match="already"):
        organisations.create(create)
    assert len(desk.store.query(Query("orgs"))) == 3


def test_a_key_that_was_given_is_in_force_once_however_often_it_is_begun(desk: Desk, accounts: Interrupted) -> None:
    organisations = desk.new_organisations(desk.store, cast("Accounts", accounts))
    create = someone(desk, key="ff_" + "k" * 43, password="open sesame")
    with pytest.raises(Unavailable):
        organisations.create(create)
    accounts.works = True
    begun = organisations.create(create)
    assert (begun.key, begun.password) == (create.key, create.password)
    caller = desk.sign_ins.authenticate_key(create.key or "")
    assert (caller.org, len(desk.keys.list(caller))) == (begun.organisation.id, 1)


def test_a_stack_whose_first_account_is_missing_makes_it_at_the_next_start(desk: Desk, accounts: Interrupted) -> None:
    organisations = desk.new_organisations(desk.store, cast("Accounts", accounts))
    create = someone(desk)
    with pytest.raises(Unavailable):
        organisations.bootstrap(create)
    accounts.works = True
    begun = organisations.bootstrap(create)
    assert signs_in(accounts, create.email, begun)
    assert begun.key is None
    again = organisations.bootstrap(create)
    assert (again.member.id, again.password, again.key) == (begun.member.id, None, None)


def test_what_nobody_could_sign_in_with_makes_nothing(desk: Desk, accounts: Interrupted) -> None:
    accounts.works = True
    organisations = desk.new_organisations(desk.store, cast("Accounts", accounts))
    with pytest.raises(Invalid, match="/password"):
        organisations.create(someone(desk, password="short"))
    assert len(desk.store.query(Query("orgs"))) == 2


def test_a_stack_whose_first_admin_was_removed_starts_again(desk: Desk, accounts: Interrupted) -> None:
    accounts.works = True
    organisations = desk.new_organisations(desk.store, cast("Accounts", accounts))
    create = someone(desk)
    begun = organisations.bootstrap(create)
    gone = {"removed_at": desk.clock.now(), "disabled_at": desk.clock.now(), "email": ""}
    desk.store.commit([Update(paths.member(begun.organisation.id, begun.member.id), gone)])
    accounts.forget(begun.member.id)
    again = organisations.bootstrap(create)
    assert (again.member.id, again.password) == (begun.member.id, None)
    assert not signs_in(accounts, create.email, begun)
