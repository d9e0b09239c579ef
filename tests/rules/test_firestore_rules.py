"""Firestore's rules give web clients what the table of access.py says, and nothing else to anybody."""

from collections.abc import Mapping
from typing import Any

import pytest

from shared.domain.modes import Role
from tests.rules.access import DOCUMENTS, Access, path_of
from tests.rules.conftest import ABSENT, DELETED, HERE, ORG, OTHER_ORG, RULES, Connect
from tests.rules.web_clients import Answer, WebClient

MEMBERS: dict[str, Mapping[str, Any]] = {
    role.value: {"sub": f"mem_{role.value}", "org": ORG, "role": role.value} for role in Role
}
STRANGERS: dict[str, Mapping[str, Any] | None] = {
    "anonymous": None,
    "without claims": {},
    "without an organisation": {"role": "admin"},
    "without a role": {"org": ORG},
    "of an unknown role": {"org": ORG, "role": "owner"},
    "disabled": {"org": ORG, "role": "disabled"},
    "admin of another organisation": {"org": OTHER_ORG, "role": "admin"},
    "viewer of another organisation": {"org": OTHER_ORG, "role": "viewer"},
}
# Claims that are nearly right; tried where somebody may read.
ODD: dict[str, Mapping[str, Any]] = {
    "of a role in capitals": {"org": ORG, "role": "ADMIN"},
    "of an empty role": {"org": ORG, "role": ""},
    "of a list of roles": {"org": ORG, "role": ["admin"]},
    "of a list of organisations": {"org": [ORG], "role": "admin"},
    "of a map of organisations": {"org": {ORG: True}, "role": "admin"},
    "of an organisation whose name begins alike": {"org": f"{ORG}a", "role": "admin"},
    "of an organisation in capitals": {"org": ORG.upper(), "role": "admin"},
}
EVERYONE = MEMBERS | STRANGERS
GRANTED, DENIED = True, False

each_document = pytest.mark.parametrize("name", DOCUMENTS)


def reads(client: WebClient, name: str) -> dict[str, bool]:
    """What this caller may read of a document and its collection: every way to ask."""
    path = path_of(name, ORG, HERE)
    collection = path.rpartition("/")[0]
    group = collection.rpartition("/")[2]
    asked = {
        "get": client.get(path),
        "get absent": client.get(f"{collection}/{ABSENT}"),
        "list kept": client.list(collection, kept=True),
        "list all": client.list(collection),
        "list 200": client.list(collection, kept=True, limit=200),
        "list 201": client.list(collection, kept=True, limit=201),
        "list without limit": client.list(collection, kept=True, limit=None),
        "group": client.list(group, kept=True, group=True),
    }
    if DOCUMENTS[name].hides_deleted:
        asked["get deleted"] = client.get(path_of(name, ORG, DELETED))
    return {way: answer.allowed for way, answer in asked.items()}


def expected(access: Access, name: str, role: Role | None) -> dict[str, bool]:
    """The table's line for a role of the organisation, or for a stranger."""
    get, listed = role in access.get, role in access.list
    ways = {
        "get": get,
        # Whether something is there is told only where there is nothing to hide; another organisation's name never.
        "get absent": get and not access.hides_deleted and name != "organisation",
        "list kept": listed,
        "list all": listed and not access.hides_deleted,
        "list 200": listed,
        "list 201": DENIED,
        "list without limit": DENIED,
        "group": DENIED,
    }
    return ways | ({"get deleted": DENIED} if access.hides_deleted else {})


@each_document
@pytest.mark.parametrize("role", Role)
def test_a_member_reads_what_the_table_gives_to_the_role(connect: Connect, name: str, role: Role) -> None:
    assert reads(connect(MEMBERS[role.value]), name) == expected(DOCUMENTS[name], name, role)


@each_document
@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_reads_nothing(connect: Connect, name: str, who: str) -> None:
    assert reads(connect(STRANGERS[who]), name) == expected(DOCUMENTS[name], name, None)


@pytest.mark.parametrize("name", [name for name, access in DOCUMENTS.items() if access.get])
@pytest.mark.parametrize("who", ODD)
def test_claims_that_are_nearly_right_read_nothing(connect: Connect, name: str, who: str) -> None:
    assert reads(connect(ODD[who]), name) == expected(DOCUMENTS[name], name, None)


@each_document
@pytest.mark.parametrize("who", EVERYONE)
def test_nobody_writes(connect: Connect, owner: WebClient, name: str, who: str) -> None:
    client = connect(EVERYONE[who])
    path = path_of(name, ORG, HERE)
    absent = f"{path.rpartition('/')[0]}/{ABSENT}"
    asked: dict[str, Answer] = {}
    for place, at in (("present", path), ("absent", absent)):
        asked |= {
            f"create {place}": client.create(at),
            f"put {place}": client.put(at),
            f"update {place}": client.update(at),
            f"increment {place}": client.increment(at),
            f"delete {place}": client.delete(at),
        }
    assert [way for way, answer in asked.items() if answer.allowed] == []
    assert owner.get(path).paths == (path,)
    assert owner.get(absent).paths == ()


@pytest.mark.parametrize("role", Role)
def test_people_see_their_own_member_document_whatever_their_role(connect: Connect, role: Role) -> None:
    own, namesake = path_of("member", ORG, HERE), path_of("member", OTHER_ORG, HERE)
    client = connect({"sub": HERE, "org": ORG, "role": role.value})
    assert client.get(own) == Answer(GRANTED, (own,))
    assert not client.get(namesake).allowed


def test_an_own_member_document_is_not_shown_without_a_role(connect: Connect) -> None:
    assert not connect({"sub": HERE, "org": ORG, "role": "disabled"}).get(path_of("member", ORG, HERE)).allowed


@pytest.mark.parametrize("name", [name for name, access in DOCUMENTS.items() if access.list])
def test_a_list_gives_the_documents_of_the_own_organisation_that_are_kept(connect: Connect, name: str) -> None:
    collection = path_of(name, ORG, HERE).rpartition("/")[0]
    assert connect(MEMBERS["admin"]).list(collection, kept=True).paths == (path_of(name, ORG, HERE),)


@pytest.mark.parametrize(
    "path",
    [
        "unheard/of",
        f"orgs/{ORG}/unheard/of",
        f"orgs/{ORG}/batches/{HERE}/unheard/of",
        f"orgs/{ORG}/batches/{HERE}/items/{HERE}/unheard/of",
        f"orgs/{ORG}/assets/{HERE}/items/of",
        f"system/keys/by_hash/{HERE}/orgs/{ORG}",
        f"system/{ORG}/orgs/{ORG}/batches/{HERE}",
    ],
)
def test_what_no_rule_names_is_denied_to_admins_too(connect: Connect, owner: WebClient, path: str) -> None:
    owner.put(path)
    client = connect(MEMBERS["admin"])
    asked = [client.get(path), client.list(path.rpartition("/")[0]), client.put(path), client.delete(path)]
    assert [answer.allowed for answer in asked] == [DENIED] * 4


def test_no_rule_reads_another_document_or_lets_anybody_write() -> None:
    rules = [line.partition("//")[0] for line in RULES.read_text(encoding="utf-8").splitlines()]
    allowed = [line.partition("allow ")[2].partition(":")[0] for line in rules if "allow " in line]
    assert set(allowed) == {"get", "list"}
    assert [
        line for line in rules if any(f"{word}(" in line for word in ("get", "exists", "getAfter", "existsAfter"))
    ] == []
