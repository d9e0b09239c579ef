"""The stand-in's objects: one SQLite file, in which a precondition and what depends on it are one transaction."""

import base64
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock

import google_crc32c

from infra.local.cloud_storage.problems import absent, condition_not_met, invalid
from shared.ports.clock import Clock

MAX_METADATA_BYTES = 8 * 1024
_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    generation INTEGER PRIMARY KEY AUTOINCREMENT,
    bucket TEXT NOT NULL,
    name TEXT NOT NULL,
    described TEXT NOT NULL,
    data BLOB NOT NULL,
    UNIQUE (bucket, name)
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What is to be stored, and under which precondition: the generation that must be there, 0 for none."""

    bucket: str
    name: str
    data: bytes
    described: Mapping[str, object] = field(default_factory=dict)
    if_generation: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An object without its bytes; `described` is its resource as the JSON API shows it."""

    bucket: str
    name: str
    generation: int
    described: Mapping[str, object]

    @property
    def size(self) -> int:
        """Its bytes."""
        return int(str(self.described["size"]))

    def said(self, key: str) -> str:
        """A text of the resource, empty when it is not there."""
        return str(self.described.get(key, ""))


class StoredObjects:
    """Objects of the given buckets in a SQLite file (or `:memory:`), generations ascending; `finalized` hears of each new one."""

    def __init__(
        self,
        file: Path | str,
        *,
        buckets: Sequence[str],
        clock: Clock,
        finalized: Callable[[Stored], None] = lambda _: None,
    ) -> None:
        self.buckets = frozenset(buckets)
        self._clock = clock
        self._finalized = finalized
        self._lock = Lock()
        self._database = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute(_SCHEMA)

    def put(self, upload: Upload) -> Stored:
        """Store it as a new generation; raises Refused when the precondition or a checksum does not hold."""
        self.check_bucket(upload.bucket)
        described = _description(upload, self._clock.now())
        with self._transaction() as database:
            there = self._row(upload.bucket, upload.name)
            _check(there, upload.if_generation)
            database.execute("DELETE FROM objects WHERE bucket = ? AND name = ?", (upload.bucket, upload.name))
            made = database.execute(
                "INSERT INTO objects (bucket, name, described, data) VALUES (?, ?, ?, ?)",
                (upload.bucket, upload.name, json.dumps(described), upload.data),
            )
        stored = _stored(int(made.lastrowid or 0), upload.bucket, upload.name, json.dumps(described))
        self._finalized(stored)
        return stored

    def get(self, bucket: str, name: str, *, generation: int | None = None, if_generation: int | None = None) -> Stored:
        """The object; raises Refused."""
        self.check_bucket(bucket)
        with self._lock:
            there = self._row(bucket, name)
        if there is None or generation not in {None, there.generation}:
            raise absent(f"{bucket}/{name}")
        _check(there, if_generation)
        return there

    def read(self, stored: Stored) -> bytes:
        """The bytes of this generation; raises Refused when it was replaced or deleted meanwhile."""
        with self._lock:
            row = self._database.execute(
                "SELECT data FROM objects WHERE generation = ?", (stored.generation,)
            ).fetchone()
        if row is None:
            raise absent(f"{stored.bucket}/{stored.name}")
        return bytes(row[0])

    def delete(self, bucket: str, name: str, *, if_generation: int | None = None) -> None:
        """Delete it; raises Refused."""
        with self._transaction() as database:
            there = self._row(bucket, name)
            if there is None:
                raise absent(f"{bucket}/{name}")
            _check(there, if_generation)
            database.execute("DELETE FROM objects WHERE generation = ?", (there.generation,))

    def list(self, bucket: str, *, prefix: str, start: str, end: str, after: str, limit: int) -> list[Stored]:
        """At most `limit` objects by name: from `start` on, before `end`, after `after`."""
        self.check_bucket(bucket)
        with self._lock:
            rows = self._database.execute(
                "SELECT generation, name, described FROM objects WHERE bucket = ? AND substr(name, 1, ?) = ?"
                " AND name >= ? AND name > ? AND (? = '' OR name < ?) ORDER BY name LIMIT ?",
                (bucket, len(prefix), prefix, start, after, end, end, limit),
            ).fetchall()
        return [_stored(generation, bucket, name, described) for generation, name, described in rows]

    def check_bucket(self, bucket: str) -> None:
        """Raises Refused when there is no such bucket."""
        if bucket not in self.buckets:
            raise absent(bucket)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def _row(self, bucket: str, name: str) -> Stored | None:
        row = self._database.execute(
            "SELECT generation, described FROM objects WHERE bucket = ? AND name = ?", (bucket, name)
        ).fetchone()
        return None if row is None else _stored(row[0], bucket, name, row[1])

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")


def _check(there: Stored | None, if_generation: int | None) -> None:
    if if_generation is not None and if_generation != (0 if there is None else there.generation):
        raise condition_not_met()


def _description(upload: Upload, now: datetime) -> dict[str, object]:
    sums = {
        "crc32c": base64.b64encode(google_crc32c.value(upload.data).to_bytes(4, "big")).decode(),
        "md5Hash": base64.b64encode(hashlib.md5(upload.data, usedforsecurity=False).digest()).decode(),
    }
    for kind, found in sums.items():
        if upload.described.get(kind, found) != found:
            raise invalid(f"Provided {kind} does not match: {upload.described[kind]}, calculated {found}.")
    metadata = upload.described.get("metadata") or {}
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise invalid("metadata must be text by name.")
    if sum(len(f"{key}{value}".encode()) for key, value in metadata.items()) > MAX_METADATA_BYTES:
        raise invalid(f"metadata has more than {MAX_METADATA_BYTES} bytes.")
    kept = ("contentType", "cacheControl", "contentDisposition", "contentEncoding", "contentLanguage")
    return {
        "contentType": "application/octet-stream",
        **{key: upload.described[key] for key in kept if upload.described.get(key)},
        **({"metadata": metadata} if metadata else {}),
        **sums,
        "size": str(len(upload.data)),
        "timeCreated": now.isoformat().replace("+00:00", "Z"),
        "updated": now.isoformat().replace("+00:00", "Z"),
        "storageClass": "STANDARD",
    }


def _stored(generation: int, bucket: str, name: str, described: str) -> Stored:
    known = {
        "kind": "storage#object",
        "id": f"{bucket}/{name}/{generation}",
        "bucket": bucket,
        "name": name,
        "generation": str(generation),
        "metageneration": "1",
    }
    return Stored(bucket=bucket, name=name, generation=generation, described=known | json.loads(described))
