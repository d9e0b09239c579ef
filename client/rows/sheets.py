"""The one way in: a path or standard input to the rows of a batch."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from client.pictures import Picture
from client.rows.builders import LOCAL, RowBuilder, images_of
from client.rows.cells import Limits
from client.rows.documents import parse_json, read_json, read_json_lines
from client.rows.headers import FIELDS, metadata_name, near_field, normal
from client.rows.separated import read_separated
from client.rows.tables import Table
from client.rows.texts import decode
from client.rows.workbooks import read_workbook
from client.rows.wrongs import BadCell, BadRows, Unreadable

MAX_FILE_BYTES = 32 * 1024 * 1024
KINDS = {".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "jsonl", ".xlsx": "xlsx"}
STDIN = "-"

__all__ = ["Limits", "Sheet", "read_sheet"]


@dataclass(frozen=True)
class Sheet:
    """Rows ready to be sent once their pictures are uploaded; `numbers` are the rows as the file shows them."""

    source: str
    rows: list[dict[str, Any]]
    numbers: list[int]
    pictures: list[Picture] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def rows_with(self, ids: Mapping[str, str] | None) -> list[dict[str, Any]]:
        """The rows with reference ids in place of local pictures; None leaves the local pictures out."""
        return [_with_ids(row, ids) for row in self.rows]


def read_sheet(
    source: str,
    limits: Limits,
    *,
    prompt_column: str = "",
    encoding: str = "",
    defaults: Mapping[str, Any] | None = None,
    stdin: BinaryIO | None = None,
) -> Sheet:
    """The rows of a file (`-`: standard input).

    Raises Unreadable when it cannot be read as rows at all, BadRows with every wrong cell.
    """
    name, folder, data = _load(source, stdin or sys.stdin.buffer)
    try:
        table = _parse(source, data, limits.rows, encoding)
        fields = _fields_of(table, prompt_column)
    except Unreadable as error:
        raise Unreadable(f"{name}: {error}") from None
    given = {**(table.settings.get("defaults") or {}), **(defaults or {})}
    builder = RowBuilder(fields, limits, folder, given)
    built = [(line.number, *builder.build(line)) for line in table.lines]
    wrongs = table.wrongs + [wrong for _, _, found in built for wrong in found]
    rows = [row for _, row, _ in built]
    wrongs += _beyond(table, rows, limits, given)
    if wrongs:
        raise BadRows(name, wrongs)
    return Sheet(
        source=name,
        rows=rows,
        numbers=[number for number, _, _ in built],
        pictures=list(builder.pictures.values()),
        notices=_notices(table, fields),
        settings=table.settings,
    )


def _load(source: str, stdin: BinaryIO) -> tuple[str, Path, bytes]:
    if source == STDIN:
        name, folder, data = "Standard input", Path(), stdin.read(MAX_FILE_BYTES + 1)
    else:
        path = Path(source)
        name, folder = source, path.parent
        if path.suffix and path.suffix.lower() not in KINDS:
            raise Unreadable(f"{source}: rows come as {', '.join(KINDS)}, or - for standard input.")
        if path.is_dir():
            raise Unreadable(f"{source} is a folder: name the file with the rows.")
        try:
            with path.open("rb") as file:
                data = file.read(MAX_FILE_BYTES + 1)
        except FileNotFoundError:
            raise Unreadable(f"There is no file {source}.") from None
        except OSError as error:
            raise Unreadable(f"{source} cannot be read: {error.strerror}.") from None
    if len(data) > MAX_FILE_BYTES:
        raise Unreadable(f"{name} has over {MAX_FILE_BYTES // 1024**2} MB: split it.")
    return name, folder, data


def _parse(source: str, data: bytes, limit: int, encoding: str) -> Table:
    kind = KINDS.get(Path(source).suffix.lower(), "") if source != STDIN else ""
    if data.startswith(b"PK\x03\x04"):
        return read_workbook(data, limit)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("It is an old .xls workbook or locked with a password: save it as .xlsx without one.")
    if kind == "xlsx":
        raise Unreadable("It is not a workbook: save it as .xlsx in a spreadsheet program.")
    text, notice = decode(data, encoding)
    kind = kind or _sniff(text)
    if kind == "json":
        table = read_json(text, limit)
    elif kind == "jsonl":
        table = read_json_lines(text, limit)
    else:
        table = read_separated(text, limit, "\t" if kind == "tsv" and "\t" in text else "")
    table.notices += [notice] if notice else []
    return table


def _sniff(text: str) -> str:
    """Which kind a text is that came without a name."""
    stripped = text.strip()
    if not stripped.startswith("{"):
        return "json" if stripped.startswith("[") else "csv"
    first = stripped.splitlines()[0]
    try:
        document = parse_json(first)
    except ValueError:
        return "jsonl" if first.endswith("}") else "json"
    return "json" if isinstance(document, dict) and "rows" in document else "jsonl"


def _fields_of(table: Table, prompt_column: str) -> dict[str, str]:
    """Which column gives which field; raises Unreadable when none gives the prompt."""
    if table.filled == 0 and not table.wrongs:
        raise Unreadable("There are no rows in it.")
    wanted = normal(prompt_column or "prompt")
    fields = {column: normal(column) for column in table.columns if normal(column) in FIELDS}
    if prompt_column:
        fields = {column: name for column, name in fields.items() if name != "prompt"}
        fields |= {column: "prompt" for column in table.columns if normal(column) == wanted}
    if "prompt" not in fields.values() and table.columns:
        named = ", ".join(table.columns[:12]) + (" …" if len(table.columns) > 12 else "")
        advice = "check --prompt-column" if prompt_column else "rename one to prompt, or name it with --prompt-column"
        raise Unreadable(f"No column is called {prompt_column or 'prompt'}: {advice}. Its columns: {named}.")
    return fields


def _beyond(table: Table, rows: Iterable[Mapping[str, Any]], limits: Limits, given: Mapping[str, Any]) -> list[BadCell]:
    if table.filled > limits.rows:
        return [BadCell(0, "", f"{table.filled:,} rows; a batch takes at most {limits.rows:,}: split the file")]
    images = sum(images_of(row, given) for row in rows)
    if images > limits.images:
        return [BadCell(0, "", f"{images:,} images in all; a batch takes at most {limits.images:,}: split the file")]
    return []


def _notices(table: Table, fields: Mapping[str, str]) -> list[str]:
    notices = list(table.notices)
    if table.empty:
        places = ", ".join(map(str, table.empty[:8])) + (" …" if len(table.empty) > 8 else "")
        count = len(table.empty)
        notices.append(f"Skipped {count:,} empty rows: {places}." if count > 1 else f"Skipped an empty row: {places}.")
    for column in table.columns:
        if column in fields:
            continue
        near = near_field(column)
        if near and near not in fields.values():
            notices.append(f"Column {column} is kept as metadata. Did you mean {near}?")
        if metadata_name(column) != column:
            notices.append(f"Column {column} is kept as metadata under the name {metadata_name(column)}.")
    return notices


def _with_ids(row: Mapping[str, Any], ids: Mapping[str, str] | None) -> dict[str, Any]:
    filled = dict(row)
    if "references" in filled:
        filled["references"] = _ids_of(filled["references"], ids)
    if "references" in filled.get("expand", {}):
        sets = [_ids_of(entry, ids) for entry in filled["expand"]["references"]]
        filled["expand"] = {**filled["expand"], "references": sets}
    return filled


def _ids_of(references: Iterable[str], ids: Mapping[str, str] | None) -> list[str]:
    if ids is None:
        return [reference for reference in references if not reference.startswith(LOCAL)]
    return [ids[each.removeprefix(LOCAL)] if each.startswith(LOCAL) else each for each in references]
