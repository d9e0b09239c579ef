"""What every file becomes first: lines of named cells with the numbers that a person sees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from client.rows.wrongs import BadCell


@dataclass(frozen=True)
class CellError:
    """A spreadsheet's own error in place of a value, like #REF!."""

    reason: str


@dataclass(frozen=True)
class Line:
    """One row of the file: its number as the file shows it, and its filled cells by column in order."""

    number: int
    cells: tuple[tuple[str, object], ...]


@dataclass
class Table:
    """A file's lines; `filled` counts all that are not empty, `lines` holds at most as many as a batch takes."""

    columns: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    filled: int = 0
    empty: list[int] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    wrongs: list[BadCell] = field(default_factory=list)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def add(self, number: int, cells: tuple[tuple[str, object], ...], limit: int) -> None:
        """Take a line, or count it when the limit is reached."""
        self.filled += 1
        if len(self.lines) < limit:
            self.lines.append(Line(number, cells))


def is_empty(value: object) -> bool:
    """True for a cell that says nothing."""
    return value is None or (isinstance(value, str) and not value.strip())


def as_text(value: object) -> str:
    """A cell as a person reads it: 2.0 is 2, dates are ISO, booleans true and false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return "" if value is None else str(value).replace("\r\n", "\n").replace("\r", "\n").strip()


def as_scalar(value: object) -> str | int | float | bool:
    """A cell as free metadata or a variable: numbers stay numbers, everything else is text."""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    return as_text(value)
