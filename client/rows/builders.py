"""A line of cells to a row of the API, with everything that is wrong with it."""

import re
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any

from client.pictures import Picture, PictureRefused, check_picture
from client.rows.cells import Limits, Refused, read_cell, texts
from client.rows.headers import metadata_name, normal
from client.rows.tables import CellError, Line, as_scalar
from client.rows.wrongs import BadCell

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]{1,64}?)\s*\}\}")
REFERENCE_ID = re.compile(r"ref_[A-Za-z0-9]+")
LOCAL = "sha256:"


class RowBuilder:
    """Builds the rows of one file; local pictures become `sha256:…` until they are uploaded."""

    def __init__(self, fields: Mapping[str, str], limits: Limits, folder: Path, defaults: Mapping[str, Any]) -> None:
        self.pictures: dict[str, Picture] = {}
        self._fields = fields
        self._limits = limits
        self._folder = folder
        self._defaults = defaults
        self._checked: dict[Path, Picture | PictureRefused] = {}

    def build(self, line: Line) -> tuple[dict[str, Any], list[BadCell]]:
        """The row of a line and its wrong cells."""
        row: dict[str, Any] = {}
        wrongs: list[BadCell] = []
        others: dict[str, Any] = {}
        for column, value in line.cells:
            field = self._fields.get(column)
            try:
                if field is not None:
                    row[field] = self._read(field, value)
                else:
                    others[metadata_name(column)] = _free(value)
            except Refused as refused:
                wrongs.append(BadCell(line.number, column, str(refused)))
        prompt_column = next((column for column, field in self._fields.items() if field == "prompt"), "prompt")
        if not any(self._fields.get(column) == "prompt" for column, _ in line.cells):
            wrongs.append(BadCell(line.number, prompt_column, "is empty: every row needs a prompt"))
        if others:
            row["metadata"] = others | row.get("metadata", {})
        if "prompt" in row:
            for name in self._fill(row, line):
                reason = f"{{{{{name}}}}} has no value: fill a column named {name}, or write it as text"
                wrongs.append(BadCell(line.number, prompt_column, reason))
        return row, wrongs

    def _read(self, field: str, value: object) -> Any:
        if field == "references":
            return self._references(value)
        parsed = read_cell(field, value, self._limits)
        if field == "expand" and "references" in parsed:
            parsed["references"] = [self._references(entry) for entry in parsed["references"]]
        return parsed

    def _fill(self, row: dict[str, Any], line: Line) -> list[str]:
        """Give placeholders the cells of their columns; the names that are left without a value."""
        names = list(dict.fromkeys(PLACEHOLDER.findall(row["prompt"])))
        if not names:
            return []
        cells = {
            normal(column): value for column, value in line.cells if not isinstance(value, CellError | dict | list)
        }
        variables = {name: as_scalar(cells[normal(name)]) for name in names if normal(name) in cells}
        variables |= row.get("variables", {})
        if variables:
            row["variables"] = variables
        known = set(variables) | set(self._defaults.get("variables") or {})
        for expanded in row.get("expand", {}).get("variables", []):
            known |= set(expanded) if isinstance(expanded, dict) else set()
        return [name for name in names if name not in known]

    def _references(self, value: object) -> list[str]:
        if isinstance(value, CellError):
            raise Refused(value.reason)
        if isinstance(value, str) and value.strip() and "\n" not in value.strip() and self._is_file(value.strip()):
            entries = [value.strip()]
        else:
            entries = texts(value)
        references, reasons = [], []
        for entry in entries:
            try:
                references.append(self._reference(entry))
            except Refused as refused:
                reasons.append(str(refused))
        if reasons:
            raise Refused("; ".join(reasons))
        return references

    def _reference(self, entry: str) -> str:
        if REFERENCE_ID.fullmatch(entry):
            return entry
        if "://" in entry:
            raise Refused(f"{entry}: addresses are not taken here; download the picture and name the file")
        path = self._folder / entry
        if "\\" in entry and not path.exists():
            path = self._folder / entry.replace("\\", "/")
        if path not in self._checked:
            try:
                self._checked[path] = check_picture(path)
            except PictureRefused as refused:
                self._checked[path] = refused
        found = self._checked[path]
        if isinstance(found, PictureRefused):
            raise Refused(f"{entry}: {found}")
        self.pictures.setdefault(found.sha256, found)
        return LOCAL + found.sha256

    def _is_file(self, entry: str) -> bool:
        try:
            return (self._folder / entry).is_file()
        except (OSError, ValueError):
            return False


def images_of(row: Mapping[str, Any], defaults: Mapping[str, Any]) -> int:
    """How many images a row asks for."""
    expand = row.get("expand") or defaults.get("expand") or {}
    lengths = [len(entries) for name, entries in expand.items() if name != "mode"]
    expanded = max(lengths, default=1) if expand.get("mode") == "zip" else prod(lengths)
    return int(row.get("variants") or defaults.get("variants") or 1) * expanded


def _free(value: object) -> Any:
    if isinstance(value, CellError):
        raise Refused(value.reason)
    if isinstance(value, dict | list):
        raise Refused("is no field of a row, and free metadata must be a text, a number, true or false")
    return as_scalar(value)
