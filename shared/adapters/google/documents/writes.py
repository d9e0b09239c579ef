"""One commit's writes: checked before anything happens, then spelled as Firestore wants them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from google.cloud.firestore_v1.types import write as write_types

from shared.adapters.google.documents.reads import FirestoreVersion
from shared.adapters.google.documents.values import (
    TOKEN,
    Encoded,
    Operation,
    PbArray,
    PbValue,
    check_operation,
    encode_fields,
    encode_value,
    own_trail,
    quoted,
)
from shared.domain.document_paths import document_place
from shared.domain.document_values import Trail
from shared.domain.errors import GuardRefused
from shared.ports.documents import (
    MAX_WRITES_A_COMMIT,
    ArrayUnion,
    Create,
    Delete,
    Guard,
    Increment,
    Set,
    Transform,
    Update,
    Version,
    Write,
)

KEPT_BY_THE_STORE = ("revision", "changed_at")
_PbWrite: Any = write_types.Write.pb()
_PbTransform: Any = write_types.DocumentTransform.FieldTransform.pb()
_SERVER_TIME = write_types.DocumentTransform.FieldTransform.ServerValue.REQUEST_TIME


@dataclass(slots=True)
class Prepared:
    """A write whose values are encoded: plain fields, the paths that an update names, and transforms."""

    path: str
    write: Write
    guarded: bool
    fields: dict[str, Encoded] = field(default_factory=dict)
    named: list[Trail] = field(default_factory=list)
    operations: list[tuple[Trail, Operation]] = field(default_factory=list)

    @property
    def guard(self) -> Guard | Version | None:
        """What was promised of the document."""
        return Guard.ABSENT if isinstance(self.write, Create) else self.write.guard

    @property
    def stores(self) -> bool:
        """Whether there is a document afterwards."""
        return not isinstance(self.write, Delete)

    @property
    def counts_on(self) -> bool:
        """Whether the revision that it replaces has to be known."""
        return isinstance(self.write, Set) and self.guarded and self.guard is not Guard.ABSENT

    @property
    def once(self) -> bool:
        """Whether it is refused the second time, and with it the commit: its promise no longer holds then."""
        return self.guarded and (self.guard is not Guard.EXISTS or isinstance(self.write, Delete))


def prepare(writes: Sequence[Write]) -> list[Prepared]:
    """The writes of a commit, checked and encoded; ValueError in words when one cannot be stored."""
    if len(writes) > MAX_WRITES_A_COMMIT:
        raise ValueError(f"A commit of {len(writes)} writes; at most {MAX_WRITES_A_COMMIT} are allowed.")
    prepared = [_prepare(write) for write in writes]
    if len({one.path for one in prepared}) < len(prepared):
        raise ValueError("A commit writes a document twice; join its writes.")
    return prepared


def _prepare(write: Write) -> Prepared:
    path = document_place(write.path).path
    prepared = Prepared(path, write, isinstance(write, Create) or write.guard is not None)
    try:
        if isinstance(write, Update):
            _encode_update(write, prepared)
        elif not isinstance(write, Delete):
            _encode_whole(write.data, prepared)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    return prepared


def _encode_whole(data: Mapping[str, Any], prepared: Prepared) -> None:
    prepared.fields = encode_fields(data, prepared.operations)
    if any(operation is Transform.DELETE_FIELD for _, operation in prepared.operations):
        raise ValueError("a field can be deleted by an update only.")
    if prepared.guarded:
        prepared.operations = [one for one in prepared.operations if one[0][0] not in KEPT_BY_THE_STORE]


def _encode_update(write: Update, prepared: Prepared) -> None:
    if write.guard is Guard.ABSENT:
        raise ValueError("an update changes what exists; it cannot be guarded by absence.")
    for name, value in write.fields.items():
        trail = own_trail(name)
        if prepared.guarded and trail[0] in KEPT_BY_THE_STORE:
            raise ValueError(f"{name}: the store itself writes this field in a guarded update.")
        if value is Transform.DELETE_FIELD:
            prepared.named.append(trail)
        elif isinstance(value, Increment | ArrayUnion | Transform):
            prepared.operations.append((trail, check_operation(value, trail)))
        else:
            nested = len(prepared.operations)
            _place(prepared.fields, trail, encode_value(value, prepared.operations, trail))
            prepared.named.append(trail)
            if any(operation is Transform.DELETE_FIELD for _, operation in prepared.operations[nested:]):
                raise ValueError(f"{name}: name the field to delete by its dotted path.")
    _check_apart({own_trail(name) for name in write.fields})


def _check_apart(trails: set[Trail]) -> None:
    for trail in trails:
        if any(trail[:length] in trails for length in range(1, len(trail))):
            raise ValueError(f"{'.'.join(trail)}: the update names this field and one above it; name one of them.")


def _place(fields: Any, trail: Trail, value: Encoded) -> None:
    """Put a value where its trail leads, through maps that are made on the way."""
    name, *deeper = trail
    if not deeper:
        if isinstance(fields, dict):
            fields[name] = value
        else:
            fields[name].CopyFrom(value)
        return
    if name not in fields and isinstance(fields, dict):
        fields[name] = PbValue()
    _place(fields[name].map_value.fields, tuple(deeper), value)


def spell(prepared: Prepared, name: str, token: str, revision: int) -> Any:
    """The write for Firestore; `name` is the document's full name, `revision` the one that a guarded Set replaces."""
    write = prepared.write
    if isinstance(write, Delete):
        spelled = _PbWrite(delete=name)
    else:
        spelled = _PbWrite()
        spelled.update.name = name
        _fill(spelled, prepared, token, revision)
    _promise(spelled.current_document, prepared)
    return spelled


def _fill(spelled: Any, prepared: Prepared, token: str, revision: int) -> None:
    fields, operations = prepared.fields, prepared.operations
    updates = isinstance(prepared.write, Update)
    if prepared.guarded:
        fields = {**fields, TOKEN: PbValue(string_value=token)}
        operations = [*operations, (("changed_at",), Transform.SERVER_TIME)]
        if updates:
            operations.append((("revision",), Increment(1)))
        else:
            fields["revision"] = PbValue(integer_value=revision + 1)
            fields.pop("changed_at", None)
    for key, value in fields.items():
        spelled.update.fields[key].CopyFrom(value)
    if updates:
        # Present even when it is empty: without one the document would be replaced.
        spelled.update_mask.SetInParent()
        spelled.update_mask.field_paths.extend(quoted(trail) for trail in prepared.named)
        if prepared.guarded:
            spelled.update_mask.field_paths.append(TOKEN)
    spelled.update_transforms.extend(_transform(trail, operation) for trail, operation in operations)


def _transform(trail: Trail, operation: Operation) -> Any:
    transform = _PbTransform(field_path=quoted(trail))
    if isinstance(operation, Increment):
        transform.increment.CopyFrom(PbValue(integer_value=operation.by))
    elif isinstance(operation, ArrayUnion):
        transform.append_missing_elements.CopyFrom(PbArray(values=operation.values))
    elif operation is Transform.SERVER_TIME:
        transform.set_to_server_value = _SERVER_TIME
    elif operation is Transform.DELETE_FIELD:
        raise ValueError("a field can be deleted by an update only.")
    else:
        assert_never(operation)
    return transform


def _promise(condition: Any, prepared: Prepared) -> None:
    guard = prepared.guard
    if isinstance(guard, Version):
        if not guard.value.isdecimal() or len(guard.value) > 17:
            raise GuardRefused(f"{prepared.path} was changed since it was read.")
        seconds, micros = divmod(int(guard.value), 1_000_000)
        condition.update_time.seconds, condition.update_time.nanos = seconds, micros * 1000
    elif guard is Guard.ABSENT:
        condition.exists = False
    elif guard is Guard.EXISTS or isinstance(prepared.write, Update):
        condition.exists = True


def known_revision(prepared: Prepared) -> int | None:
    """The revision that a guarded Set replaces, where its version tells it."""
    guard = prepared.guard
    return guard.revision if isinstance(guard, FirestoreVersion) else None
