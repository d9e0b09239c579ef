"""JSON and JSON lines."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from client.rows.headers import doubled
from client.rows.tables import Table, is_empty
from client.rows.wrongs import BadCell, Unreadable

SETTINGS = ("name", "defaults", "priority", "start_at", "budget_micros", "reuse", "tags")


def read_json(text: str, limit: int) -> Table:
    """The table of a JSON array, or of an object with `rows` and a batch's settings; raises Unreadable."""
    try:
        document = parse_json(text)
    except ValueError as error:
        raise Unreadable(f"It is not valid JSON: {error}.") from None
    settings: dict[str, Any] = {}
    if isinstance(document, dict) and "rows" in document:
        settings = {name: value for name, value in document.items() if name != "rows"}
        unknown = [name for name in settings if name not in SETTINGS]
        if unknown:
            raise Unreadable(f"A batch has no field {unknown[0]}; beside rows it takes {', '.join(SETTINGS)}.")
        document = document["rows"]
    if not isinstance(document, list):
        raise Unreadable('JSON must be an array of rows, or an object like {"rows": [ … ]}.')
    table = _table(enumerate(document, start=1), limit)
    table.settings = settings
    return table


def read_json_lines(text: str, limit: int) -> Table:
    """The table of a text with one JSON object a line; wrong lines are wrong cells."""
    entries: list[tuple[int, object]] = []
    wrongs: list[BadCell] = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            entries.append((number, parse_json(line)))
        except ValueError as error:
            wrongs.append(BadCell(number, "", f"is not valid JSON: {error}"))
    table = _table(entries, limit)
    table.wrongs = wrongs + table.wrongs
    return table


def parse_json(text: str) -> object:
    """The value of a JSON text; raises ValueError with what is wrong and where."""
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"{error.msg[:1].lower()}{error.msg[1:]} at line {error.lineno}, column {error.colno}"
        ) from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _table(entries: Iterable[tuple[int, object]], limit: int) -> Table:
    table = Table()
    columns: dict[str, None] = {}
    for number, entry in entries:
        if not isinstance(entry, dict):
            table.wrongs.append(BadCell(number, "", 'is not an object like {"prompt": "…"}'))
            continue
        cells = tuple((str(name), value) for name, value in entry.items() if not is_empty(value))
        if not entry:
            table.empty.append(number)
            continue
        columns |= dict.fromkeys(map(str, entry))
        for name in doubled(name for name, _ in cells):
            table.wrongs.append(BadCell(number, name, "is given twice"))
        table.add(number, cells, limit)
    table.columns = list(columns)
    return table


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not a JSON number")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entry = dict(pairs)
    if len(entry) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise ValueError(f"{next(name for name, count in counts.items() if count > 1)} is given twice")
    return entry
