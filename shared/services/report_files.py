"""A cost report as files: JSON for programs, CSV for spreadsheets."""

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from shared.domain.catalogue import DOLLAR
from shared.domain.days import Day
from shared.domain.reports import Fold, Sums

# What spreadsheets take for a formula; the wide forms are those of East Asian keyboards.
_FORMULAS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
_NEXT_CELL = re.compile(r"([;\t\r\n])(?=[\s\"]*[=+\-@\uff1d\uff0b\uff0d\uff20])")
_COLUMNS = (
    *("day", "time_zone", "member", "member_name", "provider", "model", "batch", "batch_name"),
    *("images", "calls", "cost_micros", "cost_usd"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What members and batches are called, by their ids; who is gone has no name."""

    members: Mapping[str, str] = field(default_factory=dict)
    batches: Mapping[str, str] = field(default_factory=dict)


def json_file(org: str, day: Day, fold: Fold, names: Names) -> bytes:
    """The report in JSON: totals, the sums by member, model and batch, and every line."""
    said = {
        "schema": 1,
        "organisation": org,
        **_about(day),
        "starts_at": day.starts_at.isoformat(),
        "ends_at": day.ends_at.isoformat(),
        "total": asdict(fold.total),
        "by_member": _rows(fold.by("member"), names.members),
        "by_model": _rows(fold.by("model"), {}),
        "by_batch": _rows(fold.by("batch"), names.batches),
        "lines": [{**line._asdict(), **asdict(sums)} for line, sums in fold.sorted()],
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def csv_file(day: Day, fold: Fold, names: Names) -> bytes:
    """The report's lines in CSV, without a row of totals, which a pivot table would count twice.

    In UTF-8 behind a byte order mark: without it Excel reads the file in the code page of its machine and spoils every name
    that is not plain ASCII; everything else that reads CSV knows the mark. No cell is taken for a formula.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for line, sums in fold.sorted():
        cells = (
            *_about(day).values(),
            *(line.member, names.members.get(line.member, ""), line.provider, line.model),
            *(line.batch, names.batches.get(line.batch, "")),
        )
        numbers = (sums.images, sums.calls, sums.cost_micros, dollars(sums.cost_micros))
        writer.writerow([*map(harmless, cells), *numbers])
    return text.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet runs: an apostrophe stands before what begins like a formula.

    Where decimals have a comma Excel takes a semicolon for the end of a cell, and then a quote inside a line for nothing.
    """
    text = _NEXT_CELL.sub(r"\1'", text)
    return f"'{text}" if text.startswith(_FORMULAS) or text.lstrip().startswith(_FORMULAS) else text


def dollars(micros: int) -> str:
    """Micros of US dollars as dollars, exactly: six digits behind the point."""
    sign = "-" if micros < 0 else ""
    whole, rest = divmod(abs(micros), DOLLAR)
    return f"{sign}{whole}.{rest:06}"


def _about(day: Day) -> dict[str, str]:
    return {"day": day.date.isoformat(), "time_zone": day.zone.key}


def _rows(sums: Mapping[str, Sums], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The dearest first."""
    ranked = sorted(sums.items(), key=lambda one: (-one[1].cost_micros, one[0]))
    return [{"id": key, **({"name": names[key]} if key in names else {}), **asdict(one)} for key, one in ranked]
