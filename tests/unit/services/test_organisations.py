"""Organisations and how an empty stack begins."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import cast

import pytest

from shared.domain.errors import Conflict, Invalid
from shared.domain.modes import Role
from shared.ports.documents import DocumentStore, Query
from shared.services.organisations import OrganisationCreate, OrganisationService
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
