"""Wrong cells, collected and told all at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from client.errors import WrongUse

SHOWN = 50


@dataclass(frozen=True, order=True)
class BadCell:
    """A cell that stops the batch: its row as the sheet shows it (0: the whole file), its column, and why."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        place = ", ".join(part for part in (f"row {self.row}" if self.row else "", self.column) if part)
        return f"{place}: {self.reason}" if place else self.reason


class BadRows(WrongUse):
    """A file that cannot be submitted as it is; `cells` holds everything that is wrong with it."""

    def __init__(self, source: str, cells: Sequence[BadCell]) -> None:
        self.source = source
        self.cells = tuple(sorted(cells, key=lambda cell: cell.row))
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        count = len(self.cells)
        if all(cell.row == 0 for cell in self.cells):
            wrong = "cannot be submitted as it is"
        else:
            wrong = "has one wrong cell" if count == 1 else f"has {count:,} wrong cells"
        head = f"{self.source} {wrong}. Nothing was submitted."
        lines = [head] + [f"  {cell}" for cell in self.cells[:SHOWN]]
        if count > SHOWN:
            lines.append(f"  … and {count - SHOWN:,} more")
        return "\n".join(lines)


class Unreadable(WrongUse):
    """A file that cannot be read as rows at all."""
