"""What is written about a resource is what the provider documents: arguments, blocks, their nesting and what is required."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.terraform.configurations import IN_EVERY_RESOURCE, Block, block, resources

type_of_documents = Mapping[str, Mapping[str, Mapping[str, str]]]

# provider.json is a list of the arguments in the provider's documentation; provider_more.json holds pages that it leaves out.
DOCUMENTED: type_of_documents = {
    **json.loads((Path(__file__).parent / "provider.json").read_text(encoding="utf-8")),
    **json.loads((Path(__file__).parent / "provider_more.json").read_text(encoding="utf-8")),
}
# One page documents three ways to grant a role: these belong to the other two.
OTHER_GRANTS = {"policy_data", "audit_log_config"}
NOT_ALWAYS_REQUIRED = {
    ("google_storage_bucket", "action", "storage_class"),  # of SetStorageClass alone
    ("google_project_iam_member", "", "service"),  # of audit logs alone
}


def problems(resource: Block, documented: type_of_documents = DOCUMENTED) -> list[str]:
    """What the documentation has against a resource."""
    if resource.type not in documented:
        return [f"{resource.type} is not documented"]
    return _problems(resource.type, documented[resource.type], resource, "")


def _problems(kind: str, pages: Mapping[str, Mapping[str, str]], one: Block, place: str) -> list[str]:
    page = dict(pages.get(place, {}))
    if not place and kind.endswith("_iam_member"):
        page = {name: need for name, need in page.items() if name not in OTHER_GRANTS} | {"member": "required"}
    nested = [inner for inner in one.blocks if inner.kind not in IN_EVERY_RESOURCE]
    arguments = set(one.arguments) if place else set(one.arguments) - IN_EVERY_RESOURCE
    present = arguments | {inner.kind for inner in nested}
    where = f"{one.address if not place else kind}: {place or 'the resource'}"
    found = [f"{where} has no {name}" for name in sorted(present - set(page))]
    found += [f"{where} must be a block: {name}" for name in sorted(arguments & set(pages))]
    found += [
        f"{where} needs {name}"
        for name, need in page.items()
        if need == "required" and name not in present and (kind, place, name) not in NOT_ALWAYS_REQUIRED
    ]
    for inner in nested:
        if inner.kind in page:
            found += _problems(kind, pages, inner, inner.kind)
    return found


@pytest.mark.parametrize("address", resources())
def test_a_resource_is_as_documented(address: str) -> None:
    assert problems(resources()[address]) == []


def test_the_walk_sees_what_is_wrong() -> None:
    body = {
        "name": '"q"',
        "colour": '"red"',
        "rate_limits": [{"max_dispatches_per_second": 5, "per_minute": 3, "__is_block__": True}],
        "retry_config": {"max_attempts": 5},
        "http_target": [{"oidc_token": [{"audience": '"a"', "__is_block__": True}], "__is_block__": True}],
    }
    wrong = block("", body, type="google_cloud_tasks_queue", name="wrong")
    assert problems(wrong) == [
        "google_cloud_tasks_queue.wrong: the resource has no colour",
        "google_cloud_tasks_queue.wrong: the resource must be a block: retry_config",
        "google_cloud_tasks_queue.wrong: the resource needs location",
        "google_cloud_tasks_queue: rate_limits has no per_minute",
        "google_cloud_tasks_queue: oidc_token needs service_account_email",
    ]
    assert problems(block("", {}, type="google_teapot", name="t")) == ["google_teapot is not documented"]
