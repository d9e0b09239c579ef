"""Values of the port as Firestore's own, exact both ways; what cannot be stored is named in a ValueError."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Any, TypeAlias

from google.cloud.firestore_v1.field_path import FieldPath
from google.cloud.firestore_v1.types import document

from shared.domain.document_values import (
    Trail,
    check_characters,
    check_depth,
    check_field_name,
    check_number,
    field_trail,
    no_list_in_list,
    no_time_zone,
    no_transform_here,
    not_storable,
    wrong,
)
from shared.ports.documents import ArrayUnion, Data, Increment, Transform, Value

Encoded: TypeAlias = Any
Operation: TypeAlias = Increment | ArrayUnion | Transform

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
    if kind is int or kind is float:
        check_number(value, trail)
        return PbValue(integer_value=value) if kind is int else PbValue(double_value=value)
    return _encode_other(value, trail)


def _encode_other(value: Value, trail: Trail) -> Encoded:
    if isinstance(value, _OPERATIONS):
        raise no_transform_here(trail)
    if isinstance(value, Enum):
        return encode_scalar(value.value, trail)
    if isinstance(value, datetime):
        return _encode_time(value, trail)
    base = next((base for base in (str, int, float) if isinstance(value, base)), None)
    if base is not None:
        return encode_scalar(base(value), trail)
    raise not_storable(type(value), trail)


def _encode_time(value: datetime, trail: Trail) -> Encoded:
    if value.utcoffset() is None:
        raise no_time_zone(trail)
    seconds, micros = divmod((value - EPOCH) // _MICROSECOND, 1_000_000)
    encoded = PbValue()
    encoded.timestamp_value.seconds, encoded.timestamp_value.nanos = seconds, micros * 1000
    return encoded


def encode_fields(
    data: Mapping[str, Value], operations: list[tuple[Trail, Operation]] | None, trail: Trail = ()
) -> dict[str, Encoded]:
    """A map, encoded; the transforms in it go to `operations` with their place (ValueError when that is None)."""
    check_depth(trail)
    encoded: dict[str, Encoded] = {}
    for name, value in data.items():
        check_own_name(name, trail)
        if isinstance(value, _OPERATIONS):
            if operations is None:
                raise no_transform_here((*trail, name))
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
            raise no_list_in_list((*trail, str(number)))
    return [encode_value(value, None, (*trail, str(number))) for number, value in enumerate(values)]


def check_operation(operation: Operation, trail: Trail) -> Operation:
    """The transform with its values encoded; ValueError when they cannot be stored."""
    if isinstance(operation, Increment):
        if type(operation.by) is not int:
            raise wrong(trail, "an increment is an int")
        encode_scalar(operation.by, trail)
    if isinstance(operation, ArrayUnion):
        return ArrayUnion(tuple(encode_list(operation.values, trail)))
    return operation


def check_own_name(name: object, trail: Trail = ()) -> None:
    """Raise ValueError when a map's key cannot be one; the token's field is this adapter's own."""
    check_field_name(name, trail)
    if not trail and name == TOKEN:
        raise wrong(trail, f"the key {name!r} is empty or reserved; name it otherwise")


@lru_cache(maxsize=4096)
def own_trail(name: object) -> Trail:
    """The checked parts of a dotted field path."""
    trail = field_trail(name)
    for part in trail:
        check_own_name(part)
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
