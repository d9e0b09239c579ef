"""What a day cost an organisation: the ledger's entries added up."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from shared.domain.days import Day
from shared.domain.documents import Stored
from shared.domain.money import LedgerEntry, LedgerKind

OTHER = "other"
# A report is made in memory: what goes beyond is told apart by member and model, and no longer by batch.
MAX_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Sums:
    """Images made, calls to providers, micros of US dollars spent."""

    images: int = 0
    calls: int = 0
    cost_micros: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.images + other.images, self.calls + other.calls, self.cost_micros + other.cost_micros)


class Line(NamedTuple):
    """What a report tells apart."""

    member: str
    provider: str
    model: str
    batch: str


class CostReport(Stored):
    """One day of an organisation, at `orgs/{org}/reports/{day}`: its sums, and where the whole report is kept.

    The day is from `starts_at` to `ends_at`, as the organisation's clocks had it. `digest` stands for all that the files
    say, `announced` is the digest of what was announced.
    """

    day: date
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    total: Sums
    lines: int
    digest: str
    json_object: str
    csv_object: str
    made_at: datetime
    announced: str = ""

    def written(self) -> dict[str, Any]:
        """The document's data; a day is kept as a text that sorts as days do."""
        return {**super().written(), "day": self.day.isoformat()}


class CostCheckpoint(Stored):
    """How far an organisation's reports reach, at `orgs/{org}/checkpoints/costs`: every day up to `through`, in this time zone."""

    through: date
    time_zone: str

    def written(self) -> dict[str, Any]:
        """The document's data."""
        return {**super().written(), "through": self.through.isoformat()}


@dataclass(slots=True)
class Fold:
    """Entries of the ledger, added up one after another; holds no entry."""

    lines: dict[Line, Sums] = field(default_factory=dict)

    def add(self, entries: Iterable[LedgerEntry]) -> None:
        """Add these."""
        for entry in entries:
            line = Line(entry.member, entry.provider, entry.model, entry.batch)
            if line not in self.lines and len(self.lines) >= MAX_LINES:
                line = line._replace(batch=OTHER)
            calls = 0 if entry.kind is LedgerKind.REUSED else 1
            self.lines[line] = self.lines.get(line, Sums()) + Sums(entry.images, calls, entry.cost_micros)

    @property
    def total(self) -> Sums:
        """All of it."""
        return sum(self.lines.values(), Sums())

    def by(self, name: str) -> dict[str, Sums]:
        """The sums by `member`, `model` or `batch`."""
        found: dict[str, Sums] = {}
        for line, sums in self.lines.items():
            key = getattr(line, name)
            found[key] = found.get(key, Sums()) + sums
        return found

    def sorted(self) -> list[tuple[Line, Sums]]:
        """The lines, in the order of their names."""
        return sorted(self.lines.items())

    def digest(self, day: Day) -> str:
        """A hash over the day and every line: the same for the same report, whenever it is made."""
        parts = [day.date.isoformat(), day.zone.key, day.starts_at.isoformat()]
        parts += [repr((*line, sums.images, sums.calls, sums.cost_micros)) for line, sums in self.sorted()]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()
