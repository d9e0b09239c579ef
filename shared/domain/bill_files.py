"""Bills as files: every line of what models cost, and every cell that is not understood by its row and column."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from shared.domain.bill_cells import amount, day, decimal_mark, last_day
from shared.domain.bill_forms import Table, plain, table_in, text_of
from shared.domain.bills import MAX_LINES, MAX_MODEL, Line, ReadBill
from shared.domain.errors import FieldError, Invalid, Malformed, TooLarge

MAX_NAMED: Final = 100
_TOTALS: Final = frozenset({"total", "subtotal", "grandtotal", "roundingerror", "filteredtotal"})
_NO_USAGE: Final = frozenset({"tax", "adjustment"})
# Services of Google Cloud that sell calls to models.
_SERVICES: Final = ("gemini", "generativelanguage", "vertexai", "agentplatform")

T = TypeVar("T")


class _Wrong:
    """What is not understood, cell by cell, as far as it is worth naming."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []
        self.found = 0

    def add(self, number: int, column: str, detail: str) -> None:
        """One more."""
        self.found += 1
        if len(self.errors) < MAX_NAMED:
            name = column.replace("~", "~0").replace("/", "~1")[:100]
            self.errors.append(FieldError(f"/rows/{number}/{name}", f"Row {number}, column {column[:100]}: {detail}"))

    def check(self) -> None:
        """Raise Invalid when anything is wrong."""
        if self.found:
            more = f" Only the first {MAX_NAMED} of {self.found:,} are named." if self.found > MAX_NAMED else ""
            told = f"{self.found:,} cells of the bill are not understood; nothing was kept.{more}"
            raise Invalid(self.errors, told)


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    lines: list[Line] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    credits_usd: Decimal = Decimal(0)

    def leave_out(self, why: str) -> None:
        """One row that is no line of what models cost."""
        self.left_out[why] = self.left_out.get(why, 0) + 1


def read(data: bytes) -> ReadBill:
    """The bill in a file; raises Malformed (no text, no table), Invalid naming row and column, TooLarge."""
    table = table_in(text_of(data))
    if len(table.rows) > MAX_LINES:
        raise TooLarge(f"A bill may have at most {MAX_LINES:,} rows. Export a shorter time.")
    wrong, found = _Wrong(), _Reading()
    mark = decimal_mark((table.cell(row, "cost") for _, row in table.rows), delimiter=table.delimiter)
    if mark is None:
        wrong.add(table.rows[0][0], table.column("cost"), "Some amounts have decimal points and some decimal commas.")
        wrong.check()
    for number, row in table.rows:
        _take(table, number, row, mark or ".", wrong, found)
    wrong.check()
    if not found.lines:
        told = ", ".join(f"{count} of {why.replace('_', ' ')}" for why, count in found.left_out.items())
        raise Malformed(f"The file has no line of what models cost{f' (left out: {told})' if told else ''}.")
    return ReadBill(
        source=table.form.source,
        provider=table.form.provider,
        lines=tuple(found.lines),
        first=min(found.days),
        last=max(found.days),
        left_out=found.left_out,
        credits_usd=found.credits_usd,
    )


def _take(table: Table, number: int, row: Sequence[str], mark: str, wrong: _Wrong, found: _Reading) -> None:
    why = _left_out(table, row)
    if why is not None:
        found.leave_out(why)
        return
    read = _line(table, number, row, wrong, mark)
    if read is None:
        return
    line, days = read
    found.days += days
    if table.cell(row, "credit"):
        found.leave_out("credits")
        found.credits_usd += line.cost_usd
    else:
        found.lines.append(line)


def _left_out(table: Table, row: Sequence[str]) -> str | None:
    """Why a row is no line of what models cost; None for one that is."""
    kind = plain(table.cell(row, "kind"))
    if kind in _NO_USAGE:
        return "taxes_and_adjustments"
    if not table.cell(row, "model") and any(plain(cell).removesuffix(":") in _TOTALS for cell in row):
        return "totals"
    if kind in _TOTALS:
        return "totals"
    service = plain(table.cell(row, "service"))
    if service and not service.startswith(_SERVICES):
        return "other_services"
    return None


def _line(
    table: Table, number: int, row: Sequence[str], wrong: _Wrong, mark: str
) -> tuple[Line, tuple[date, date]] | None:
    """The line and the days that it spans; None when something in it is not understood."""
    before = wrong.found
    if len(row) < len(table.header) or any(cell.strip() for cell in row[len(table.header) :]):
        told = f"The row has {len(row)} cells and the header {len(table.header)}: what stands where is not sure."
        wrong.add(number, table.column("cost"), told)
        return None
    model = table.cell(row, "model")
    if not model or len(model) > MAX_MODEL or not model.isprintable():
        wrong.add(number, table.column("model"), f"Give what was billed, in 1 to {MAX_MODEL} printable characters.")
    currency = table.cell(row, "currency") or table.currency
    if currency and currency.upper() != "USD":
        told = f"The amounts are in {currency[:20]}: only US dollars (USD) can be compared with the ledger."
        wrong.add(number, table.column("currency") if "currency" in table.places else "Currency", told)
    usd = _or_wrong(table, number, "cost", wrong, lambda: amount(table.cell(row, "cost"), mark=mark))
    first = _or_wrong(table, number, "day", wrong, lambda: day(table.cell(row, "day"), table.form.zone))
    last = _last(table, number, row, wrong, first)
    if wrong.found > before or usd is None or first is None or last is None:
        return None
    return Line(first if first == last else None, model, usd), (first, last)


def _last(table: Table, number: int, row: Sequence[str], wrong: _Wrong, first: date | None) -> date | None:
    """The last day that the line spans: its first one where the bill tells no end."""
    cell = table.cell(row, "end")
    if not cell:
        return first
    last = _or_wrong(table, number, "end", wrong, lambda: last_day(cell, table.form.zone))
    if first is not None and last is not None and last < first:
        wrong.add(number, table.column("end"), "The line ends before it begins.")
        return None
    return last


def _or_wrong(table: Table, number: int, role: str, wrong: _Wrong, parse: Callable[[], T]) -> T | None:
    try:
        return parse()
    except ValueError as error:
        wrong.add(number, table.column(role), str(error))
        return None
