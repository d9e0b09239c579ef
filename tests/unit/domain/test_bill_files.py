"""Bills as files: the real shapes of the exports, and every wrong cell by its row and column."""

import codecs
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.bill_files import MAX_NAMED, read
from shared.domain.bills import MAX_LINES, Line
from shared.domain.errors import FanfoldError, Invalid, Malformed, TooLarge

PLAIN = "date,model,cost_usd\n2026-11-01,gpt-image-2,1.25\n2026-11-02,gpt-image-2,0.000001\n"
OPENAI = (
    "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,organization_id,project_id\n"
    '1793491200,1793577600,2026-11-01T00:00:00+00:00,2026-11-02T00:00:00+00:00,1.7568,usd,"gpt-image-2, image output",org-a,proj_a\n'
    '1793491200,1793577600,2026-11-01T00:00:00+00:00,2026-11-02T00:00:00+00:00,3.2e-07,usd,"gpt-image-2, input",org-a,proj_a\n'
    '1793577600,1793664000,2026-11-02T00:00:00+00:00,2026-11-03T00:00:00+00:00,0.5,usd,"gpt-6, output",org-a,proj_a\n'
)
COST_TABLE = (
    "Invoice number,1234567890,\nInvoice date,2026-10-31,\nDue date,2026-11-30,\nBilling ID,0000,\n"
    'Billing account ID,0A0A0A-0B0B0B-0C0C0C,\nCurrency,USD,\nCurrency exchange rate,1,\nTotal amount due,"$1,005.72",\n'
    "Billing account name,Billing account ID,Project name,Project ID,Project hierarchy,Service description,Service ID,"
    "SKU description,SKU ID,Consumption model description,Credit type,Cost type,Usage start date,Usage end date,"
    "Usage amount,Usage unit,Unrounded Cost ($),Cost ($)\n"
    "Ours,0A,prod,prod,example.com,Gemini API,S1,Gemini 3 Pro Image output tokens,K1,Default,,Usage,2026-10-01,"
    '2026-10-31,"6,282,708",count,1000.005,1000.01\n'
    "Ours,0A,prod,prod,example.com,Gemini API,S1,Gemini 3 Pro Image output tokens,K1,Default,Promotional credit,Usage,"
    "2026-10-01,2026-10-31,10,count,-999.00,-999.00\n"
    "Ours,0A,prod,prod,example.com,Cloud Run functions,S2,CPU Allocation Time,K2,Default,,Usage,2026-10-01,2026-10-31,"
    "10,second,5.5,5.50\n"
    ",,,,,Tax,,State sales tax,,,,Tax,2026-10-01,2026-10-31,,,7.40,7.40\n"
    ",,,,,,,,,,,Rounding error,,,,,-0.003441,-0.00\n"
    ",,,,,,,,,,,Total,,,,,1005.505,1005.51\n"
)
USAGE_EXPORT = (
    "billing_account_id,service_description,sku_description,usage_start_time,usage_end_time,cost,currency,cost_type\n"
    "0A,Vertex AI,Gemini 3.1 Flash-Lite Image output,2026-11-02 07:00:00 UTC,2026-11-02 08:00:00 UTC,0.25,USD,regular\n"
    "0A,Vertex AI,Gemini 3.1 Flash-Lite Image output,2026-11-02 08:00:00 UTC,2026-11-02 09:00:00 UTC,0.50,USD,regular\n"
)


def errors_of(text: str) -> dict[str, str]:
    with pytest.raises(Invalid) as raised:
        read(text.encode())
    return {error.pointer: error.detail for error in raised.value.errors}


# --- What is read ----------------------------------------------------------------------------------------------------


def test_the_plain_table_is_read_line_by_line() -> None:
    bill = read(PLAIN.encode())
    assert (bill.source, bill.provider) == ("plain", "")
    assert bill.lines == (
        Line(date(2026, 11, 1), "gpt-image-2", Decimal("1.25")),
        Line(date(2026, 11, 2), "gpt-image-2", Decimal("0.000001")),
    )
    assert (bill.first, bill.last, bill.left_out) == (date(2026, 11, 1), date(2026, 11, 2), {})


def test_openais_export_of_costs_is_read() -> None:
    bill = read(OPENAI.encode())
    assert (bill.source, bill.provider) == ("openai_costs", "openai")
    assert [(line.day, line.model, line.cost_usd) for line in bill.lines] == [
        (date(2026, 11, 1), "gpt-image-2, image output", Decimal("1.7568")),
        (date(2026, 11, 1), "gpt-image-2, input", Decimal("3.2e-07")),
        (date(2026, 11, 2), "gpt-6, output", Decimal("0.5")),
    ]


def test_google_clouds_cost_table_is_read_without_totals_taxes_credits_and_other_services() -> None:
    bill = read(COST_TABLE.encode())
    assert (bill.source, bill.provider) == ("google_cloud", "gemini")
    # A line of a month belongs to no day.
    assert bill.lines == (Line(None, "Gemini 3 Pro Image output tokens", Decimal("1000.005")),)
    assert (bill.first, bill.last) == (date(2026, 10, 1), date(2026, 10, 31))
    assert bill.credits_usd == Decimal("-999.00")
    assert bill.left_out == {"credits": 1, "other_services": 1, "taxes_and_adjustments": 1, "totals": 2}


def test_google_clouds_usage_cost_export_counts_days_by_googles_clock() -> None:
    bill = read(USAGE_EXPORT.encode())
    assert [(line.day, line.cost_usd) for line in bill.lines] == [
        (date(2026, 11, 1), Decimal("0.25")),
        (date(2026, 11, 2), Decimal("0.50")),
    ]


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + PLAIN.encode(),
        codecs.BOM_UTF16_LE + PLAIN.replace(",", "\t").encode("utf-16-le"),
        codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\n\n").encode(),
        PLAIN.replace(",", ";").replace(".", ",").encode(),
        PLAIN.replace("date,model,cost_usd", "Date, Model ,Cost USD").encode(),
        PLAIN.replace("cost_usd\n", "cost_usd,notes\n")
        .replace("1.25\n", "1.25,\n")
        .replace("001\n", "001,=1+1\n")
        .encode(),
        (PLAIN + ",Total,\n").replace(",Total,", "Total,,1.250001").encode(),
    ],
    ids=["bom", "utf-16", "utf-16-be", "crlf", "blank rows", "semicolons", "header", "other columns", "total"],
)
def test_the_same_bill_is_read_however_it_was_saved(data: bytes) -> None:
    assert read(data).lines == read(PLAIN.encode()).lines


# --- What is not understood ------------------------------------------------------------------------------------------


def test_every_cell_that_is_not_understood_is_named_by_row_and_column() -> None:
    wrong = errors_of(
        "date,model,cost_usd,currency\n"
        "2026-11-01,gpt-image-2,1.25,USD\n"
        "01.11.2026,gpt-image-2,=1+1,USD\n"
        "2026-11-01,,1.25,EUR\n"
        "2026-11-01,gpt-image-2,1.25\n"
    )
    assert list(wrong) == ["/rows/3/cost_usd", "/rows/3/date", "/rows/4/model", "/rows/4/currency", "/rows/5/cost_usd"]
    assert wrong["/rows/3/cost_usd"].startswith("Row 3, column cost_usd: This is no amount")
    assert "EUR" in wrong["/rows/4/currency"]
    assert "3 cells and the header 4" in wrong["/rows/5/cost_usd"]


def test_rows_are_counted_as_the_lines_of_the_file() -> None:
    text = 'date,model,cost_usd\n\n2026-11-01,"gpt-image-2,\nimage output",1\n2026-11-01,a,x\n'
    assert "/rows/5/cost_usd" in errors_of(text)


def test_columns_with_slashes_make_valid_pointers() -> None:
    text = COST_TABLE.replace("Usage start date", "Usage start date").replace("2026-10-01,", "10/01/2026,", 1)
    assert "/rows/10/Usage start date" in errors_of(text)


def test_points_and_commas_together_are_refused() -> None:
    assert (
        "decimal commas"
        in errors_of('date,model,cost_usd\n2026-11-01,a,"1,25"\n2026-11-01,a,1.25\n')["/rows/2/cost_usd"]
    )


def test_a_line_that_ends_before_it_begins_is_refused() -> None:
    text = COST_TABLE.replace("2026-10-01,2026-10-31", "2026-10-31,2026-10-01", 1)
    assert "before it begins" in errors_of(text)["/rows/10/Usage end date"]


def test_many_mistakes_are_named_up_to_a_hundred() -> None:
    with pytest.raises(Invalid, match="Only the first 100 of 300") as raised:
        read(("date,model,cost_usd\n" + "2026-11-01,a,x\n" * 300).encode())
    assert len(raised.value.errors) == MAX_NAMED


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "none of the bills"),
        ("hello", "none of the bills"),
        ("a,b,c\n1,2,3\n", "none of the bills"),
        ('date,model,cost_usd\n2026-11-01,"a,1\n', "no CSV"),
        ("date,model,cost_usd\n", "no line of what models cost"),
        ("date,model,cost_usd\nTotal,,5\n", "left out: 1 of totals"),
        ("start_time,model,num_model_requests\n1,a,5\n", "no money"),
        (COST_TABLE.replace("Cost ($)", "Cost (€)"), "not in US dollars"),
        (USAGE_EXPORT.replace("currency", "kind"), "in which currency"),
        ("date,model,cost_usd\n2026-11-01,a\0b,1\n", "NUL"),
    ],
)
def test_what_is_no_bill_is_said_to_be_none(text: str, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        read(text.encode())


def test_another_currency_in_the_preamble_is_refused() -> None:
    assert any("AUD" in detail for detail in errors_of(COST_TABLE.replace("Currency,USD", "Currency,AUD")).values())


def test_what_is_not_utf_8_is_refused() -> None:
    with pytest.raises(Malformed, match="UTF-8"):
        read("date,model,cost_usd\n2026-11-01,Größe,1\n".encode("latin-1"))


def test_a_file_of_too_many_rows_is_refused() -> None:
    with pytest.raises(TooLarge, match="20,000"):
        read(("date,model,cost_usd\n" + "2026-11-01,a,1\n" * (MAX_LINES + 1)).encode())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\n" * 30_000, "empty lines"),
        ("date,model,cost_usd\n" + " ,\n" * 30_000, "empty lines"),
        ("a," * 1_000, "1,001 cells"),
        ("date,model,cost_usd\n2026-11-01,a,1" + "," * 600, "603 cells"),
    ],
)
def test_a_file_of_endless_columns_or_empty_lines_is_given_up_early(text: str, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        read(text.encode())


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"date,model,cost_usd\n{text}".encode()))
def test_whatever_is_sent_it_is_read_or_refused_in_words(data: bytes) -> None:
    try:
        told = str(read(data).lines[0])
    except FanfoldError as error:
        told = error.detail
    assert told
