"""manifest.csv: one line an item, safe to open in a spreadsheet.

Numbers count from 1, as those in the files' names do; the byte order mark is there because Excel spoils umlauts without it.
"""

import csv
import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from client.errors import ClientError
from client.models import Item

NAME = "manifest.csv"
COLUMNS = (
    "index", "row", "variant", "status", "file", "prompt", "model", "seed", "width", "height", "cost_micros",
    "error_kind", "error_detail", "tags", "metadata",
)  # fmt: skip

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

_NEXT_CELL = re.compile(r"([;\t\r\n])(?=[\s\"]*[=+\-@\uff1d\uff0b\uff0d\uff20])")


def write_manifest(folder: Path, entries: Iterable[tuple[Item, str]]) -> Path:
    """Write the manifest of items and their files, whole or not at all; raises ClientError."""
    path, part = folder / NAME, folder / f"{NAME}.part"
    try:
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            for item, name in sorted(entries, key=lambda entry: entry[0].index):
                writer.writerow({column: guarded(value) for column, value in _line(item, name).items()})
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise ClientError(f"{path} cannot be written: {error.strerror}.") from None
    return path


def guarded(value: object) -> object:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay."""
    if not isinstance(value, str):
        return value
    # Where decimals have a comma Excel takes a semicolon for the end of a cell, and a quote inside a line for nothing.
    value = _NEXT_CELL.sub(r"\1'", value)
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA_STARTS) else value


def _line(item: Item, name: str) -> Mapping[str, object]:
    return {
        "index": item.index + 1,
        "row": item.row + 1,
        "variant": item.variant,
        "status": item.status,
        "file": name,
        "prompt": item.prompt or "",
        "model": item.model or "",
        "seed": item.seed,
        "width": item.asset.width if item.asset else None,
        "height": item.asset.height if item.asset else None,
        "cost_micros": item.cost_micros,
        "error_kind": item.error.kind if item.error else "",
        "error_detail": item.error.detail if item.error else "",
        "tags": "; ".join(item.tags),
        "metadata": json.dumps(item.metadata, ensure_ascii=False, sort_keys=True) if item.metadata else "",
    }
