"""A batch in the store whose items go through their states one write after another, as the engine's writes do."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shared.domain.batches import Batch
from shared.domain.items import Item
from shared.domain.modes import BatchStatus, ItemStatus
from shared.ports.documents import Create, Delete, DocumentStore, Guard, Update
from shared.repositories import paths

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def _id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(10)}"


@dataclass
class WrittenBatch:
    """The batch of one organisation, with `count` items that wait."""

    store: DocumentStore
    count: int
    org: str = field(default_factory=lambda: _id("org"))
    id: str = field(default_factory=lambda: _id("bat"))
    items: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        batch = Batch(id=self.id, name="Spring", status=BatchStatus.RUNNING, created_at=NOW, created_by="mem_a")
        self.store.commit([Create(self.path, batch.written())])
        for index in range(self.count):
            item = self._item(index)
            self.items.append(paths.item(self.org, self.id, item.id))
            self.store.commit([Create(self.items[-1], item.written())])

    @property
    def path(self) -> str:
        """Where the batch is."""
        return paths.batch(self.org, self.id)

    def remove(self) -> None:
        """Leave nothing that a platform on the same store would count."""
        self.store.commit([Delete(path) for path in (self.path, *self.items)])

    def move(self, item: str, status: ItemStatus) -> int:
        """Put an item into a state; its revision from then on."""
        return self._write(item, status.value)

    def end(self) -> int:
        """Complete the batch; its revision from then on."""
        return self._write(self.path, BatchStatus.COMPLETED.value)

    def _write(self, path: str, status: str) -> int:
        self.store.commit([Update(path, {"status": status}, Guard.EXISTS)])
        document = self.store.get(path)
        assert document is not None
        return int(str(document.data["revision"]))

    def _item(self, index: int) -> Item:
        return Item(
            id=_id("itm"),
            org=self.org,
            batch=self.id,
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
