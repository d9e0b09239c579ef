"""Batches."""

from datetime import datetime
from typing import Any

from shared.domain.batches import Batch
from shared.domain.errors import NotFound
from shared.domain.modes import BatchStatus, Priority
from shared.ports.documents import Count, DocumentStore, Order, Query, Sum, Where
from shared.repositories import paths
from shared.repositories.collections import Collection, Read, ReadPage

_ACTIVE = (Where("status", "in", [BatchStatus.ACCEPTED.value, BatchStatus.RUNNING.value]),)


class BatchRepository(Collection[Batch]):
    """Reading and guarded writing of batches."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, Batch, "batch")

    def one(self, org: str, batch: str) -> Read[Batch]:
        """The batch; raises NotFound, also when it was deleted."""
        found = self.get(paths.batch(org, batch))
        if found.value.deleted_at is not None:
            raise NotFound(f"There is no batch {batch}.")
        return found

    def overdue(self, now: datetime, *, limit: int, start_after: tuple[Any, ...] | None = None) -> ReadPage[Batch]:
        """Batches of every organisation whose next step should have been by now, the longest overdue first.

        `start_after` is (`next_step_at`, path) of the last one.
        """
        where = (Where("next_step_at", "<=", now),)
        return self.readable_page(Query("batches", where, (Order("next_step_at"),), limit, start_after, group=True))

    def changed_since(self, org: str, since: datetime, *, limit: int) -> list[Read[Batch]]:
        """Batches changed at or after this moment, deleted ones too, the latest change first."""
        where = (Where("changed_at", ">=", since),)
        return self.query(Query(paths.batches(org), where, (Order("changed_at", descending=True),), limit))

    def pending_by_lane(self) -> dict[Priority, int]:
        """How many images of all batches that may go on wait, by lane, as the batches last told."""
        status = Where("status", "in", [BatchStatus.ACCEPTED.value, BatchStatus.RUNNING.value])
        sums = {lane.value: Sum("progress.pending", (status, Where("priority", "==", lane.value))) for lane in Priority}
        found = self._documents.aggregate("batches", sums, group=True)
        return {lane: found[lane.value] for lane in Priority}

    def live(self, org: str, *, limit: int) -> list[Read[Batch]]:
        """Batches of an organisation that are not finished, the oldest first; one that cannot be read is left out."""
        where = (Where("status", "in", [status.value for status in BatchStatus if not status.is_terminal]),)
        found = self.readable(Query(paths.batches(org), where, (Order("created_at"),), limit))
        return [read for read in found if read.value.deleted_at is None]

    def active(self, *, limit: int) -> list[Read[Batch]]:
        """Batches of every organisation that compete for the providers now, in no order that matters."""
        return self.readable(Query("batches", _ACTIVE, limit=limit, group=True))

    def count_active(self) -> int:
        """How many these are in all."""
        return self._documents.aggregate("batches", {"active": Count(_ACTIVE)}, group=True)["active"]


def org_of(path: str) -> str:
    """The organisation that a path below `orgs/` belongs to."""
    return path.split("/", 2)[1]
