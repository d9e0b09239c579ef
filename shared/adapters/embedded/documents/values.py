"""Document values as JSON that SQLite can compare, exact both ways.

A time is a text that begins with U+0001 U+0003. In the user's texts U+0000 and U+0001 are written as U+0001 U+0001 and
U+0001 U+0002: so no text can pass for a time, the order of texts stays, and SQLite never meets U+0000.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeAlias

from shared.domain.document_values import (
    Trail,
    check_characters,
    check_depth,
    check_field_name,
    check_number,
    no_list_in_list,
    no_time_zone,
    no_transform_here,
    not_storable,
    wrong,
)
from shared.ports.documents import ArrayUnion, Data, Increment, Transform, Value

Encoded: TypeAlias = Any
Operation: TypeAlias = Increment | ArrayUnion | Transform

TIME_MARK = "\x01\x03"
_ESCAPED = re.compile("\x01([\x01\x02])")
_OPERATIONS = (Increment, ArrayUnion, Transform)


def encode_time(value: datetime, trail: Trail = ()) -> str:
    """A time as a text that sorts by time; ValueError when it has no time zone."""
    if value.tzinfo is not UTC:
        if value.utcoffset() is None:
            raise no_time_zone(trail)
        value = value.astimezone(UTC)
    return TIME_MARK + value.isoformat(timespec="microseconds")


def encode_scalar(value: Value, trail: Trail = ()) -> Encoded:
    """None, bool, int, float, str or a time, encoded; ValueError for anything else."""
    kind = type(value)
    if kind is str:
        return _encode_text(value, trail)
    if value is None or kind is bool:
        return value
    if kind is int or kind is float:
        check_number(value, trail)
        return value
    if isinstance(value, _OPERATIONS):
        raise no_transform_here(trail)
    if isinstance(value, Enum):
        return encode_scalar(value.value, trail)
    if isinstance(value, datetime):
        return encode_time(value, trail)
    base = next((base for base in (str, int, float) if isinstance(value, base)), None)
    if base is not None:
        return encode_scalar(base(value), trail)
    raise not_storable(kind, trail)


def encode_fields(
    data: Mapping[str, Value], operations: list[tuple[Trail, Operation]] | None, trail: Trail = ()
) -> dict[str, Encoded]:
    """A map, encoded; the transforms in it go to `operations` with their place (ValueError when that is None)."""
    check_depth(trail)
    encoded: dict[str, Encoded] = {}
    for name, value in data.items():
        check_field_name(name, trail)
        kind = type(value)
        if kind is str and value.isascii() and "\x00" not in value and "\x01" not in value:
            encoded[name] = value
        elif isinstance(value, Mapping):
            encoded[name] = encode_fields(value, operations, (*trail, name))
        elif kind is list or kind is tuple:
            encoded[name] = encode_list(value, (*trail, name))
        elif isinstance(value, _OPERATIONS):
            if operations is None:
                raise no_transform_here((*trail, name))
            operations.append(((*trail, name), check_operation(value, (*trail, name))))
        else:
            encoded[name] = encode_scalar(value, (*trail, name))
    return encoded


def encode_list(values: Sequence[Value], trail: Trail = ()) -> list[Encoded]:
    """A list, encoded; ValueError for a list or a transform directly in it."""
    encoded: list[Encoded] = []
    for number, value in enumerate(values):
        if isinstance(value, list | tuple):
            raise no_list_in_list((*trail, str(number)))
        if isinstance(value, Mapping):
            encoded.append(encode_fields(value, None, (*trail, str(number))))
        else:
            encoded.append(encode_scalar(value, (*trail, str(number))))
    return encoded


def encode_value(value: Value, operations: list[tuple[Trail, Operation]] | None, trail: Trail) -> Encoded:
    """Any value, encoded."""
    if isinstance(value, Mapping):
        return encode_fields(value, operations, trail)
    if isinstance(value, list | tuple):
        return encode_list(value, trail)
    return encode_scalar(value, trail)


def check_operation(operation: Operation, trail: Trail) -> Operation:
    """The transform with its values encoded; ValueError when they cannot be stored."""
    if isinstance(operation, Increment):
        if type(operation.by) is not int:
            raise wrong(trail, "an increment is an int")
        encode_scalar(operation.by, trail)
    if isinstance(operation, ArrayUnion):
        return ArrayUnion(tuple(encode_list(operation.values, trail)))
    return operation


def decode_fields(encoded: dict[str, Encoded]) -> Data:
    """The map that was encoded; works in place."""
    for name, value in encoded.items():
        kind = type(value)
        if kind is str:
            if "\x01" in value:
                encoded[name] = _decode_text(value)
        elif kind is dict:
            decode_fields(value)
        elif kind is list:
            _decode_list(value)
    return encoded


def _decode_list(encoded: list[Encoded]) -> None:
    for number, value in enumerate(encoded):
        kind = type(value)
        if kind is str:
            if "\x01" in value:
                encoded[number] = _decode_text(value)
        elif kind is dict:
            decode_fields(value)


def _decode_text(text: str) -> str | datetime:
    if text.startswith(TIME_MARK):
        return datetime.fromisoformat(text[2:])
    return _ESCAPED.sub(lambda found: "\x00" if found[1] == "\x01" else "\x01", text)


def _encode_text(text: str, trail: Trail) -> str:
    check_characters(text, trail)
    if "\x00" in text or "\x01" in text:
        return text.replace("\x01", "\x01\x02").replace("\x00", "\x01\x01")
    return text
