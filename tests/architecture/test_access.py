"""Every path has its line in the table of who may read it (tests/rules/access.py), and its block of rules or none."""

from types import ModuleType

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
