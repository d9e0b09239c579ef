"""What a person wants of a batch: pause, resume, cancel, retry. Only wishes are written here; steps carry them out."""

from collections.abc import Callable
from typing import Any

from shared.domain.batches import Batch, BatchRetry, Ending, RetryOrder
from shared.domain.callers import Caller
from shared.domain.errors import BudgetExceeded, Conflict, FieldError, Invalid, ProviderError
from shared.domain.items import Item
from shared.domain.limit_words import too_small
from shared.domain.limits import closed_for_good
from shared.domain.modes import BatchStatus, Desired, Role
from shared.domain.offers import Offer
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.repositories.batches import BatchRepository
from shared.repositories.collections import Read, guarded
from shared.services.image_handler import ImageHandler
from shared.services.repeats import Repeats
from shared.services.reservations import ReservationService
from shared.services.retries import RetryService
from shared.services.row_checks import check_setting
from shared.services.standings import Account
from shared.services.step_requests import StepRequests


class BatchControlService:
    """Writes wishes, guarded by the batch's version, and asks for a step at once."""

    def __init__(
        self,
        documents: DocumentStore,
        *,
        handler: ImageHandler,
        offer: Offer,
        retries: RetryService,
        reservations: ReservationService,
        requests: StepRequests,
        repeats: Repeats,
        clock: Clock,
    ) -> None:
        self._documents = documents
        self._batches = BatchRepository(documents)
        self._handler = handler
        self._offer = offer
        self._retries = retries
        self._reservations = reservations
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

    def retry(self, caller: Caller, batch: str, retry: BatchRetry) -> Batch:
        """Try failed items again, with changes if wanted. Raises NotFound, Conflict, Invalid, BudgetExceeded."""
        caller.require(Role.EDITOR)
        return self._changed(caller, batch, lambda read: self._retrying(caller, read, retry))

    def _wish(self, caller: Caller, batch: str, desired: Desired, reason: str) -> Batch:
        caller.require(Role.EDITOR)

        def change(read: Read[Batch]) -> list[Any]:
            current = read.value
            if not current.is_live:
                raise Conflict(f"The batch is {_words(current.status)} already.", code="batch-finished")
            if current.desired is Desired.CANCEL and desired is not Desired.CANCEL:
                raise Conflict("The batch is being cancelled; that cannot be taken back.", code="batch-cancelling")
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

        def attempt() -> None:
            writes = change(self._batches.one(caller.org, batch))
            if writes:
                self._documents.commit(writes)

        self._repeats.until_unrefused(attempt)
        changed = self._batches.one(caller.org, batch).value
        self._requests.now(caller.org, batch, f"{changed.desired.value}-{changed.revision}")
        return changed

    def _retrying(self, caller: Caller, read: Read[Batch], retry: BatchRetry) -> list[Any]:
        batch = read.value
        if batch.retry is not None:
            raise Conflict("A retry of this batch is being prepared. Try again in a moment.", code="retry-in-progress")
        if batch.is_live and batch.desired is Desired.CANCEL:
            raise Conflict("The batch is being cancelled.", code="batch-cancelling")
        series = batch.series + 1
        named = list(retry.items) if retry.items is not None else None
        selected = self._retries.selected(caller.org, batch.id, series=series, items=named)
        self._check_selection(selected, named)
        changed = [self._retries.changed(item.value, retry.changes) for item in selected]
        self._check_changes(changed, retry)
        wanted = self._within_budget(batch, sum(self._price(item) for item in changed))
        least = min(self._handler.ceiling_micros(item) for item in changed)
        self._check_budget(batch, least)
        account = Account(org=caller.org, member=batch.created_by, batch=batch.id)
        granted, standings, money = self._reservations.extending(account, wanted_micros=wanted)
        closed = closed_for_good(standings, least)
        if closed is not None and not batch.is_live:
            raise BudgetExceeded(too_small(closed, least))
        fields = {
            "status": BatchStatus.ACCEPTED.value if not batch.is_live else batch.status.value,
            "status_reason": "",
            "desired": Desired.RUN.value,
            "series": series,
            "retry": RetryOrder(
                series=series, items=named, changes=retry.changes.model_dump(exclude_none=True)
            ).model_dump(),
            "models": sorted({*batch.models, *(item.model for item in changed)}),
            "cost.reserved_micros": batch.cost.reserved_micros + granted,
            "finished_at": None,
            "unannounced": [ending.model_dump() for ending in _unannounced(batch)],
            "next_step_at": self._clock.now(),
        }
        return [guarded(read, fields), *money]

    def _check_selection(self, selected: list[Read[Item]], named: list[str] | None) -> None:
        found = {read.value.id for read in selected}
        wrong = [
            FieldError(f"/items/{place}", f"{item[:64]} is not a failed item of this batch.")
            for place, item in enumerate(named or ())
            if item not in found
        ]
        if wrong:
            raise Invalid(wrong)
        if not selected:
            raise Conflict("No image of this batch has failed: there is nothing to retry.", code="nothing-to-retry")

    def _check_changes(self, changed: list[Item], retry: BatchRetry) -> None:
        wrong: dict[tuple[str, str], FieldError] = {}
        for item in changed:
            for field, detail in check_setting(
                self._offer,
                day=self._clock.now().date(),
                model=item.model,
                aspect_ratio=item.aspect_ratio,
                size=item.size,
                seed=item.seed,
                references=len(item.references),
                steering=item.steering,
            ):
                pointer = f"/changes/{field}" if getattr(retry.changes, field, None) is not None else "/changes/model"
                wrong[pointer, detail] = FieldError(pointer, detail)
        if wrong:
            raise Invalid(list(wrong.values()))

    def _check_budget(self, batch: Batch, least: int) -> None:
        budget = batch.cost.budget_micros
        if budget is not None and batch.cost.spent_micros + least > budget:
            raise BudgetExceeded("Not one of these images fits what is left of the batch's budget.")

    def _within_budget(self, batch: Batch, wanted: int) -> int:
        budget = batch.cost.budget_micros
        return wanted if budget is None else max(min(wanted, budget - batch.cost.spent_micros), 0)

    def _price(self, item: Item) -> int:
        try:
            return self._handler.estimate_micros(item)
        except ProviderError:
            return 0


def _unannounced(batch: Batch) -> list[Ending]:
    """The ends that are still to be announced; the present one among them when its step broke off before it told."""
    if batch.finished_at is None or batch.announced_series >= batch.series:
        return batch.unannounced
    return [*batch.unannounced, Ending(series=batch.series, status=batch.status, finished_at=batch.finished_at)]


def _words(status: BatchStatus) -> str:
    return status.value.replace("_", " ")
