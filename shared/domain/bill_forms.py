"""The tables that bills come in: which export it is, where its header stands, and the rows under it."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from shared.domain.bills import MAX_LINES, ZONES
from shared.domain.errors import Malformed

# Before the table some exports say whose bill it is.
_PREAMBLE: Final = 40
# More columns than any export has, and more empty lines than any file: each costs time before it means anything.
_MAX_CELLS: Final = 500
_MAX_EMPTY: Final = 20_000
_DELIMITERS: Final = (",", ";", "\t")
_ROLES: Final = ("day", "end", "model", "cost", "currency", "service", "credit", "kind")
_SIGNS: Final = ".$€£¥₹"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One export's columns, by the names that they may have in lower case without blanks and signs; the first one counts."""

    source: str
    day: tuple[str, ...]
    model: tuple[str, ...]
    cost: tuple[str, ...]
    end: tuple[str, ...] = ()
    currency: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    credit: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    provider: str = ""

    @property
    def zone(self) -> tzinfo:
        """By whose clock a moment in it falls on a day."""
        return ZoneInfo(ZONES[self.provider]) if self.provider in ZONES else UTC


# What each provider's console and API export, and the plain table that anyone can write.
FORMS: Final = (
    Form(source="plain", day=("date", "day"), model=("model",), cost=("costusd",), currency=("currency",)),
    Form(
        source="openai_costs",
        day=("starttimeiso", "starttime"),
        model=("lineitem",),
        cost=("amountvalue",),
        currency=("amountcurrency",),
        provider="openai",
    ),
    Form(
        source="google_cloud",
        day=("usagestartdate", "usagestarttime", "usagedate", "date", "day"),
        end=("usageenddate", "usageendtime"),
        model=("skudescription", "sku.description", "sku"),
        cost=("unroundedcost$", "cost$", "cost"),
        currency=("currency",),
        service=("servicedescription", "service.description"),
        credit=("credittype",),
        kind=("costtype",),
        provider="gemini",
    ),
)


@dataclass(slots=True)
class Table:
    """The rows under a header, with the row number of each in the file."""

    form: Form
    delimiter: str
    header: list[str]
    places: Mapping[str, int]
    currency: str
    rows: list[tuple[int, list[str]]] = field(default_factory=list)

    def cell(self, row: Sequence[str], role: str) -> str:
        """What the row has in the column of this role, `""` without such a column."""
        place = self.places.get(role)
        return row[place].strip() if place is not None and place < len(row) else ""

    def column(self, role: str) -> str:
        """How the file calls the column of this role."""
        return self.header[self.places[role]].strip()


def plain(cell: str) -> str:
    """A header or a word, in lower case and without blanks and signs but for those of currencies."""
    return "".join(letter for letter in cell.lower() if letter.isalnum() or letter in _SIGNS)


def text_of(data: bytes) -> str:
    """The file's text; raises Malformed."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise Malformed("The file is not text in UTF-8: save it as CSV UTF-8.") from None
    if "\0" in text:
        raise Malformed("The file is no CSV: it holds NUL characters.")
    return text


def table_in(text: str) -> Table:
    """The table of one of the exports that are known; raises Malformed for every other text."""
    for delimiter in _DELIMITERS:
        found = _under_header(text, delimiter)
        if found is not None:
            return found
    if "num_model_requests" in text[:10_000] or "n_requests" in text[:10_000]:
        raise Malformed("This is OpenAI's export of usage, which tells tokens and no money: export the costs instead.")
    raise Malformed(
        "This is none of the bills that Fanfold knows: OpenAI's export of costs, Google Cloud's cost table or usage cost "
        "export, or a table with the header date,model,cost_usd."
    )


def _under_header(text: str, delimiter: str) -> Table | None:
    """The table, if one of the first rows is a header that is known; every row under it."""
    table: Table | None = None
    currency = ""
    try:
        for number, row in _rows(text, delimiter):
            if table is not None:
                if len(table.rows) > MAX_LINES:
                    break
                table.rows.append((number, row))
            elif number > _PREAMBLE:
                return None
            else:
                if len(row) > 1 and plain(row[0]) == "currency":
                    currency = row[1].strip()
                table = _known(row, delimiter, currency)
    except csv.Error as error:
        if table is None:
            return None
        raise Malformed(f"The file is no CSV: {error}.") from None
    return table


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with the line each begins in; raises Malformed where there is no end of columns or empty lines."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins, empty = 1, 0
    for row in reader:
        if len(row) > _MAX_CELLS:
            raise Malformed(f"Row {begins} has {len(row):,} cells: no bill has more than {_MAX_CELLS}.")
        if any(cell.strip() for cell in row):
            yield begins, row
        else:
            empty += 1
            if empty > _MAX_EMPTY:
                raise Malformed(f"The file has more than {_MAX_EMPTY:,} empty lines: remove them.")
        begins = reader.line_num + 1


def _known(row: list[str], delimiter: str, currency: str) -> Table | None:
    names = [plain(cell) for cell in row]
    for form in FORMS:
        places = {}
        for role in _ROLES:
            place = next((names.index(name) for name in getattr(form, role) if name in names), None)
            if place is not None:
                places[role] = place
        if {"day", "model", "cost"} <= places.keys():
            _check_currency(form, names[places["cost"]], said=bool(currency) or "currency" in places)
            return Table(form, delimiter, row, places, currency)
    if any(name.startswith(("cost", "unroundedcost")) and name[-1] in _SIGNS for name in names):
        raise Malformed("The costs are not in US dollars: only those can be compared with the ledger.")
    return None


def _check_currency(form: Form, cost: str, *, said: bool) -> None:
    # Google bills in the currency of the account; a column that is just called cost may be of any.
    if form.source == "google_cloud" and not said and not cost.endswith("$"):
        raise Malformed("The file does not say in which currency it is: export it with its column of the currency.")
