"""Values of the port as Firestore's own, exact both ways; what cannot be stored is named in a ValueError."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Any, TypeAlias

from google.cloud.firestore_v1.field_path import FieldPath
from google.cloud.firestore_v1.types import document

from shared.ports.documents import ArrayUnion, Data, Increment, Transform, Value

Encoded: TypeAlias = Any
Trail: TypeAlias = tuple[str, ...]
Operation: TypeAlias = Increment | ArrayUnion | Transform

MAX_DEPTH = 20
MIN_INTEGER, MAX_INTEGER = -(2**63), 2**63 - 1
# In every document that a guarded commit wrote: which commit it was. No field of the users'.
TOKEN = "_commit"  # noqa: S105 - a field's name
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_OPERATIONS = (Increment, ArrayUnion, Transform)
# Messages without the client's wrappers: these are made and read a hundred times for an image.
PbValue: Any = document.Value.pb()
PbArray: Any = document.ArrayValue.pb()
PbMap: Any = document.MapValue.pb()


def encode_scalar(value: Value, trail: Trail = ()) -> Encoded:
    """None, bool, int, float, str or a time; ValueError for anything else."""
    kind = type(value)
    if kind is str:
        check_characters(value, trail)
        return PbValue(string_value=value)
    if value is None:
        return PbValue(null_value=0)
    if kind is bool:
        return PbValue(boolean_value=value)
    if kind is int:
        if not MIN_INTEGER <= value <= MAX_INTEGER:
            raise _wrong(trail, "the integer does not fit into 64 bits")
        return PbValue(integer_value=value)
    if kind is float:
        if not math.isfinite(value):
            raise _wrong(trail, "the number is not finite; leave the field out or use None")
        return PbValue(double_value=value)
    return _encode_other(value, trail)


def _encode_other(value: Value, trail: Trail) -> Encoded:
    if isinstance(value, _OPERATIONS):
        raise _wrong(trail, "a transform cannot stand here")
    if isinstance(value, Enum):
        return encode_scalar(value.value, trail)
    if isinstance(value, datetime):
        return _encode_time(value, trail)
    base = next((base for base in (str, int, float) if isinstance(value, base)), None)
    if base is not None:
        return encode_scalar(base(value), trail)
    named = f"a {type(value).__name__} cannot be stored"
    raise _wrong(trail, f"{named}; use None, bool, int, float, str, datetime, list or dict")


def _encode_time(value: datetime, trail: Trail) -> Encoded:
    if value.utcoffset() is None:
        raise _wrong(trail, "the time has no time zone; give an aware datetime in UTC")
    seconds, micros = divmod((value - EPOCH) // _MICROSECOND, 1_000_000)
    encoded = PbValue()
    encoded.timestamp_value.seconds, encoded.timestamp_value.nanos = seconds, micros * 1000
    return encoded


def encode_fields(
    data: Mapping[str, Value], operations: list[tuple[Trail, Operation]] | None, trail: Trail = ()
) -> dict[str, Encoded]:
    """A map, encoded; the transforms in it go to `operations` with their place (ValueError when that is None)."""
    if len(trail) > MAX_DEPTH:
        raise _wrong(trail, f"maps and lists are more than {MAX_DEPTH} deep")
    encoded: dict[str, Encoded] = {}
    for name, value in data.items():
        check_field_name(name, trail)
        if isinstance(value, _OPERATIONS):
            if operations is None:
                raise _wrong((*trail, name), "a transform cannot stand here")
            operations.append(((*trail, name), check_operation(value, (*trail, name))))
        else:
            encoded[name] = encode_value(value, operations, (*trail, name))
    return encoded


def encode_value(value: Value, operations: list[tuple[Trail, Operation]] | None, trail: Trail) -> Encoded:
    """Any value, encoded."""
    if isinstance(value, Mapping):
        return PbValue(map_value=PbMap(fields=encode_fields(value, operations, trail)))
    if isinstance(value, list | tuple):
        return PbValue(array_value=PbArray(values=encode_list(value, trail)))
    return encode_scalar(value, trail)


def encode_list(values: Sequence[Value], trail: Trail = ()) -> list[Encoded]:
    """A list, encoded; ValueError for a list or a transform directly in it."""
    for number, value in enumerate(values):
        if isinstance(value, list | tuple):
            raise _wrong((*trail, str(number)), "a list cannot hold a list; put it into a map")
    return [encode_value(value, None, (*trail, str(number))) for number, value in enumerate(values)]


def check_operation(operation: Operation, trail: Trail) -> Operation:
    """The transform with its values encoded; ValueError when they cannot be stored."""
    if isinstance(operation, Increment):
        if type(operation.by) is not int:
            raise _wrong(trail, "an increment is an int")
        encode_scalar(operation.by, trail)
    if isinstance(operation, ArrayUnion):
        return ArrayUnion(tuple(encode_list(operation.values, trail)))
    return operation


def check_field_name(name: object, trail: Trail = ()) -> None:
    """Raise ValueError when a map's key cannot be one; a document's own fields hold neither '/' nor '.'."""
    if not isinstance(name, str):
        raise _wrong(trail, f"the key {name!r} is not a text; keys are strings")
    if not name or (name[:2] == "__" and name[-2:] == "__") or (not trail and name == TOKEN):
        raise _wrong(trail, f"the key {name!r} is empty or reserved; name it otherwise")
    if not trail and ("." in name or "/" in name):
        raise _wrong(trail, f"the field name {name!r} holds '/' or '.'; name it otherwise")
    check_characters(name, trail)


def check_characters(text: str, trail: Trail) -> None:
    """Raise ValueError when a text is no Unicode."""
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _wrong(trail, "the text holds half of a surrogate pair; give whole characters") from None


@lru_cache(maxsize=4096)
def field_trail(name: object) -> Trail:
    """The checked parts of a dotted field path."""
    if not isinstance(name, str):
        raise ValueError(f"the field {name!r} is not named by a text.")  # noqa: TRY004 - every value that cannot be stored is a ValueError
    trail = tuple(name.split("."))
    for part in trail:
        check_field_name(part)
    return trail


@lru_cache(maxsize=4096)
def quoted(trail: Trail) -> str:
    """A field's path as Firestore spells it: keys with dots, slashes or other signs stand in backticks."""
    return FieldPath(*trail).to_api_repr()


def decode_fields(fields: Mapping[str, Encoded]) -> Data:
    """The map that was encoded, by name: Firestore keeps no order of its own."""
    return {name: decode(fields[name]) for name in sorted(fields)}


def decode(value: Encoded) -> Value:
    """One value that was encoded."""
    kind = value.WhichOneof("value_type")
    if kind == "null_value":
        return None
    if kind == "map_value":
        return decode_fields(value.map_value.fields)
    if kind == "array_value":
        return [decode(one) for one in value.array_value.values]
    if kind == "timestamp_value":
        return decode_time(value.timestamp_value)
    return getattr(value, kind)


def decode_time(timestamp: Any) -> datetime:
    """A moment, to the microsecond."""
    return EPOCH + timedelta(seconds=timestamp.seconds, microseconds=timestamp.nanos // 1000)


def _wrong(trail: Trail, what: str) -> ValueError:
    return ValueError(f"{'.'.join(trail) or 'The document'}: {what}.")
