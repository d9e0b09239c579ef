"""The rows of a batch as they were accepted: one object, lines of JSON, compressed."""

import gzip
import json
from collections import OrderedDict
from threading import Lock
from typing import Any

from pydantic import ConfigDict, Field

from shared.domain.documents import Part
from shared.domain.items import ItemReference
from shared.domain.rows import Expansion, Row
from shared.ports.objects import ObjectStore
from shared.repositories import paths

_KEPT = 8


class _StoredExpansion(Expansion):
    """An expansion that a later version may have written."""

    model_config = ConfigDict(defer_build=True, extra="ignore")


class _StoredRow(Row):
    """A row that a later version may have written."""

    model_config = ConfigDict(defer_build=True, extra="ignore")

    expand: _StoredExpansion | None = None


class AcceptedRows(Part):
    """Rows with the batch's defaults merged in, and the references that they name, by id."""

    rows: list[Row]
    references: dict[str, ItemReference] = Field(default_factory=dict)


class RowsRepository:
    """Writes rows once, reads them for every step; the last few batches' are kept in memory (they never change)."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects
        self._kept: OrderedDict[str, AcceptedRows] = OrderedDict()
        self._lock = Lock()

    def put(self, org: str, batch: str, accepted: AcceptedRows) -> None:
        """Store the rows of a batch that does not exist yet."""
        head: dict[str, Any] = {"schema": 1, "references": {k: v.model_dump() for k, v in accepted.references.items()}}
        lines = [json.dumps(head, ensure_ascii=False)]
        lines += [row.model_dump_json(exclude_none=True) for row in accepted.rows]
        data = gzip.compress("\n".join(lines).encode(), compresslevel=3, mtime=0)
        self._objects.put(paths.rows_object(org, batch), data, media_type="application/gzip")
        self._keep(f"{org}/{batch}", accepted)

    def get(self, org: str, batch: str) -> AcceptedRows:
        """The rows of a batch; raises NotFound."""
        key = f"{org}/{batch}"
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        accepted = _parse(self._objects.get(paths.rows_object(org, batch)))
        self._keep(key, accepted)
        return accepted

    def discard(self, org: str, batch: str) -> None:
        """Remove the rows of a batch that was not accepted after all."""
        self._objects.delete(paths.rows_object(org, batch))

    def _keep(self, key: str, accepted: AcceptedRows) -> None:
        with self._lock:
            self._kept[key] = accepted
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)


def _parse(data: bytes) -> AcceptedRows:
    head, *lines = gzip.decompress(data).decode().split("\n")
    references = {k: ItemReference.model_validate(v) for k, v in json.loads(head)["references"].items()}
    return AcceptedRows(rows=[_StoredRow.model_validate_json(line) for line in lines], references=references)
