"""Bills beside the ledger: what differs by model and day, and what the service says that it may mean."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.bills import BillCreate, BillLineCreate
from shared.domain.errors import Conflict, Forbidden, Invalid, Malformed, NotFound, TooLarge
from shared.domain.money import LedgerKind
from shared.ports.documents import Query
from shared.repositories import paths
from shared.services.bill_differences import BillComparison
from tests.unit.services.desks import Desk

FLARE, SUNBURST = "gpt-image-2.6-flare", "gpt-image-2.6-sunburst"


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def line(day: int, usd: str, model: str = FLARE) -> BillLineCreate:
    return BillLineCreate(day=date(2026, 3, day), model=model, cost_usd=Decimal(usd))


def bring(desk: Desk, *lines: BillLineCreate, provider: str = "openai", key: str | None = None, **fields: Any) -> str:
    create = BillCreate(provider=provider, lines=list(lines), **fields)
    return desk.bills.create(desk.ours, create, idempotency_key=key, fingerprint=repr(create)).id


def file(desk: Desk, text: str, *, provider: str = "openai", name: str = "", key: str | None = None) -> str:
    data = text.encode()
    return desk.bills.bring(
        desk.ours, data, provider=provider, name=name, idempotency_key=key, fingerprint=f"{text}{provider}{name}"
    ).id


def compared(desk: Desk, bill: str) -> BillComparison:
    return desk.bills.compare(desk.ours, bill)


# --- The difference --------------------------------------------------------------------------------------------------


def test_bill_and_ledger_are_set_side_by_side_by_model_and_day(desk: Desk) -> None:
    desk.charge(at(1), 1_000_000, model=FLARE)
    desk.charge(at(1), 200_000, model=FLARE, kind=LedgerKind.FAILED_CHARGE, images=0)
    desk.charge(at(2), 300_000, model=FLARE, kind=LedgerKind.UNKNOWN_OUTCOME, images=0)
    desk.charge(at(2), 500_000, model=SUNBURST, kind=LedgerKind.DUPLICATE)
    desk.charge(at(2), 0, model=SUNBURST, kind=LedgerKind.REUSED)
    desk.charge(at(2), 9_000_000, model="gemini-3-pro-image")
    found = compared(desk, bring(desk, line(1, "1.2"), line(2, "0.5", SUNBURST), line(3, "0.1")))
    assert (found.total.billed_micros, found.total.ledger_micros) == (1_800_000, 2_000_000)
    assert (found.total.difference_micros, found.total.percent) == (-200_000, -11.11)
    flare, sunburst = (next(row for row in found.by_model if row.model == model) for model in (FLARE, SUNBURST))
    assert (flare.billed_micros, flare.ledger_micros) == (1_300_000, 1_500_000)
    assert (flare.charges.cost_micros, flare.failed_charges.cost_micros) == (1_000_000, 200_000)
    assert (flare.unknown_outcomes.entries, flare.unknown_outcomes.cost_micros) == (1, 300_000)
    assert (sunburst.duplicates.cost_micros, sunburst.difference_micros) == (500_000, 0)
    days = {row.day.day: (row.billed_micros, row.ledger_micros) for row in found.by_day}
    assert days == {1: (1_200_000, 1_200_000), 2: (500_000, 800_000), 3: (100_000, 0)}
    lines = {(row.day.day, row.model): row.difference_micros for row in found.lines}
    assert lines == {(1, FLARE): 0, (2, FLARE): -300_000, (2, SUNBURST): 0, (3, FLARE): 100_000}


def test_the_sums_of_days_and_of_models_are_the_total(desk: Desk) -> None:
    for number in range(1, 8):
        desk.charge(at(number, number), number * 1_001, model=FLARE if number % 2 else SUNBURST)
    found = compared(desk, bring(desk, *(line(number, f"0.00{number}") for number in range(1, 8))))
    for rows in (found.by_model, found.by_day, found.lines):
        assert sum(row.billed_micros for row in rows) == found.total.billed_micros
        assert sum(row.ledger_micros for row in rows) == found.total.ledger_micros


def test_a_day_begins_by_the_providers_own_clock(desk: Desk) -> None:
    model = "gemini-3-pro-image"
    desk.charge(at(2, 7), 10, model=model)  # still the evening of the first in California
    desk.charge(at(2, 9), 20, model=model)
    found = compared(desk, bring(desk, line(1, "0.00001", model), line(2, "0.00002", model), provider="gemini"))
    assert [row.difference_micros for row in found.by_day] == [0, 0]
    assert found.bill.time_zone == "America/Los_Angeles"


def test_another_organisations_calls_are_no_part_of_it(desk: Desk) -> None:
    desk.charge(at(1), 5_000_000, model=FLARE, caller=desk.theirs)
    assert compared(desk, bring(desk, line(1, "1"))).total.ledger_micros == 0


def test_what_is_no_model_is_told_apart_and_not_compared(desk: Desk) -> None:
    found = compared(desk, bring(desk, line(1, "1"), line(1, "7", "gpt-6, output")))
    assert found.total.billed_micros == 1_000_000
    assert [(line.model, line.cost_micros) for line in found.elsewhere] == [("gpt-6, output", 7_000_000)]
    assert found.bill.billed_micros == 8_000_000
    assert any("$7.00" in note and "none of the models" in note for note in found.notes)


def test_a_bill_of_a_month_in_one_is_compared_by_model_alone(desk: Desk) -> None:
    text = (
        "Service description,SKU description,Usage start date,Usage end date,Cost ($)\n"
        "Gemini API,Gemini 3 Pro Image output,2026-03-01,2026-03-31,0.00003\n"
    )
    desk.charge(at(20), 30, model="gemini-3-pro-image")
    found = compared(desk, file(desk, text, provider="gemini"))
    assert (found.total.difference_micros, found.by_day, found.lines) == (0, [], [])
    assert any("days apart" in note for note in found.notes)


# --- What it may mean ------------------------------------------------------------------------------------------------


def charged(desk: Desk) -> None:
    desk.charge(at(1), 1_000_000, model=FLARE)


def unknown(desk: Desk) -> None:
    charged(desk)
    desk.charge(at(1), 500_000, model=FLARE, kind=LedgerKind.UNKNOWN_OUTCOME)


def doubled(desk: Desk) -> None:
    charged(desk)
    desk.charge(at(1), 40_000, model=FLARE, kind=LedgerKind.DUPLICATE)


@pytest.mark.parametrize(
    ("spend", "usd", "words"),
    [
        (charged, "1.005", ["agree within 1 %"]),
        (charged, "1.5", ["$0.500000 more was billed", "outside this organisation"]),
        (charged, "0.5", ["The ledger has $0.500000 more"]),
        (unknown, "1", ["1 call whose outcome is not known", "the difference is $0.00."]),
        (doubled, "1.04", ["1 image was bought twice, for $0.040000"]),
    ],
)
def test_the_figures_are_explained_in_words(
    desk: Desk, spend: Callable[[Desk], None], usd: str, words: list[str]
) -> None:
    spend(desk)
    said = " ".join(compared(desk, bring(desk, line(1, usd))).notes)
    assert all(word in said for word in words)


def test_credits_are_named_and_not_compared(desk: Desk) -> None:
    text = (
        "Service description,SKU description,Credit type,Usage start date,Cost ($)\n"
        "Gemini API,Gemini 3 Pro Image output,,2026-03-01,5\n"
        "Gemini API,Gemini 3 Pro Image output,Promotional credit,2026-03-01,-4\n"
    )
    found = compared(desk, file(desk, text, provider="gemini"))
    assert (found.total.billed_micros, found.bill.credits_micros) == (5_000_000, -4_000_000)
    assert any("Credits of $4.00" in note for note in found.notes)


def test_a_bill_of_nothing_has_no_percentage(desk: Desk) -> None:
    charged(desk)
    assert compared(desk, bring(desk, line(1, "0"))).total.percent is None


# --- Keeping ---------------------------------------------------------------------------------------------------------


def test_the_same_bill_twice_is_recognised_in_whatever_form(desk: Desk) -> None:
    first = file(desk, f"date,model,cost_usd\n2026-03-01,{FLARE},1.25\n")
    with pytest.raises(Conflict, match=first):
        file(desk, f"day;model;cost_usd\r\n2026-03-01;{FLARE};1,250\r\n")
    with pytest.raises(Conflict, match=first):
        bring(desk, line(1, "1.25"))
    desk.bills.delete(desk.ours, first)
    assert bring(desk, line(1, "1.25")) == first


def test_the_same_request_twice_gets_the_first_answer(desk: Desk) -> None:
    first = bring(desk, line(1, "1"), key="mine")
    assert bring(desk, line(1, "1"), key="mine") == first
    with pytest.raises(Invalid, match="another request"):
        bring(desk, line(1, "2"), key="mine")


def test_bills_are_listed_in_pages_the_newest_first(desk: Desk) -> None:
    made = []
    for number in range(1, 4):
        desk.clock.advance(1)
        made.append(bring(desk, line(number, "1")))
    page = desk.bills.list(desk.ours, page_size=2)
    rest = desk.bills.list(desk.ours, page_size=2, page_token=page.next_page_token)
    assert [bill.id for bill in (*page.values, *rest.values)] == made[::-1]
    assert rest.next_page_token == ""
    assert desk.bills.list(desk.theirs).values == []


def test_a_bill_is_called_as_it_is_named_or_by_its_days(desk: Desk) -> None:
    bring(desk, line(1, "1"))
    desk.clock.advance(1)
    march: dict[str, Any] = {"from": date(2026, 3, 1), "to": date(2026, 3, 31)}
    bring(desk, line(2, "1"), name="March", **march)
    names = [(bill.name, bill.first, bill.last) for bill in desk.bills.list(desk.ours).values]
    assert names == [
        ("March", "2026-03-01", "2026-03-31"),
        ("openai 2026-03-01 to 2026-03-01", "2026-03-01", "2026-03-01"),
    ]


def test_bringing_and_deleting_are_remembered(desk: Desk) -> None:
    bill = bring(desk, line(1, "1"))
    desk.bills.delete(desk.ours, bill)
    acts = [one.data for one in desk.store.query(Query(paths.audit(desk.ours.org)))]
    assert {act["action"] for act in acts if act["subject"] == bill} == {"bill.created", "bill.deleted"}
    with pytest.raises(NotFound):
        compared(desk, bill)


@pytest.mark.parametrize("bill", ["bil_aaaaaaaaaaaaaaaaaaaa", "nonsense", "../../orgs"])
def test_what_is_not_there_is_not_found(desk: Desk, bill: str) -> None:
    with pytest.raises(NotFound):
        compared(desk, bill)
    with pytest.raises(NotFound):
        desk.bills.delete(desk.ours, bill)


def test_nobody_but_an_admin_sees_or_brings_one(desk: Desk) -> None:
    bill = bring(desk, line(1, "1"))
    create = BillCreate(provider="openai", lines=[line(2, "1")])
    for act in (
        lambda: desk.bills.list(desk.editor),
        lambda: desk.bills.compare(desk.editor, bill),
        lambda: desk.bills.delete(desk.editor, bill),
        lambda: desk.bills.create(desk.editor, create, idempotency_key=None, fingerprint=""),
        lambda: desk.bills.bring(desk.editor, b"", provider="openai", name="", idempotency_key=None, fingerprint=""),
    ):
        with pytest.raises(Forbidden):
            act()


def test_nothing_of_a_wrong_bill_is_kept(desk: Desk) -> None:
    text = f"date,model,cost_usd\n2026-03-01,{FLARE},1.25\n2026-03-02,{FLARE},lots\n"
    with pytest.raises(Invalid, match="nothing was kept"):
        file(desk, text)
    with pytest.raises(Malformed):
        file(desk, "nothing like it")
    assert desk.bills.list(desk.ours).values == []


def test_a_bill_of_another_provider_is_refused(desk: Desk) -> None:
    text = "start_time_iso,amount_value,amount_currency,line_item\n2026-03-01T00:00:00Z,1,usd,gpt-image-2\n"
    with pytest.raises(Invalid, match="a bill of openai"):
        file(desk, text, provider="gemini")
    with pytest.raises(Invalid, match="no such provider"):
        file(desk, text, provider="nobody")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"from": date(2026, 3, 2)}, "/from"),
        ({"from": date(2026, 2, 1), "to": date(2026, 2, 28)}, "/lines/0/day"),
        ({"to": date(2026, 12, 31)}, "/to"),
    ],
)
def test_days_that_do_not_fit_are_named(desk: Desk, fields: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Invalid) as raised:
        bring(desk, line(1, "1"), **fields)
    assert raised.value.errors[0].pointer == pointer


def test_a_file_of_more_than_a_quarter_is_refused(desk: Desk) -> None:
    with pytest.raises(Invalid, match="at most 93 days"):
        file(desk, f"date,model,cost_usd\n2026-01-01,{FLARE},1\n2026-12-01,{FLARE},1\n")


def test_a_bill_of_too_many_names_is_refused(desk: Desk) -> None:
    rows = "".join(f"2026-03-01,thing {number},1\n" for number in range(2_001))
    with pytest.raises(TooLarge, match="2,000"):
        file(desk, f"date,model,cost_usd\n{rows}")


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_bill_is_refused_whose_sums_are_of_no_bill(desk: Desk, sign: str) -> None:
    with pytest.raises(Invalid, match="1,000,000,000 dollars in all"):
        bring(desk, line(1, f"{sign}1e9"), line(2, "1"))
    rows = f"2026-03-01,a sku,{sign}1e9,USD,Discount\n" * 2
    with pytest.raises(Invalid, match="1,000,000,000 dollars in all"):
        file(desk, "usage date,sku,cost,currency,credit type\n2026-03-01,a sku,1,USD,\n" + rows, provider="gemini")
    assert bring(desk, line(1, f"{sign}1e9"))


def test_names_that_fill_a_document_are_refused_in_words(desk: Desk) -> None:
    with pytest.raises(TooLarge, match="names"):
        bring(desk, *[line(1, "1", "\N{GRINNING FACE}" * 190 + str(number)) for number in range(800)])
