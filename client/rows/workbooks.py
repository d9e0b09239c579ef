"""XLSX: the first visible sheet, read as values, within limits."""

import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from client.rows.grids import read_grid
from client.rows.tables import CellError, Table
from client.rows.wrongs import Unreadable

MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_PARTS = 5_000
MAX_ROWS = 1_048_576  # no spreadsheet has more; a row that says so would be preceded by as many empty ones
BROKEN = (
    zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError,
    IndexError, AttributeError, EOFError, OSError, NotImplementedError, RuntimeError, AssertionError,
)  # fmt: skip


def read_workbook(data: bytes, limit: int) -> Table:
    """The table of the first visible sheet; raises Unreadable when the file is broken, locked or too large."""
    try:
        _check_size(data)
        # What openpyxl warns of (styles, extensions it does not know) says nothing about the values.
        with warnings.catch_warnings(action="ignore"):
            return _read(data, limit)
    except BROKEN as error:
        raise Unreadable(
            f"The workbook is damaged ({type(error).__name__}): open it and save it again as .xlsx."
        ) from None


def _read(data: bytes, limit: int) -> Table:
    values = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    formulas = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)
    try:
        return _first_visible(values, formulas, limit)
    finally:
        values.close()
        formulas.close()


def _first_visible(values: Any, formulas: Any, limit: int) -> Table:
    visible = [sheet for sheet in values.worksheets if sheet.sheet_state == "visible"]
    if not visible:
        raise Unreadable("The workbook has no visible sheet.")
    sheet, twin = visible[0], formulas[visible[0].title]
    table = read_grid(_lines(sheet, twin), limit)
    if len(visible) > 1:
        table.notices.append(f"Read the first of {len(visible)} sheets, {sheet.title!r}.")
    return table


def _lines(sheet: Any, twin: Any) -> Iterator[list[object]]:
    sheet.reset_dimensions()
    twin.reset_dimensions()
    for line, written in zip(sheet.iter_rows(max_row=MAX_ROWS), twin.iter_rows(max_row=MAX_ROWS), strict=True):
        yield [_value(cell, raw) for cell, raw in zip(line, written, strict=True)]


def _value(cell: Any, raw: Any) -> object:
    if raw.data_type == "f" and cell.value is None:
        return CellError(
            "holds a formula that was never calculated: open the file in a spreadsheet, save it, run again"
        )
    if cell.data_type == "e":
        return CellError(f"shows the error {cell.value}: repair the formula")
    return cell.value


def _check_size(data: bytes) -> None:
    """Stop before unpacking what would not fit into memory; a part never unpacks to more than it declares."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES or len(parts) > MAX_PARTS:
        raise Unreadable(
            f"The workbook unpacks to {unpacked / 1024**2:,.0f} MB; at most {MAX_UNPACKED_BYTES // 1024**2} MB are read."
        )
