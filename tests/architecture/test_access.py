"""Every path has its line in the table of who may read it (tests/rules/access.py), and its block of rules or none."""

from types import ModuleType

import pytest

from shared.domain.callers import Caller
from shared.domain.errors import Forbidden
from shared.domain.modes import Role
from shared.http.openapi import access_of
from shared.http.sections import api_routes
from shared.repositories import paths
from tests.rules import access


def test_every_path_has_its_line_in_the_table_of_access() -> None:
    assert access.missing() == [], "say in tests/rules/access.py who may read these, and in infra/firestore.rules"
    assert access.needless() == []


def batches_of(org: str) -> str:
    return f"orgs/{org}/batches"


def wish(org: str, wish_id: str) -> str:
    return f"orgs/{org}/wishes/{wish_id}"


def wishes(org: str) -> str:
    return f"orgs/{org}/wishes"


def test_a_new_path_is_noticed() -> None:
    longer = ModuleType("paths")
    added = {"batches_of": batches_of, "wish": wish, "wishes": wishes, "WISH": "system/wish"}
    vars(longer).update(vars(paths) | added)
    assert access.missing(longer) == ["wish", "wishes", "WISH"]


def may(role: Role, least: Role) -> bool:
    """Whether the API lets this role do what needs at least the other."""
    try:
        Caller(org="org_a", id="mem_a", member="mem_a", role=role).require(least)
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize("name", [name for name, one in access.DOCUMENTS.items() if one.api])
def test_web_clients_read_what_the_api_shows_to_the_same_roles(name: str) -> None:
    line = access.DOCUMENTS[name]
    [route] = [one for one in api_routes() if one.path_format == line.api and "GET" in (one.methods or ())]
    asked = access_of(route)
    assert asked is not None
    assert line.get == line.list == {role for role in Role if may(role, asked.role)}
