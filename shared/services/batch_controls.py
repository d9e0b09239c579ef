"""What a person wants of a batch: pause, resume, cancel, retry. Only wishes are written here; steps carry them out."""

from collections.abc import Callable
from typing import Any

from shared.domain.batch_forms import BatchRetry
from shared.domain.batches import Batch
from shared.domain.callers import Caller
from shared.domain.errors import Conflict
from shared.domain.modes import BatchStatus, Desired, Priority, Role
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Write
from shared.repositories.batches import BatchRepository
from shared.repositories.collections import Read, check_id, guarded
from shared.services.open_batches import refuse_when_over
from shared.services.repeats import Repeats
from shared.services.retry_orders import RetryOrders
from shared.services.step_requests import StepRequests


class BatchControlService:
    """Writes wishes, guarded by the batch's version, and asks for a step at once."""

    def __init__(
        self,
        documents: DocumentStore,
        *,
        orders: RetryOrders,
        requests: StepRequests,
        repeats: Repeats,
        clock: Clock,
    ) -> None:
        self._documents = documents
        self._batches = BatchRepository(documents)
        self._orders = orders
        self._requests = requests
        self._repeats = repeats
        self._clock = clock

    def pause(self, caller: Caller, batch: str) -> Batch:
        """Start nothing more; what runs is kept. Raises NotFound, Conflict when the batch is over or being cancelled."""
        return self._wish(caller, batch, Desired.PAUSE, "Pausing: images that are being made will be kept.")

    def resume(self, caller: Caller, batch: str) -> Batch:
        """Go on after a pause. Raises NotFound, Conflict when the batch is over or being cancelled."""
        return self._wish(caller, batch, Desired.RUN, "")

    def cancel(self, caller: Caller, batch: str) -> Batch:
        """End what has not begun; what runs is kept. Raises NotFound, Conflict when the batch is over."""
        return self._wish(caller, batch, Desired.CANCEL, "Cancelling: images that are being made will be kept.")

    def promote(self, caller: Caller, batch: str, priority: Priority) -> Batch:
        """Go on in another lane: what is dispatched and not begun comes back and goes out there. Whoever may submit may choose.

        Raises NotFound, Conflict when the batch is over or being cancelled.
        """
        caller.require(Role.EDITOR)

        def change(read: Read[Batch]) -> list[Any]:
            current = read.value
            refuse_when_over(current)
            if current.priority is priority:
                return []
            fields = {"priority": priority.value, "recalls": current.recalls + 1, "next_step_at": self._clock.now()}
            return [guarded(read, fields)]

        return self._changed(caller, batch, change)

    def retry(self, caller: Caller, batch: str, retry: BatchRetry) -> Batch:
        """Try failed items again, with changes if wanted. Raises NotFound, Conflict, Invalid, BudgetExceeded."""
        caller.require(Role.EDITOR)
        return self._changed(caller, batch, lambda read: self._orders.order(caller.org, read, retry).writes)

    def requeue(self, caller: Caller, batch: str, retry: BatchRetry, *, beside: Callable[[int], list[Write]]) -> int:
        """As `retry`, for the named items that are failed still, with the writes of `beside` (given how many they are) in the
        same commit; how many they are. Raises NotFound, Conflict, Invalid, BudgetExceeded; then nothing was done.
        """
        caller.require(Role.EDITOR)
        done = 0

        def change(read: Read[Batch]) -> list[Any]:
            nonlocal done
            ordered = self._orders.order(caller.org, read, retry, is_strict=False)
            done = ordered.items
            return [*ordered.writes, *beside(done)]

        self._changed(caller, batch, change)
        return done

    def _wish(self, caller: Caller, batch: str, desired: Desired, reason: str) -> Batch:
        caller.require(Role.EDITOR)

        def change(read: Read[Batch]) -> list[Any]:
            current = read.value
            refuse_when_over(current, may_be_ending=desired is Desired.CANCEL)
            if current.status is BatchStatus.SCHEDULED and desired is Desired.PAUSE:
                raise Conflict("The batch has not begun: cancel it, or let it begin.", code="batch-scheduled")
            # A batch that money paused is wanted to run already; resuming it looks for room at once.
            if current.desired is desired and not (desired is Desired.RUN and current.status is BatchStatus.PAUSED):
                return []
            now = self._clock.now()
            fields: dict[str, Any] = {"desired": desired.value, "status_reason": reason, "next_step_at": now}
            if desired is Desired.RUN and current.status is BatchStatus.PAUSED:
                fields["status"] = (BatchStatus.RUNNING if current.started_at else BatchStatus.ACCEPTED).value
            return [guarded(read, fields)]

        return self._changed(caller, batch, change)

    def _changed(self, caller: Caller, batch: str, change: Callable[[Read[Batch]], list[Any]]) -> Batch:
        """Commit a change to the batch as it is at that moment, again when somebody else was quicker; then ask for a step."""
        check_id("bat", batch, "batch")

        def attempt() -> None:
            writes = change(self._batches.one(caller.org, batch))
            if writes:
                self._documents.commit(writes)

        self._repeats.until_unrefused(attempt)
        changed = self._batches.one(caller.org, batch).value
        self._requests.now(caller.org, batch, f"{changed.desired.value}-{changed.revision}")
        return changed
