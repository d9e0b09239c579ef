"""Batches in the store whose items go through their states one write after another, as the engine's writes do."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from shared.domain.batches import Batch
from shared.domain.ids import compose
from shared.domain.items import Item
from shared.domain.library import Asset
from shared.domain.modes import BatchStatus, ItemStatus
from shared.ports.documents import (
    MAX_WRITES_A_COMMIT,
    Create,
    Delete,
    DocumentStore,
    Guard,
    Query,
    Update,
    Write,
)
from shared.repositories import paths

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def _id(prefix: str) -> str:
    return compose(prefix, secrets.token_bytes(13))


@dataclass
class WrittenBatch:
    """The batch of one organisation; `items` are its items' paths in their order, `beside` those of what goes with them."""

    store: DocumentStore
    org: str
    id: str = field(default_factory=lambda: _id("bat"))
    items: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where the batch is."""
        return paths.batch(self.org, self.id)

    def remove(self) -> None:
        """Leave nothing that a platform on the same store would count."""
        self.commit([Delete(path) for path in (self.path, *self.items, *self.beside)])

    def move(self, item: str, status: ItemStatus) -> int:
        """Put an item into a state; its revision from then on."""
        return self._write(item, status.value)

    def end(self) -> int:
        """Complete the batch; its revision from then on."""
        return self._write(self.path, BatchStatus.COMPLETED.value)

    def commit(self, writes: Sequence[Write]) -> None:
        """Write any number of documents, as many at a time as the store takes."""
        for start in range(0, len(writes), MAX_WRITES_A_COMMIT):
            self.store.commit(writes[start : start + MAX_WRITES_A_COMMIT])

    def _write(self, path: str, status: str) -> int:
        self.store.commit([Update(path, {"status": status}, Guard.EXISTS)])
        document = self.store.get(path)
        assert document is not None
        return int(str(document.data["revision"]))


def waiting_batch(store: DocumentStore, count: int) -> WrittenBatch:
    """A batch of an organisation of its own, with `count` items that wait."""
    written = WrittenBatch(store, _id("org"))
    batch = Batch(id=written.id, name="Spring", status=BatchStatus.RUNNING, created_at=NOW, created_by="mem_a")
    store.commit([Create(written.path, batch.written())])
    for index in range(count):
        item = _waiting(written, index)
        written.items.append(paths.item(written.org, written.id, item.id))
        store.commit([Create(written.items[-1], item.written())])
    return written


def multiplied_batch(store: DocumentStore, org: str, batch: str, count: int) -> WrittenBatch:
    """A finished batch of `count` images, each the only one of a finished batch that the platform has made."""
    written = WrittenBatch(store, org)
    [made] = [Item.read(found.data) for found in store.query(Query(paths.items(org, batch)))]
    image = Asset.read(_stored(store, paths.asset(org, str(made.asset_id))))
    model = Batch.read(_stored(store, paths.batch(org, batch)))
    progress = model.progress.model_copy(update={"total": count, "succeeded": count})
    changes = {"id": written.id, "name": f"{count} images", "rows": count, "progress": progress}
    writes: list[Write] = [Create(written.path, model.model_copy(update=changes).written())]
    for index in range(count):
        own = {"batch": written.id, "row": index, "prompt": f"Kite number {index + 1}"}
        asset = image.model_copy(update={**own, "id": _id("ast"), "item": _id("itm")})
        item = made.model_copy(update={**own, "id": asset.item, "index": index, "asset_id": asset.id})
        written.items.append(paths.item(org, written.id, item.id))
        written.beside.append(paths.asset(org, asset.id))
        writes += Create(written.items[-1], item.written()), Create(written.beside[-1], asset.written())
    written.commit(writes)
    return written


def _stored(store: DocumentStore, path: str) -> dict[str, Any]:
    found = store.get(path)
    assert found is not None
    return found.data


def _waiting(batch: WrittenBatch, index: int) -> Item:
    return Item(
        id=_id("itm"),
        org=batch.org,
        batch=batch.id,
        index=index,
        row=index,
        variant=0,
        prompt=f"picture {index}",
        model="preview",
        provider="preview",
        aspect_ratio="1:1",
        size="1K",
        recipe="recipe",
        created_at=NOW,
        created_by="mem_a",
    )
