"""Uploads that nobody has checked are kept apart, and yet are found like any other object."""

from datetime import timedelta
from pathlib import Path

import pytest

from shared.adapters.embedded.objects import FileObjectStore
from shared.adapters.google.buckets import TwoBuckets
from tests.clocks import START, ManualClock

UPLOAD, KEPT = "orgs/org_a/uploads/ref_1", "orgs/org_a/batches/bat_1/rows.jsonl.gz"
NAMES = [
    "orgs/org_a/assets/1",
    KEPT,
    UPLOAD,
    "orgs/org_a/uploadsother/1",
    "orgs/org_b/assets/uploads/1",
    "orgs/org_b/uploads/2",
    "system/x/uploads/1",
]
UPLOADS = [UPLOAD, "orgs/org_b/uploads/2"]


@pytest.fixture
def parts(tmp_path: Path) -> tuple[FileObjectStore, FileObjectStore]:
    clock = ManualClock()
    kept, uploads = (
        FileObjectStore(tmp_path / name, clock=clock, key=b"k" * 32, base_url=f"http://localhost/{name}")
        for name in ("kept", "uploads")
    )
    return kept, uploads


@pytest.fixture
def store(parts: tuple[FileObjectStore, FileObjectStore]) -> TwoBuckets:
    both = TwoBuckets(*parts)
    for name in NAMES:
        both.put(name, name.encode(), media_type="text/plain")
    return both


def test_each_object_is_in_its_bucket(parts: tuple[FileObjectStore, FileObjectStore], store: TwoBuckets) -> None:
    kept, uploads = parts
    assert [one.name for one in uploads.list("")] == UPLOADS
    assert [one.name for one in kept.list("")] == [name for name in NAMES if name not in UPLOADS]
    assert all(store.get(name) == name.encode() for name in NAMES)
    assert [one.name for name in NAMES if (one := store.find(name))] == NAMES


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "orgs",
        "orgs/org_a",
        "orgs/org_a/",
        "orgs/org_a/u",
        "orgs/org_a/uploads",
        "orgs/org_a/uploads/",
        "orgs/org_b/a",
        "sys",
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 100])
def test_a_list_is_of_both_and_in_order(store: TwoBuckets, prefix: str, limit: int) -> None:
    found: list[str] = []
    while page := [one.name for one in store.list(prefix, limit=limit, start_after=found[-1] if found else "")]:
        assert len(page) <= limit
        found += page
    assert found == [name for name in NAMES if name.startswith(prefix)]


def test_links_lead_to_the_bucket_and_come_in_the_order_asked(store: TwoBuckets) -> None:
    asked = [UPLOAD, KEPT, UPLOAD]
    links = store.sign_downloads(asked, expires_at=START + timedelta(hours=1))
    assert ["/uploads/orgs/" in link for link in links] == [True, False, True]
    upload = store.sign_upload(
        "orgs/org_a/uploads/ref_2", media_type="image/png", max_bytes=9, expires_at=START + timedelta(hours=1)
    )
    assert "localhost/uploads/orgs/" in upload.url


def test_what_is_deleted_is_gone_from_its_bucket(store: TwoBuckets) -> None:
    store.delete(UPLOAD)
    assert store.find(UPLOAD) is None
    store.ping()
