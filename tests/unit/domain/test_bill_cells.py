"""Amounts and days of bills: every way in which exports and spreadsheets write them, and none by guessing."""

from datetime import UTC, date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.bill_cells import amount, day, decimal_mark, last_day

CALIFORNIA = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1234.56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1,234,567", "1234567"),
        ("$1,234.56", "1234.56"),
        ("US$ 12", "12"),
        ("12.50 USD", "12.50"),
        (" 0.000001 ", "0.000001"),
        ("1e-06", "0.000001"),
        ("3.2E-07", "3.2E-7"),
        (".5", "0.5"),
        ("7.", "7"),
        ("-1.25", "-1.25"),
        ("-$1.25", "-1.25"),
        ("$-1.25", "-1.25"),
        ("(1.25)", "-1.25"),
        ("\N{MINUS SIGN}1.25", "-1.25"),
        ("+1.25", "1.25"),
        ("1\N{NO-BREAK SPACE}234.50", "1234.50"),
        ("0", "0"),
    ],
)
def test_amounts_with_points_are_read(cell: str, expected: str) -> None:
    assert amount(cell) == Decimal(expected)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1234,56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("0,000001", "0.000001"),
        ("1,5e-3", "0.0015"),
        ("1.234", "1234"),
    ],
)
def test_amounts_with_decimal_commas_are_read(cell: str, expected: str) -> None:
    assert amount(cell, mark=",") == Decimal(expected)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "-",
        "n/a",
        "=1+1",
        "=SUM(A1)",
        "+",
        "€5",
        "5 EUR",
        "1,23,4",
        "1.2.3",
        "nan",
        "inf",
        "0x10",
        "1_000",
        "٣",
        "--5",
    ],
)
def test_what_is_no_amount_is_refused_in_words(cell: str) -> None:
    with pytest.raises(ValueError, match="no amount of dollars"):
        amount(cell)


def test_far_too_much_is_refused() -> None:
    for cell in ("1e99", "1e400", "1,000,000,001"):
        with pytest.raises(ValueError, match="No bill is of more"):
            amount(cell)


@given(st.decimals(min_value=-(10**8), max_value=10**8, allow_nan=False, allow_infinity=False, places=9))
def test_what_is_written_is_what_is_read(value: Decimal) -> None:
    for written in (f"{value:f}", f"{value:,f}", f"${value:f}", f"{value:E}"):
        assert amount(written) == value
    assert amount(f"{value:,f}".translate(str.maketrans(",.", ".,")), mark=",") == value


@pytest.mark.parametrize(
    ("cells", "delimiter", "mark"),
    [
        (["1.25", "3"], ",", "."),
        (["1.25", "3"], ";", "."),
        (["1,25", "3"], ";", ","),
        (["1,25"], ",", ","),
        (["1,234"], ",", "."),
        (["1,234"], ";", ","),
        (["1,234.50", "7"], ";", "."),
        (["1.234,50", "7"], ",", ","),
        (["3", ""], ";", ","),
        (["1e-06", "2"], ";", "."),
        (["1.25", "1,25"], ",", None),
    ],
)
def test_the_decimal_mark_is_that_of_the_whole_file(cells: list[str], delimiter: str, mark: str | None) -> None:
    assert decimal_mark(cells, delimiter=delimiter) == mark


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-11-05", date(2026, 11, 5)),
        ("2026/11/05", date(2026, 11, 5)),
        (" 2026-11-05 ", date(2026, 11, 5)),
        ("2026-11-05T00:00:00+00:00", date(2026, 11, 5)),
        ("2026-11-05T23:30:00-05:00", date(2026, 11, 6)),
        ("2026-11-05 07:30:00 UTC", date(2026, 11, 5)),
        ("2026-11-05 07:30:00", date(2026, 11, 5)),
        ("1793836800", date(2026, 11, 5)),
    ],
)
def test_days_are_read_in_utc(cell: str, expected: date) -> None:
    assert day(cell) == expected


def test_a_moment_falls_on_the_day_of_the_clock_that_is_asked_for() -> None:
    assert day("2026-11-05 07:30:00 UTC", CALIFORNIA) == date(2026, 11, 4)
    assert day("2026-11-05", CALIFORNIA) == date(2026, 11, 5)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "05.11.2026",
        "11/05/2026",
        "05/11/2026",
        "2026-13-01",
        "2026-02-30",
        "2026-11/05",
        "Nov 5, 2026",
        "0001-01-01",
        "9999-12-31",
        "20261105",
        "45966",
        "2026-11-05Tnoon",
    ],
)
def test_a_day_that_could_be_another_one_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="2026-11-05"):
        day(cell)


def test_the_end_of_a_line_is_the_day_before_the_moment_that_it_ends_at() -> None:
    assert last_day("2026-11-06T00:00:00Z", UTC) == date(2026, 11, 5)
    assert last_day("2026-11-05T01:00:00Z", UTC) == date(2026, 11, 5)
    assert last_day("2026-11-05", UTC) == date(2026, 11, 5)
