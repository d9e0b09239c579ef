"""Limits, credits and budgets as people and machines meet them."""

from typing import Any

import pytest

from shared.domain.audit_entries import AuditEntry
from shared.domain.modes import Role
from shared.ports.documents import Query
from shared.repositories import paths
from tests.api.stacks import ApiStack
from tests.engine.scripted import PRICE


def standings(stack: ApiStack, role: Role = Role.VIEWER) -> dict[str, dict[str, Any]]:
    answer = stack.client.get("/v1/limits", headers=stack.ours.headers(role))
    assert answer.status_code == 200
    return {one["name"]: one for one in answer.json()["in_force"]}


def audit(stack: ApiStack) -> list[AuditEntry]:
    return [AuditEntry.read(one.data) for one in stack.store.query(Query(paths.audit(stack.ours.org)))]


def test_everybody_sees_what_binds_them_and_how_much_is_left(stack: ApiStack) -> None:
    assert standings(stack) == {}
    stack.ask("PUT", "/v1/limits/organisation", json={"day_micros": 10 * PRICE, "warn_percent": 20})
    stack.ask("PUT", "/v1/limits/members", json={"month_images": 7})
    stack.batch_of({"prompt": "a cup", "variants": 2}, done=True)
    today = standings(stack)["The organisation's limit for today"]
    facts = {name: today[name] for name in ("unit", "limit", "spent", "reserved", "left", "warned")}
    assert facts == {
        "unit": "micros",
        "limit": 10 * PRICE,
        "spent": 2 * PRICE,
        "reserved": 0,
        "left": 8 * PRICE,
        "warned": True,
    }
    assert today["starts_at"] < today["resets_at"]
    images = standings(stack)["The member's limit for this month"]
    assert (images["unit"], images["spent"], images["left"]) == ("images", 2, 5)


def test_admins_see_what_binds_a_member(stack: ApiStack) -> None:
    stack.ask("PUT", "/v1/limits/members", json={"month_images": 7})
    seen = stack.ask("GET", f"/v1/limits/members/{stack.ours.admin.id}").json()
    assert [(one["unit"], one["left"]) for one in seen["in_force"]] == [("images", 7)]
    assert stack.ask("GET", f"/v1/limits/members/{stack.theirs.admin.id}").status_code == 404


def test_a_member_s_own_limits_stand_instead_of_the_default(stack: ApiStack) -> None:
    member = stack.ours.admin.id
    stack.ask("PUT", "/v1/limits/members", json={"day_micros": 5 * PRICE})
    own = stack.ask("PUT", f"/v1/limits/members/{member}", json={"total_micros": 9 * PRICE}).json()
    assert (own["own"]["total_micros"], own["members"]["day_micros"]) == (9 * PRICE, 5 * PRICE)
    assert [(one["period"], one["limit"]) for one in own["in_force"]] == [("total", 9 * PRICE)]
    stack.ask("DELETE", f"/v1/limits/members/{member}")
    after = stack.ask("GET", "/v1/limits").json()
    assert after["own"] is None
    assert [(one["period"], one["limit"]) for one in after["in_force"]] == [("day", 5 * PRICE)]


def test_changes_are_remembered_with_who_made_them(stack: ApiStack) -> None:
    stack.ask("PUT", "/v1/limits/organisation", json={"day_micros": 5})
    stack.ask("POST", "/v1/credits", json={"amount_micros": 7})
    stack.ask("DELETE", "/v1/credits/organisation")
    entries = audit(stack)
    told = [(entry.action, entry.subject, entry.details.get("day_micros"), entry.member) for entry in entries]
    mine = stack.ours.admin.id
    assert {one for one in told if one[0].startswith(("limits", "credits"))} == {
        ("limits.changed", "organisation", "5", mine),
        ("credits.granted", "organisation", None, mine),
        ("credits.ended", "organisation", None, mine),
    }


def test_a_grant_that_is_sent_twice_is_granted_once(stack: ApiStack) -> None:
    headers = {"Idempotency-Key": "march"}
    first = stack.ask("POST", "/v1/credits", json={"amount_micros": 7}, headers=headers)
    again = stack.ask("POST", "/v1/credits", json={"amount_micros": 7}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.json()["left_micros"] == 7
    other = stack.ask("POST", "/v1/credits", json={"amount_micros": 8}, headers=headers)
    assert other.status_code == 422


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "9999-01-01", "9999-12-31"])
def test_credits_are_not_renewed_on_days_that_some_clock_does_not_know(stack: ApiStack, day: str) -> None:
    refused = stack.ask("POST", "/v1/credits", json={"amount_micros": 1, "renewal": {"amount_micros": 1, "on": day}})
    assert refused.status_code == 422
    assert "1970 to 9998" in refused.json()["detail"]


def test_members_see_their_own_credits_and_admins_all(stack: ApiStack) -> None:
    renewal = {"amount_micros": 5, "on": "2036-01-31", "monthly": True}
    stack.ask("POST", "/v1/credits", json={"amount_micros": 7, "renewal": renewal})
    stack.ask("POST", "/v1/credits", json={"amount_micros": 9, "member": stack.ours.admin.id})
    for role in (Role.VIEWER, Role.ADMIN):
        found = stack.client.get("/v1/credits", headers=stack.ours.headers(role)).json()["credits"]
        assert [(one["holder"], one["left_micros"]) for one in found] == [
            ("organisation", 7),
            (stack.ours.admin.id, 9),
        ]
    assert (found[0]["renewal_micros"], found[0]["renews_on"], found[0]["monthly"]) == (5, "2036-01-31", True)
    assert found[0]["resets_at"].startswith("2036-01-31T00:00:00")
    theirs = stack.client.get("/v1/credits", headers=stack.theirs.headers(Role.ADMIN)).json()
    assert theirs == {"credits": [], "next_page_token": ""}


def test_a_raised_budget_lets_a_batch_go_on_and_is_remembered(stack: ApiStack) -> None:
    batch = stack.batch_of({"prompt": "a cup", "variants": 5}, budget_micros=2 * PRICE)
    stack.run(seconds=100)
    parked = stack.ask("GET", f"/v1/batches/{batch}").json()
    assert (parked["status"], parked["progress"]["succeeded"], parked["progress"]["pending"]) == ("paused", 2, 3)
    assert parked["status_reason"].startswith("The batch's budget, $0.0020, is reached ($0.0020 spent).")
    raised = stack.ask("PATCH", f"/v1/batches/{batch}", json={"budget_micros": 9 * PRICE, "name": "On"}).json()
    assert (raised["cost"]["budget_micros"], raised["name"]) == (9 * PRICE, "On")
    stack.run(seconds=100)
    assert stack.ask("GET", f"/v1/batches/{batch}").json()["status"] == "completed"
    assert [entry.details for entry in audit(stack) if entry.action == "batch.budgeted"] == [
        {"budget_micros": str(9 * PRICE)}
    ]


def test_a_budget_is_its_maker_s_to_change_and_not_below_what_is_spent(stack: ApiStack) -> None:
    batch = stack.batch_of({"prompt": "a cup", "variants": 3}, done=True)
    low = stack.ask("PATCH", f"/v1/batches/{batch}", json={"budget_micros": 3 * PRICE - 1})
    assert low.status_code == 422
    assert low.json()["errors"] == [
        {"pointer": "/budget_micros", "detail": "$0.0030 are spent already: give at least as much."}
    ]
    exact = stack.ask("PATCH", f"/v1/batches/{batch}", json={"budget_micros": 3 * PRICE})
    assert exact.status_code == 200
