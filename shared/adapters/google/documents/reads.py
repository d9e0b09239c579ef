"""Documents and their versions, as Firestore gives them."""

from dataclasses import dataclass
from typing import Any

from google.cloud.firestore_v1.types import common, document, firestore

from shared.adapters.google.documents.connections import Connection
from shared.adapters.google.documents.values import TOKEN, decode_fields
from shared.ports.documents import Document, Version

PbDocument: Any = document.Document.pb()
_PbBatchGet: Any = firestore.BatchGetDocumentsRequest.pb()
_PbMask: Any = common.DocumentMask.pb()


@dataclass(frozen=True, slots=True, eq=False)
class FirestoreVersion(Version):
    """The time of the document's last change in microseconds, and its revision where that is known.

    A guarded Set replaces the document and still must count on: it needs the revision that it replaces.
    """

    revision: int | None = None


def version_of(found: Any, revision: int | None) -> FirestoreVersion:
    """The version of a document that was read."""
    return FirestoreVersion(str(microseconds(found.update_time)), revision)


def revision_in(fields: Any) -> int:
    """The revision among a document's fields; 0 where there is none."""
    if "revision" not in fields:
        return 0
    held = fields["revision"]
    return int(held.integer_value) if held.WhichOneof("value_type") == "integer_value" else 0


def read_document(connection: Connection, found: Any) -> Document:
    """A document of the port, without what only the store needs."""
    data = decode_fields(found.fields)
    data.pop(TOKEN, None)
    return Document(connection.path(found.name), data, version_of(found, revision_in(found.fields)))


def read_names(connection: Connection, names: list[str], *, fields: tuple[str, ...] = (), seconds: float) -> list[Any]:
    """The documents that exist among these names, at one read time and in any order; some `fields` of them, or all."""
    request = _PbBatchGet(database=connection.database, documents=names)
    if fields:
        request.mask.CopyFrom(_PbMask(field_paths=fields))
    answers = _ask(connection, request, seconds)
    if connection.emulated and len(names) > 1:
        # The emulator gives halves of commits that happen meanwhile, except at a time that is named.
        request.read_time.CopyFrom(answers[0].read_time)
        answers = _ask(connection, request, seconds)
    return [answer.found for answer in answers if answer.HasField("found")]


def _ask(connection: Connection, request: Any, seconds: float) -> list[Any]:
    wrapped = firestore.BatchGetDocumentsRequest.wrap(request)

    def ask() -> list[Any]:
        answers = connection.api.batch_get_documents(wrapped, **connection.call(seconds))
        return [firestore.BatchGetDocumentsResponse.pb(answer) for answer in answers]

    return connection.read(ask, patience_seconds=seconds)


def microseconds(timestamp: Any) -> int:
    """A moment since 1970: Firestore's times are no finer."""
    return int(timestamp.seconds) * 1_000_000 + int(timestamp.nanos) // 1000
