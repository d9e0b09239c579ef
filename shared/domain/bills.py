"""What providers billed, as admins bring it, and as it is kept beside the ledger."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final

from pydantic import Field, PlainValidator, StringConstraints, WithJsonSchema

from shared.domain.catalogue import MODELS, PREVIEW
from shared.domain.documents import Part, Stored
from shared.domain.ids import derived
from shared.domain.requests import Strict
from shared.domain.texts import Printable

MAX_DAYS: Final = 93
MAX_LINES: Final = 20_000
# Of the lines that are kept: each day and model is one.
MAX_KEPT: Final = 2_000
# A document has at most 1 MiB.
MAX_NAMES_BYTES: Final = 600_000
MAX_NAME: Final = 120
MAX_MODEL: Final = 200
MOST_USD: Final = Decimal(10) ** 9

PROVIDERS: Final = tuple(sorted({spec.provider for spec in MODELS} - {PREVIEW}))
# By whose clock a provider's days begin; the others count in UTC.
ZONES: Final = {"gemini": "America/Los_Angeles"}

Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_NAME), Printable]
Model = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_MODEL), Printable]


_DAY = re.compile(r"20\d{2}-\d{2}-\d{2}", re.ASCII)
_AMOUNT = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


def _day(value: object) -> date:
    """A day that is written as one: the usual parser would also take seconds since 1970."""
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise ValueError("Give a date like 2026-05-01.")


def _dollars(value: object) -> Decimal:
    """An amount in plain figures: the usual parser would also take other alphabets' and underscores between them."""
    if _AMOUNT.fullmatch(str(value)) is None:
        raise ValueError("Give an amount of dollars like 1234.56.")
    amount = Decimal(str(value))
    if abs(amount) > MOST_USD:
        raise ValueError(f"Give at most {MOST_USD:,} dollars.")
    return amount


BilledDay = Annotated[date, PlainValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Dollars = Annotated[
    Decimal, PlainValidator(_dollars), WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]})
]


class BillLineCreate(Strict):
    """What one model, or anything else with a name, cost on one day, in US dollars as the provider writes them."""

    day: BilledDay
    model: Model
    cost_usd: Dollars


class BillCreate(Strict):
    """A bill in rows; without a first or last day its lines say them."""

    provider: str
    name: Name = ""
    from_: BilledDay | None = Field(None, alias="from")
    to: BilledDay | None = None
    lines: Annotated[list[BillLineCreate], Field(min_length=1, max_length=MAX_LINES)]


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was read: `day` is None where the bill tells a whole period in one."""

    day: date | None
    model: str
    cost_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBill:
    """What a file or a request said, exactly.

    `first` and `last` are the days it covers, `left_out` says how many lines were no part of it, by why, `credits_usd` are
    the discounts that it names: they lower what is paid, not what the calls cost; `provider` is empty where the form tells none.
    """

    source: str
    lines: tuple[Line, ...]
    first: date
    last: date
    provider: str = ""
    left_out: dict[str, int] = field(default_factory=dict)
    credits_usd: Decimal = Decimal(0)


class BillLine(Part):
    """What one model cost on one day; `day` is empty where the bill does not tell days apart.

    `known` is false for a name that is none of the models that Fanfold knows: it stands there as it was billed.
    """

    day: str
    model: str
    known: bool
    cost_micros: int


class Bill(Stored):
    """A bill, at `orgs/{org}/bills/{id}`: the days `first` to `last` by the clock of `time_zone`."""

    id: str
    provider: str
    name: str
    source: str
    first: str
    last: str
    time_zone: str
    billed_micros: int
    credits_micros: int
    left_out: dict[str, int] = Field(default_factory=dict)
    lines: list[BillLine] = Field(default_factory=list, repr=False)
    created_at: datetime
    created_by: str


def kept_lines(lines: Iterable[Line], provider: str) -> list[BillLine]:
    """The lines added up by day and model, in their order; amounts are rounded once, to whole micros."""
    sums: dict[tuple[str, str, bool], Decimal] = {}
    for line in lines:
        model = model_of(line.model, provider)
        key = (line.day.isoformat() if line.day else "", model or line.model, model is not None)
        sums[key] = sums.get(key, Decimal(0)) + line.cost_usd
    return [
        BillLine(day=day, model=model, known=known, cost_micros=micros(usd))
        for (day, model, known), usd in sorted(sums.items())
    ]


def micros(usd: Decimal) -> int:
    """Whole micros, the nearest."""
    return round(usd * 1_000_000)


def bill_id(org: str, provider: str, first: date, last: date, lines: Iterable[BillLine]) -> str:
    """The id of a bill of this content: the same bill meets itself, in whatever form it comes."""
    parts = [f"{line.day} {line.model} {line.cost_micros}" for line in lines]
    return derived("bil", org, provider, first.isoformat(), last.isoformat(), *parts)


def model_of(billed: str, provider: str) -> str | None:
    """The model that a line of the bill names (`gpt-image-2-2026-04-21, image output`), the longest match; None for none."""
    said = f"-{_plain(billed)}-"
    found = [(len(name), model) for name, model in _NAMES[provider] if f"-{name}-" in said]
    return max(found)[1] if found else None


def _plain(text: str) -> str:
    return "-".join("".join(letter if letter.isalnum() or letter == "." else " " for letter in text.lower()).split())


def _names(provider: str) -> list[tuple[str, str]]:
    """What each model may be called: its id, and its title without what Fanfold adds to it."""
    specs = [spec for spec in MODELS if spec.provider == provider]
    return [(_plain(name), spec.id) for spec in specs for name in (spec.id, spec.title.partition(",")[0])]


_NAMES: Final = {provider: _names(provider) for provider in PROVIDERS}
