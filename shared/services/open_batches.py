"""Batches that still have something to do, and their items: what may be changed, and in plain words why not."""

from collections.abc import Sequence

from shared.domain.batches import Batch
from shared.domain.errors import Conflict, NotFound
from shared.domain.ids import is_id
from shared.domain.items import Item
from shared.domain.modes import BatchStatus, Desired
from shared.ports.documents import DocumentStore
from shared.repositories import paths
from shared.repositories.batches import BatchRepository
from shared.repositories.collections import Read, check_id
from shared.repositories.items import ItemRepository
from shared.repositories.step_controls import StepControlRepository


class OpenBatches:
    """Reads what is about to be changed."""

    def __init__(self, documents: DocumentStore) -> None:
        self._batches = BatchRepository(documents)
        self._controls = StepControlRepository(documents)
        self._items = ItemRepository(documents)

    def batch(self, org: str, batch: str) -> Read[Batch]:
        """A batch that is not over; raises NotFound, Conflict."""
        check_id("bat", batch, "batch")
        read = self._batches.one(org, batch)
        refuse_when_over(read.value)
        return read

    def item(self, org: str, batch: str, item: str) -> Read[Item]:
        """One item; raises NotFound, Conflict when it is not planned yet."""
        check_id("itm", item, "item")
        found = self.items(org, batch, [item])
        if item not in found:
            raise NotFound(f"There is no item {item} in this batch.")
        return found[item]

    def items(self, org: str, batch: str, items: Sequence[str]) -> dict[str, Read[Item]]:
        """Those of these items that the batch has, by id; raises Conflict when one is missing and may not be planned yet."""
        wanted = {paths.item(org, batch, item): item for item in items if is_id("itm", item)}
        found = {read.value.id: read for read in self._items.get_many(wanted).values()}
        if len(found) < len(wanted):
            self._refuse_while_planned(org, batch)
        return found

    def _refuse_while_planned(self, org: str, batch: str) -> None:
        control, known = self._controls.one(org, batch), self._batches.one(org, batch).value
        if control is None or control.value.next_row >= known.rows:
            return
        if known.status is BatchStatus.SCHEDULED:
            told = "The batch has not begun: its images can be changed and moved as soon as it has."
            raise Conflict(told, code="batch-scheduled")
        raise Conflict("The batch is being planned; try again in a moment.", code="being-planned")


def refuse_when_over(batch: Batch, *, may_be_ending: bool = False) -> None:
    """Raise Conflict when the batch is over, or is being cancelled unless that does not matter."""
    if not batch.is_live:
        raise Conflict(f"The batch is {batch.status.value.replace('_', ' ')} already.", code="batch-finished")
    if batch.desired is Desired.CANCEL and not may_be_ending:
        raise Conflict("The batch is being cancelled; that cannot be taken back.", code="batch-cancelling")
