"""CSV and TSV: separators, quotes, line ends."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from client.rows.grids import read_grid
from client.rows.headers import known_in
from client.rows.tables import Table
from client.rows.wrongs import Unreadable

SEPARATORS = ",;\t|"
NONE = "\x1f"
SAMPLED = 50
MAX_CELL = 1_000_000

_EXCEL_HINT = re.compile(r"\Asep=(.)\r?\n?")


def read_separated(text: str, limit: int, separator: str = "") -> Table:
    """The table of a CSV or TSV text; raises Unreadable naming the line that cannot be read."""
    hint = _EXCEL_HINT.match(text)
    if hint:
        text, separator = text[hint.end() :], hint.group(1)
    if not text.strip():
        raise Unreadable("There is nothing in it: the first row must name the columns, one of them prompt.")
    return read_grid(_lines(text, separator or likely_separator(text)), limit)


def likely_separator(text: str) -> str:
    """The separator under which the header makes the most sense.

    A header of one column separates nothing: then commas in the lines below belong to their texts.
    """
    best = max(SEPARATORS, key=lambda separator: _sense(text, separator))
    return NONE if _sense(text, best)[1] == 1 else best


def _sense(text: str, separator: str) -> tuple[int, int, int]:
    try:
        sample = list(islice(_lines(text, separator), SAMPLED))
    except Unreadable:
        return (-1, 0, 0)
    header = next((line for line in sample if any(line)), [])
    fitting = sum(len(line) == len(header) for line in sample if line)
    return (known_in(header), min(len(header), 2), fitting if len(header) > 1 else 0)


def _lines(text: str, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_CELL)
    number = 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=False)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(f"row {number}: {_plain(error)}") from None
        number += 1


def _plain(error: csv.Error) -> str:
    text = str(error)
    if "end of data" in text:
        return 'a quote (") is opened here or later and never closed.'
    if "expected after" in text:
        return 'after a closing quote (") comes text: double the quotes inside a quoted text ("").'
    if "field larger" in text:
        return f"a cell has over {MAX_CELL:,} characters: is a quote missing?"
    return f"it cannot be read ({text})."
