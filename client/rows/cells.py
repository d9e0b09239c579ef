"""One cell to one value of a row; every refusal says what the cell should hold."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from client.rows.documents import parse_json
from client.rows.headers import normal
from client.rows.tables import CellError, as_scalar, as_text

MODES = ("style_only", "style_and_composition")
EXPANDABLE = ("aspect_ratio", "model", "seed", "references", "variables")

_RATIO = re.compile(r"(\d{1,4})\s*:\s*(\d{1,4})(?::00)?")
_WHOLE = re.compile(r"[+-]?\d+(?:\.0+)?")
_DECIMAL = re.compile(r"\+?\d{1,9}(?:\.\d{1,15})?")
_PARTS = re.compile(r"[;,\n]")


@dataclass(frozen=True)
class Limits:
    """What one batch may hold."""

    rows: int = 1_000
    images: int = 10_000
    prompt_characters: int = 4_000
    variants: int = 10


class Refused(Exception):
    """A cell that cannot be taken; `str()` says why and what it should hold."""


def read_cell(field: str, value: object, limits: Limits) -> Any:
    """The value of a row's field from its filled cell; raises Refused."""
    if isinstance(value, CellError):
        raise Refused(value.reason)
    return PARSERS[field](value, limits)


def _prompt(value: object, limits: Limits) -> str:
    text = _text(value, limits)
    if len(text) > limits.prompt_characters:
        raise Refused(f"has {len(text):,} characters; at most {limits.prompt_characters:,} are taken")
    return text


def _text(value: object, _: Limits) -> str:
    if isinstance(value, dict | list):
        raise Refused("must be a text")
    return as_text(value)


def _variants(value: object, limits: Limits) -> int:
    number = _number(value)
    if number is None or not 1 <= number <= limits.variants:
        raise Refused(f"{shown(value)} is not a whole number from 1 to {limits.variants}")
    return number


def _seed(value: object, _: Limits) -> int:
    number = _number(value)
    if number is None or not 0 <= number < 2**31:
        raise Refused(f"{shown(value)} is not a whole number from 0 to 2147483647")
    return number


def _strength(value: object, _: Limits) -> float:
    number = _decimal(value)
    if number is None or not 0 <= number <= 1:
        raise Refused(f"{shown(value)} is not a number from 0 to 1")
    return number


def _steps(value: object, _: Limits) -> int:
    number = _number(value)
    if number is None or number < 1:
        raise Refused(f"{shown(value)} is not a whole number above 0")
    return number


def _guidance(value: object, _: Limits) -> float:
    number = _decimal(value)
    if number is None:
        raise Refused(f"{shown(value)} is not a number from 0 on")
    return number


def _decimal(value: object) -> float | None:
    """A plain number, also with a decimal comma, as spreadsheets in half of the world write it."""
    text = "" if isinstance(value, bool) else as_text(value).replace(",", ".")
    return float(text) if _DECIMAL.fullmatch(text) else None


def _number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    text = as_text(value)
    return int(float(text)) if _WHOLE.fullmatch(text) and len(text) < 16 else None


def _aspect_ratio(value: object, _: Limits) -> str:
    """Spreadsheets take 4:5 for a time of day: 04:05:00 is read back as 4:5."""
    if isinstance(value, datetime):
        raise Refused(f"{shown(value)} is a date; format the cell as text and write the ratio like 4:5")
    if isinstance(value, time | timedelta):
        value = as_text(value)
    match = _RATIO.fullmatch(as_text(value))
    if not match or not int(match[1]) or not int(match[2]):
        raise Refused(f"{shown(value)} is not an aspect ratio; write it like 4:5")
    return f"{int(match[1])}:{int(match[2])}"


def _size(value: object, limits: Limits) -> str:
    text = _text(value, limits)
    return text.upper() if re.fullmatch(r"\d+k", text) else text


def _mode(value: object, limits: Limits) -> str:
    mode = normal(_text(value, limits))
    if mode not in MODES:
        raise Refused(f"{shown(value)} is not a reference mode; write {' or '.join(MODES)}")
    return mode


def texts(value: object, _: Limits | None = None) -> list[str]:
    """The entries of a cell that lists texts: a JSON array, or parts between ; or , or line breaks."""
    if isinstance(value, str) and value.strip().startswith("["):
        value = _parsed(value)
        if not isinstance(value, list):
            raise Refused("must be a JSON array of texts")
    if isinstance(value, list):
        if not all(isinstance(entry, str | int | float) and not isinstance(entry, bool) for entry in value):
            raise Refused("must hold texts only")
        return [text for text in (as_text(entry) for entry in value) if text]
    if isinstance(value, dict):
        raise Refused("must be a list of texts")
    return [part.strip() for part in _PARTS.split(as_text(value)) if part.strip()]


def _mapping(value: object, _: Limits) -> dict[str, Any]:
    document = _object(value)
    wrong = next((name for name, entry in document.items() if isinstance(entry, dict | list)), None)
    if wrong is not None:
        raise Refused(f"{wrong} must be a text, a number, true or false")
    return {name: as_scalar(entry) for name, entry in document.items() if entry is not None}


def _expand(value: object, _: Limits) -> dict[str, Any]:
    document = dict(_object(value))
    mode = document.pop("mode", "product")
    if mode not in ("product", "zip"):
        raise Refused(f'its mode is {shown(mode)}; it must be "product" or "zip"')
    for name, entries in document.items():
        if name not in EXPANDABLE:
            raise Refused(f"{name} cannot be expanded; {', '.join(EXPANDABLE)} can")
        if not isinstance(entries, list) or not entries:
            raise Refused(f"its {name} must be a list that is not empty")
    if not document:
        raise Refused(f"names nothing to expand; give lists of {', '.join(EXPANDABLE)}")
    if mode == "zip" and len({len(entries) for entries in document.values()}) > 1:
        lengths = ", ".join(f"{name} {len(entries)}" for name, entries in document.items())
        raise Refused(f"zip needs lists of one length, not {lengths}")
    return {"mode": mode, **document}


def _object(value: object) -> dict[str, Any]:
    document = _parsed(value) if isinstance(value, str) else value
    if not isinstance(document, dict):
        raise Refused('must be a JSON object like {"name": "value"}')
    return document


def _parsed(text: str) -> object:
    try:
        return parse_json(text)
    except ValueError as error:
        raise Refused(f"is not valid JSON: {error}") from None


def shown(value: object) -> str:
    """A value as it is repeated in a message: quoted, short."""
    text = " ".join(as_text(value).split())
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


PARSERS: dict[str, Callable[[object, Limits], Any]] = {
    "prompt": _prompt,
    "variants": _variants,
    "references": texts,
    "pack": _text,
    "reference_mode": _mode,
    "aspect_ratio": _aspect_ratio,
    "size": _size,
    "model": _text,
    "seed": _seed,
    "strength": _strength,
    "steps": _steps,
    "guidance": _guidance,
    "variables": _mapping,
    "tags": texts,
    "metadata": _mapping,
    "expand": _expand,
    "fallback": texts,
}
