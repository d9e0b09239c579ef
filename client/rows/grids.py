"""A header line and the lines under it, from a text table or a worksheet, to a Table."""

from collections.abc import Iterable, Sequence

from client.rows.headers import doubled, letter
from client.rows.tables import Table, as_text, is_empty
from client.rows.wrongs import BadCell, Unreadable

MAX_COLUMNS = 1_000


def read_grid(lines: Iterable[Sequence[object]], limit: int, *, header_row: int = 1) -> Table:
    """The table of a grid whose first filled line is the header; raises Unreadable when there is none, or too many columns."""
    table = Table()
    header: list[str] | None = None
    used: set[int] = set()
    for number, line in enumerate(lines, start=header_row):
        if all(is_empty(value) for value in line):
            if header is not None:
                table.empty.append(number)
            continue
        if any(not is_empty(value) for value in line[MAX_COLUMNS:]):
            raise Unreadable(f"row {number} has over {MAX_COLUMNS:,} columns: is it turned on its side?")
        if header is None:
            header, header_row = [as_text(value) for value in line], number
            continue
        used.update(_take(table, header, number, line, limit))
    if header is None:
        raise Unreadable("There is nothing in it: the first row must name the columns, one of them prompt.")
    _trim_tail(table)
    table.columns = [name for position, name in enumerate(header) if name and (position in used or not table.lines)]
    table.wrongs += [
        BadCell(header_row, name, "two columns have this name: rename or remove one") for name in doubled(table.columns)
    ]
    return table


def _take(table: Table, header: list[str], number: int, line: Sequence[object], limit: int) -> set[int]:
    """Add one line; the positions of its filled cells."""
    filled = {position for position, value in enumerate(line) if not is_empty(value)}
    surplus = [position for position in filled if position >= len(header)]
    if surplus:
        reason = (
            f"has {max(surplus) + 1} cells but the header names {len(header)} columns: "
            "name the column, or put quotes around a text that holds the separator"
        )
        table.wrongs.append(BadCell(number, letter(min(surplus)), reason))
    for position in sorted(filled.difference(surplus)):
        if not header[position]:
            table.wrongs.append(
                BadCell(number, letter(position), "has a value but the column has no name in the header")
            )
    cells = tuple((header[p], line[p]) for p in sorted(filled.difference(surplus)) if header[p])
    table.add(number, cells, limit)
    return filled


def _trim_tail(table: Table) -> None:
    """Empty lines after the last filled one are not rows that someone left out."""
    last = table.lines[-1].number if table.lines else 0
    if table.filled == len(table.lines):
        table.empty = [number for number in table.empty if number < last]
