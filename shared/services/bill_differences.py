"""A bill beside the ledger: what differs, by day and model, and what that may mean."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from shared.domain.bills import Bill, BillLine
from shared.domain.catalogue import MODELS
from shared.domain.days import Day
from shared.domain.money import LedgerKind
from shared.ports.documents import DocumentStore, Where
from shared.repositories.money import Costs, LedgerRepository

# Less than this says nothing: amounts are rounded, and days end at other moments.
TOLERANCE_PERCENT: Final = 1
_KINDS: Final = (
    LedgerKind.CHARGE,
    LedgerKind.FAILED_CHARGE,
    LedgerKind.UNKNOWN_OUTCOME,
    LedgerKind.DUPLICATE,
)
Key = TypeVar("Key", bound=Hashable)
_NONE: Final = Costs(cost_micros=0, entries=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What was billed, what the ledger has, and the first without the second; `percent` is of what was billed."""

    billed_micros: int
    ledger_micros: int

    @property
    def difference_micros(self) -> int:
        """Positive when more was billed than the ledger knows."""
        return self.billed_micros - self.ledger_micros

    @property
    def percent(self) -> float | None:
        """The difference in percent of what was billed, to two places; None when nothing was."""
        if not self.billed_micros:
            return None
        share = Decimal(100 * self.difference_micros) / Decimal(self.billed_micros)
        return float(share.quantize(Decimal("0.01"), ROUND_HALF_UP))

    @property
    def is_told(self) -> bool:
        """Whether it is more than rounding."""
        larger = max(abs(self.billed_micros), self.ledger_micros)
        return 100 * abs(self.difference_micros) > TOLERANCE_PERCENT * larger


@dataclass(frozen=True, slots=True, kw_only=True)
class DayDifference(Difference):
    """One day, or one model on one day."""

    day: date
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDifference(Difference):
    """One model over all the bill's days; the ledger's part is told apart by what its entries stand for."""

    model: str
    charges: Costs
    failed_charges: Costs
    unknown_outcomes: Costs
    duplicates: Costs


@dataclass(frozen=True, slots=True, kw_only=True)
class BillComparison:
    """A bill beside the ledger as it is now. What was billed for other things is `elsewhere` and no part of `total`."""

    bill: Bill
    total: Difference
    by_model: list[ModelDifference]
    by_day: list[DayDifference]
    lines: list[DayDifference]
    elsewhere: list[BillLine]
    notes: list[str]


class BillDifferences:
    """Compares bills with the ledger of their organisation."""

    def __init__(self, documents: DocumentStore) -> None:
        self._ledger = LedgerRepository(documents)

    def of(self, org: str, bill: Bill) -> BillComparison:
        """The difference, from the ledger as it is now; a bill that tells no days apart is compared by model alone."""
        kept = [line for line in bill.lines if line.known]
        by_model = self._by_model(org, bill, kept)
        tells_days = all(line.day for line in kept)
        lines = self._by_line(org, bill, kept, [row.model for row in by_model]) if tells_days else []
        total = Difference(
            billed_micros=sum(line.cost_micros for line in kept),
            ledger_micros=sum(row.ledger_micros for row in by_model),
        )
        elsewhere = [line for line in bill.lines if not line.known]
        return BillComparison(
            bill=bill,
            total=total,
            by_model=by_model,
            by_day=_by_day(lines),
            lines=lines,
            elsewhere=elsewhere,
            notes=list(_notes(bill, total, by_model, elsewhere, tells_days=tells_days)),
        )

    def _by_model(self, org: str, bill: Bill, kept: list[BillLine]) -> list[ModelDifference]:
        period = _between(bill, date.fromisoformat(bill.first), date.fromisoformat(bill.last))
        billed = _sums((line.model, line.cost_micros) for line in kept)
        models = [spec.id for spec in MODELS if spec.provider == bill.provider]
        spent = self._ledger.costs(org, {model: (Where("model", "==", model), *period) for model in models})
        found = [model for model in models if model in billed or spent[model].entries]
        kinds = self._ledger.costs(
            org,
            {
                (model, kind): (Where("model", "==", model), Where("kind", "==", kind.value), *period)
                for model in found
                if spent[model].entries
                for kind in _KINDS
            },
        )
        rows = [
            ModelDifference(
                model=model,
                billed_micros=billed.get(model, 0),
                ledger_micros=spent[model].cost_micros,
                charges=kinds.get((model, LedgerKind.CHARGE), _NONE),
                failed_charges=kinds.get((model, LedgerKind.FAILED_CHARGE), _NONE),
                unknown_outcomes=kinds.get((model, LedgerKind.UNKNOWN_OUTCOME), _NONE),
                duplicates=kinds.get((model, LedgerKind.DUPLICATE), _NONE),
            )
            for model in found
        ]
        return sorted(rows, key=lambda row: (-abs(row.difference_micros), row.model))

    def _by_line(self, org: str, bill: Bill, kept: list[BillLine], models: list[str]) -> list[DayDifference]:
        """Every day and model with something in it, in order."""
        billed = _sums(((line.day, line.model), line.cost_micros) for line in kept)
        first, last = date.fromisoformat(bill.first), date.fromisoformat(bill.last)
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        spent = self._ledger.costs(
            org,
            {
                (day, model): (Where("model", "==", model), *_between(bill, day, day))
                for day in days
                for model in sorted(models)
            },
        )
        return [
            DayDifference(
                day=day,
                model=model,
                billed_micros=billed.get((day.isoformat(), model), 0),
                ledger_micros=costs.cost_micros,
            )
            for (day, model), costs in spent.items()
            if costs.entries or (day.isoformat(), model) in billed
        ]


def _between(bill: Bill, first: date, last: date) -> tuple[Where, ...]:
    """These days by the provider's clock."""
    zone = ZoneInfo(bill.time_zone)
    return Where("at", ">=", Day(first, zone).starts_at), Where("at", "<", Day(last, zone).ends_at)


def _by_day(lines: list[DayDifference]) -> list[DayDifference]:
    billed = _sums((line.day, line.billed_micros) for line in lines)
    spent = _sums((line.day, line.ledger_micros) for line in lines)
    return [DayDifference(day=day, billed_micros=billed[day], ledger_micros=spent[day]) for day in billed]


def _sums(entries: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    sums: dict[Key, int] = {}
    for key, micros in entries:
        sums[key] = sums.get(key, 0) + micros
    return sums


def _notes(
    bill: Bill,
    total: Difference,
    by_model: list[ModelDifference],
    elsewhere: list[BillLine],
    *,
    tells_days: bool,
) -> Iterator[str]:
    """What the figures may mean, in sentences."""
    unknown, duplicates = _all(row.unknown_outcomes for row in by_model), _all(row.duplicates for row in by_model)
    if not total.is_told:
        yield f"Bill and ledger agree within {TOLERANCE_PERCENT} %."
    elif total.difference_micros > 0:
        yield (
            f"{_dollars(total.difference_micros)} more was billed than the ledger knows: calls with the same key from "
            "outside this organisation, or prices that have risen since Fanfold's table was made."
        )
    else:
        yield (
            f"The ledger has {_dollars(-total.difference_micros)} more than was billed: a bill that is not complete yet, "
            "free use, prices that have fallen, or calls that were not billed."
        )
    if unknown.entries:
        without = total.difference_micros + unknown.cost_micros
        yield (
            f"The ledger holds {_dollars(unknown.cost_micros)} for {_calls(unknown.entries)} whose outcome is not known. "
            f"If nothing of it was billed, the difference is {_dollars(without)}."
        )
    if duplicates.entries:
        bought = "1 image was" if duplicates.entries == 1 else f"{duplicates.entries} images were"
        yield f"{bought} bought twice, for {_dollars(duplicates.cost_micros)}."
    if elsewhere:
        told = sum(line.cost_micros for line in elsewhere)
        yield f"{_dollars(told)} was billed for what is none of the models that Fanfold knows; it is not compared."
    if bill.credits_micros:
        yield f"Credits of {_dollars(-bill.credits_micros)} lower what you pay, not what the calls cost; they are not compared."
    if not tells_days:
        yield "This bill does not tell days apart, so it is compared by model alone."


def _all(costs: Iterable[Costs]) -> Costs:
    found = list(costs)
    return Costs(cost_micros=sum(one.cost_micros for one in found), entries=sum(one.entries for one in found))


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count} calls"


def _dollars(micros: int) -> str:
    """`$12.34`, with as many places as the first two figures of a small amount need."""
    usd = Decimal(abs(micros)) / 1_000_000
    return (
        f"{'-' if micros < 0 else ''}${usd:,.2f}"
        if usd >= 1 or not micros
        else f"{'-' if micros < 0 else ''}${usd:.6f}"
    )
