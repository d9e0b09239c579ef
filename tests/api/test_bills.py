"""Bills over the API: brought as files or rows, set beside the ledger, each organisation its own."""

from typing import Any

import httpx2

from shared.domain.ids import compose
from shared.domain.money import LedgerEntry, LedgerKind
from shared.ports.documents import Create
from shared.repositories import paths
from tests.api.stacks import ApiStack

COSTS = (
    "start_time_iso,end_time_iso,amount_value,amount_currency,line_item\n"
    '2026-03-01T00:00:00Z,2026-03-02T00:00:00Z,1.20,usd,"gpt-image-2, image output"\n'
    '2026-03-01T00:00:00Z,2026-03-02T00:00:00Z,0.05,usd,"gpt-image-2, input"\n'
    '2026-03-01T00:00:00Z,2026-03-02T00:00:00Z,3.00,usd,"gpt-6, output"\n'
)


def spend(stack: ApiStack, micros: int, kind: LedgerKind) -> None:
    entry = LedgerEntry(
        id=compose("led", f"entry {micros} of a day".encode()),
        kind=kind,
        at=stack.clock.now(),
        batch="bat_a",
        item="itm_a",
        attempt=1,
        member="mem_a",
        provider="openai",
        model="gpt-image-2",
        cost_micros=micros,
    )
    stack.store.commit([Create(paths.ledger_entry(stack.ours.org, entry.id), entry.written())])


def bring(stack: ApiStack, file: str, **headers: str) -> httpx2.Response:
    sent = {"Content-Type": "text/csv; charset=utf-8"} | headers
    return stack.ask("POST", "/v1/bills:import?provider=openai&name=March", content=file.encode(), headers=sent)


def test_a_file_is_set_beside_the_ledger_with_words(stack: ApiStack) -> None:
    spend(stack, 1_000_000, LedgerKind.CHARGE)
    spend(stack, 500_000, LedgerKind.UNKNOWN_OUTCOME)
    made = bring(stack, COSTS).json()
    assert (made["name"], made["source"], made["billed_micros"]) == ("March", "openai_costs", 4_250_000)
    told: dict[str, Any] = stack.ask("GET", f"/v1/bills/{made['id']}").json()
    difference = {
        "billed_micros": 1_250_000,
        "ledger_micros": 1_500_000,
        "difference_micros": -250_000,
        "percent": -20.0,
    }
    assert told["total"] == difference
    assert told["by_day"] == [{"day": "2026-03-01", **difference}]
    assert told["lines"] == [{"day": "2026-03-01", "model": "gpt-image-2", **difference}]
    (model,) = told["by_model"]
    assert model["charges"] == {"entries": 1, "cost_micros": 1_000_000}
    assert model["unknown_outcomes"] == {"entries": 1, "cost_micros": 500_000}
    assert told["elsewhere"] == [{"day": "2026-03-01", "name": "gpt-6, output", "cost_micros": 3_000_000}]
    assert len(told["notes"]) == 3


def test_the_same_file_again_is_a_conflict_that_names_the_first(stack: ApiStack) -> None:
    first = bring(stack, COSTS).json()["id"]
    again = bring(stack, COSTS)
    assert (again.status_code, again.json()["code"]) == (409, "bill-exists")
    assert first in again.json()["detail"]


def test_a_repeated_request_gets_the_first_answer(stack: ApiStack) -> None:
    key = {"Idempotency-Key": "this-one"}
    first = bring(stack, COSTS, **key)
    assert bring(stack, COSTS, **key).json() == first.json()
    assert bring(stack, COSTS + "\n", **key).status_code == 422


def test_every_wrong_cell_is_named_and_nothing_kept(stack: ApiStack) -> None:
    refused = bring(stack, COSTS.replace("1.20", "=1+1").replace("0.05,usd", "0.05,eur"))
    assert refused.status_code == 422
    pointers = [error["pointer"] for error in refused.json()["errors"]]
    assert pointers == ["/rows/2/amount_value", "/rows/3/amount_currency"]
    assert stack.ask("GET", "/v1/bills").json()["bills"] == []


def test_rows_may_give_amounts_as_numbers_and_as_texts(stack: ApiStack) -> None:
    lines = [{"day": "2026-03-01", "model": "gpt-image-2", "cost_usd": usd} for usd in (1, 0.25, "0.000001")]
    made = stack.ask("POST", "/v1/bills", json={"provider": "openai", "lines": lines})
    assert (made.status_code, made.json()["billed_micros"]) == (201, 1_250_001)


def test_bills_of_another_organisation_are_not_there(stack: ApiStack) -> None:
    made = bring(stack, COSTS).json()["id"]
    for method in ("GET", "DELETE"):
        assert stack.ask(method, f"/v1/bills/{made}", tenant=stack.theirs).status_code == 404
    assert stack.ask("GET", "/v1/bills", tenant=stack.theirs).json()["bills"] == []
