"""One commit's writes: checked before anything happens, then turned into new documents under the writer's lock."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, assert_never

import orjson

from shared.adapters.embedded.documents.values import (
    Encoded,
    Operation,
    check_operation,
    encode_fields,
    encode_value,
)
from shared.domain.document_paths import Place, document_place
from shared.domain.document_values import MAX_INTEGER, MIN_INTEGER, Trail, field_trail
from shared.domain.errors import GuardRefused, TooLarge
from shared.ports.documents import (
    MAX_WRITES_A_COMMIT,
    ArrayUnion,
    Create,
    Delete,
    Guard,
    Increment,
    Transform,
    Update,
    Version,
    Write,
)

MAX_DOCUMENT_BYTES = 1024 * 1024
KEPT_BY_THE_STORE = ("revision", "changed_at")


class Row(NamedTuple):
    """A document as it lies in the file."""

    number: int
    version: int
    data: str


@dataclass(slots=True)
class Prepared:
    """A write whose values are encoded: plain fields, with their place, and transforms."""

    place: Place
    write: Write
    guarded: bool
    whole: dict[str, Encoded] = field(default_factory=dict)
    fields: list[tuple[Trail, Encoded]] = field(default_factory=list)
    operations: list[tuple[Trail, Operation]] = field(default_factory=list)

    @property
    def stores(self) -> bool:
        """Whether there is a document afterwards."""
        return not isinstance(self.write, Delete)


def prepare(writes: Sequence[Write]) -> list[Prepared]:
    """The writes of a commit, checked and encoded; ValueError in words when one cannot be stored."""
    if len(writes) > MAX_WRITES_A_COMMIT:
        raise ValueError(f"A commit of {len(writes)} writes; at most {MAX_WRITES_A_COMMIT} are allowed.")
    prepared = [_prepare(write) for write in writes]
    if len({one.place.path for one in prepared}) < len(prepared):
        raise ValueError("A commit writes a document twice; join its writes.")
    return prepared


def _prepare(write: Write) -> Prepared:
    place = document_place(write.path)
    try:
        return _encode(write, place)
    except ValueError as error:
        raise ValueError(f"{place.path}: {error}") from None


def _encode(write: Write, place: Place) -> Prepared:
    if isinstance(write, Delete):
        return Prepared(place, write, write.guard is not None)
    prepared = Prepared(place, write, isinstance(write, Create) or write.guard is not None)
    if isinstance(write, Update):
        _encode_update(write, prepared)
    else:
        prepared.whole = encode_fields(write.data, prepared.operations)
        if any(operation is Transform.DELETE_FIELD for _, operation in prepared.operations):
            raise ValueError("a field can be deleted by an update only.")
    return prepared


def _encode_update(write: Update, prepared: Prepared) -> None:
    if write.guard is Guard.ABSENT:
        raise ValueError("an update changes what exists; it cannot be guarded by absence.")
    seen: set[Trail] = set()
    for name, value in write.fields.items():
        trail = field_trail(name)
        if prepared.guarded and trail[0] in KEPT_BY_THE_STORE:
            raise ValueError(f"{name}: the store itself writes this field in a guarded update.")
        seen.add(trail)
        if isinstance(value, Increment | ArrayUnion | Transform):
            prepared.operations.append((trail, check_operation(value, trail)))
        else:
            nested = len(prepared.operations)
            prepared.fields.append((trail, encode_value(value, prepared.operations, trail)))
            if any(operation is Transform.DELETE_FIELD for _, operation in prepared.operations[nested:]):
                raise ValueError(f"{name}: name the field to delete by its dotted path.")
    for trail in seen:
        if len(trail) > 1 and any(trail[:length] in seen for length in range(1, len(trail))):
            raise ValueError(f"{'.'.join(trail)}: the update names this field and one above it; name one of them.")


def check_guard(prepared: Prepared, row: Row | None) -> None:
    """Raise GuardRefused when the document is not what the write was promised."""
    write, path = prepared.write, prepared.place.path
    guard = Guard.ABSENT if isinstance(write, Create) else write.guard
    if guard is Guard.ABSENT:
        if row is not None:
            raise GuardRefused(f"{path} exists already.")
        return
    if row is None:
        if guard is not None or isinstance(write, Update):
            raise GuardRefused(f"{path} does not exist.")
    elif isinstance(guard, Version) and guard.value != str(row.version):
        raise GuardRefused(f"{path} was changed since it was read.")


def new_data(prepared: Prepared, row: Row | None, time: str) -> str:
    """The document after a create, set or update, as JSON; `time` is the encoded time of the commit. TooLarge raised."""
    write = prepared.write
    before: dict[str, Encoded] = {}
    if row is not None and (prepared.guarded or isinstance(write, Update)):
        before = orjson.loads(row.data)
    revision = before.get("revision")
    data = before if isinstance(write, Update) else prepared.whole
    for trail, value in prepared.fields:
        _holder(data, trail)[trail[-1]] = value
    for trail, operation in prepared.operations:
        _transform(data, trail, operation, time)
    if prepared.guarded:
        data["revision"] = (revision if type(revision) is int else 0) + 1
        data["changed_at"] = time
    encoded = orjson.dumps(data)
    if len(encoded) > MAX_DOCUMENT_BYTES:
        raise TooLarge(
            f"{prepared.place.path} would be {len(encoded):,} bytes; a document has at most {MAX_DOCUMENT_BYTES:,}."
        )
    return encoded.decode()


def _holder(data: dict[str, Encoded], trail: Trail) -> dict[str, Encoded]:
    """The map that holds the last part of the trail, made where there is none."""
    for part in trail[:-1]:
        inner = data.get(part)
        if type(inner) is not dict:
            inner = data[part] = {}
        data = inner
    return data


def _transform(data: dict[str, Encoded], trail: Trail, operation: Operation, time: str) -> None:
    if operation is Transform.DELETE_FIELD:
        inner: Any = data
        for part in trail[:-1]:
            inner = inner.get(part) if type(inner) is dict else None
        if type(inner) is dict:
            inner.pop(trail[-1], None)
        return
    holder, name = _holder(data, trail), trail[-1]
    if operation is Transform.SERVER_TIME:
        holder[name] = time
    elif isinstance(operation, Increment):
        holder[name] = _added(holder.get(name), operation.by)
    elif isinstance(operation, ArrayUnion):
        holder[name] = _united(holder.get(name), operation.values)
    else:
        assert_never(operation)


def _added(before: Encoded, by: int) -> Encoded:
    if type(before) is float:
        return before + by
    return max(MIN_INTEGER, min(MAX_INTEGER, (before if type(before) is int else 0) + by))


def _united(before: Encoded, values: Sequence[Encoded]) -> list[Encoded]:
    united = list(before) if type(before) is list else []
    for value in values:
        if not any(_same(value, held) for held in united):
            united.append(value)
    return united


def _same(one: Encoded, other: Encoded) -> bool:
    """Equal as stored values: True is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def read_row(connection: sqlite3.Connection, place: Place) -> Row | None:
    """The document's row, or None."""
    found = connection.execute(
        "SELECT number, version, data FROM documents WHERE collection = ? AND parent = ? AND id = ?",
        (place.collection, place.parent, place.id),
    ).fetchone()
    return found and Row(*found)


def store_row(connection: sqlite3.Connection, place: Place, row: Row | None, data: str | None, version: int) -> None:
    """Insert, replace or (with no data) delete the document's row."""
    if data is None:
        if row is not None:
            connection.execute("DELETE FROM documents WHERE number = ?", (row.number,))
    elif row is None:
        connection.execute(
            "INSERT INTO documents (collection, parent, id, version, data) VALUES (?, ?, ?, ?, ?)",
            (place.collection, place.parent, place.id, version, data),
        )
    else:
        connection.execute("UPDATE documents SET version = ?, data = ? WHERE number = ?", (version, data, row.number))
