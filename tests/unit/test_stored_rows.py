"""The rows of a batch, as they were accepted and as steps read them."""

import gzip
import json
from pathlib import Path

from shared.adapters.embedded.objects import FileObjectStore
from shared.domain.items import ItemReference
from shared.domain.rows import Row
from shared.repositories import paths
from shared.repositories.rows import AcceptedRows, RowsRepository
from tests.clocks import ManualClock

ROW = {
    "prompt": "A {{colour}} boat\non a “lake”",
    "variants": 2,
    "expand": {"aspect_ratio": ["1:1", "9:16"], "variables": [{"colour": "red"}, {"colour": None}]},
    "metadata": {"sku": "B-1", "count": 3, "share": 0.5, "sold": True, "note": None},
}


def store(folder: Path) -> FileObjectStore:
    return FileObjectStore(folder, clock=ManualClock(), key=bytes(32), base_url="http://localhost/o")


def test_rows_come_back_as_they_were_put_in_another_process_too(tmp_path: Path) -> None:
    reference = ItemReference(id="ref_a", object="orgs/org_a/r", media_type="image/png", sha256="0" * 64)
    accepted = AcceptedRows(rows=[Row.model_validate(ROW), Row(prompt="A kite")], references={"ref_a": reference})
    RowsRepository(store(tmp_path)).put("org_a", "bat_a", accepted)
    read = RowsRepository(store(tmp_path)).get("org_a", "bat_a")
    assert [row.model_dump() for row in read.rows] == [row.model_dump() for row in accepted.rows]
    assert read.references == accepted.references


def test_what_a_later_version_says_of_a_row_is_passed_over(tmp_path: Path) -> None:
    later = ROW | {"camera": "wide", "expand": {**ROW["expand"], "camera": ["wide", "tele"]}}  # type: ignore[dict-item]
    lines = [json.dumps({"schema": 1, "references": {}, "more": 1}), json.dumps(later)]
    data = gzip.compress("\n".join(lines).encode())
    store(tmp_path).put(paths.rows_object("org_a", "bat_a"), data, media_type="application/gzip")
    [row] = RowsRepository(store(tmp_path)).get("org_a", "bat_a").rows
    assert row.model_dump() == Row.model_validate(ROW).model_dump()
