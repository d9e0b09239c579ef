"""Nothing dangles, nothing is idle, and nothing waits for itself."""

from graphlib import CycleError, TopologicalSorter

import pytest

from tests.terraform.configurations import Block, block, everything, local_values, named, references, resources
from tests.terraform.test_arguments import DOCUMENTED

# What the provider computes, beyond the arguments and the id that everything has.
COMPUTED = {
    "google_apikeys_key": {"key_string"},
    "google_cloudfunctions2_function": {"url"},
    "google_firebaserules_ruleset": {"name"},
    "google_iam_workload_identity_pool": {"name"},
    "google_iam_workload_identity_pool_provider": {"name"},
    "google_service_account": {"email", "member", "name"},
    "data.google_project": {"number"},
    "data.google_storage_project_service_account": {"email_address"},
}


def dangling(one: Block) -> list[str]:
    """What the block speaks of that does not exist."""
    found = []
    for kind, name, attribute in sorted(one.references()):
        if kind == "var":
            known = name in named("variable")
        elif kind == "local":
            known = name in local_values()
        else:
            data = kind.startswith("data.")
            known = f"{kind.removeprefix('data.')}.{name}" in resources("data" if data else "resource")
            arguments = set() if data else set(DOCUMENTED[kind][""])
            known = known and (not attribute or attribute in arguments | COMPUTED.get(kind, set()) | {"id"})
        if not known:
            found.append(".".join(part for part in (kind, name, attribute) if part))
    return found


def waits_for() -> dict[str, set[str]]:
    """For every resource, output and local value what must be there before it."""
    graph = {}
    for one in everything():
        own = f"local.{one.name}" if one.kind == "locals" else one.address if one.type else f"{one.kind}.{one.name}"
        # A loop's own words in an index never name a resource; a variable waits for nothing.
        graph[own] = {f"{kind.removeprefix('data.')}.{name}" for kind, name, _ in one.references() if kind != "var"}
    return graph


def test_every_reference_leads_somewhere() -> None:
    assert {one.address or one.name: lost for one in everything() if (lost := dangling(one))} == {}


@pytest.mark.parametrize(
    ("expression", "lost"),
    [
        ('"${var.nothing}"', ["var.nothing"]),
        ("${local.nowhere[each.key]}", ["local.nowhere"]),
        ("${google_pubsub_topic.none[each.key].id}", ["google_pubsub_topic.none.id"]),
        ("${google_service_account.tasks.colour}", ["google_service_account.tasks.colour"]),
        ("${[for x in google_service_account.gone : x.name]}", ["google_service_account.gone"]),
        ('"about var.nothing and ${var.project}"', []),
        ('${lookup({a = "var.nothing"}, var.region)}', []),
        ("${google_storage_bucket.buckets[local.no].name}", ["local.no"]),
    ],
)
def test_a_lost_reference_is_seen(expression: str, lost: list[str]) -> None:
    assert dangling(block("", {"value": expression})) == lost


def test_no_variable_or_local_value_is_idle() -> None:
    used = {(kind, name) for one in everything() for kind, name, _ in one.references()}
    assert [name for name in named("variable") if ("var", name) not in used - _own(name)] == []
    assert [name for name in local_values() if ("local", name) not in used] == []


def _own(name: str) -> set[tuple[str, str]]:
    """A variable that only its own validation names is idle all the same."""
    elsewhere = {
        (kind, other)
        for one in everything()
        if not (one.kind == "variable" and one.name == name)
        for kind, other, _ in one.references()
    }
    return {("var", name)} - elsewhere


def test_nothing_waits_for_itself() -> None:
    try:
        TopologicalSorter(waits_for()).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


def test_every_variable_says_what_it_is() -> None:
    for name, variable in named("variable").items():
        assert {"description", "type"} <= set(variable.arguments), name
    for name, output in named("output").items():
        assert "description" in output.arguments, name


def test_references_are_read_at_every_depth() -> None:
    found = set(
        references(
            {"a": ['"x-${lower("${var.one}")}"'], "b": "${merge(local.two, {c = data.google_project.here.number})}"}
        )
    )
    assert found == {("var", "one", ""), ("local", "two", ""), ("data.google_project", "here", "number")}
