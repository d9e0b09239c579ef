"""Orders to try failed items again: checked whole, then the writes that a step carries out later."""

from dataclasses import dataclass
from math import ceil

from shared.domain.batch_forms import BatchRetry
from shared.domain.batches import Batch, Ending, RetryOrder
from shared.domain.dead_letters import Untouched
from shared.domain.errors import BudgetExceeded, Conflict, FieldError, Invalid, ProviderError
from shared.domain.items import Item, ItemReference
from shared.domain.limit_words import too_small
from shared.domain.limits import closed_for_good
from shared.domain.modes import BatchStatus, Desired
from shared.domain.offers import Offer
from shared.ports.clock import Clock
from shared.ports.documents import Write
from shared.repositories.collections import Read, guarded
from shared.repositories.pages import MAX_READ
from shared.services.image_handler import ImageHandler
from shared.services.named_references import NamedReferences
from shared.services.reservations import ReservationService
from shared.services.retries import RetryService
from shared.services.standings import Account


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order as it is to be committed, and how many items it means."""

    writes: list[Write]
    items: int


class RetryOrders:
    """The one place where a retry, of one batch or of dead letters of many, is allowed."""

    def __init__(
        self,
        *,
        handler: ImageHandler,
        offer: Offer,
        retries: RetryService,
        references: NamedReferences,
        reservations: ReservationService,
        clock: Clock,
    ) -> None:
        self._handler = handler
        self._offer = offer
        self._retries = retries
        self._references = references
        self._reservations = reservations
        self._clock = clock

    def order(self, org: str, read: Read[Batch], retry: BatchRetry, *, is_strict: bool = True) -> Ordered:
        """The writes, guarded by the batch's version, that order a retry of the items that are meant.

        Of a great many that are not named the first are checked and priced for all; the step checks each of the others. Strict, every named item must be a failed one; otherwise those that are not are left out. Raises Conflict, Invalid,
        BudgetExceeded.
        """
        batch = read.value
        _refuse_while_busy(batch)
        series = batch.series + 1
        named = list(retry.items) if retry.items is not None else None
        selected = self._retries.selected(org, batch.id, series=series, items=named, limit=MAX_READ)
        _check_selection(selected, named if is_strict else None)
        references = self._named_references(org, retry)
        changed = [self._retries.changed(item.value, retry.changes, references) for item in selected]
        self._check_changes(changed, retry)
        is_cut = named is None and len(selected) == MAX_READ
        count = self._retries.count(org, batch.id, series=series) if is_cut else len(selected)
        least = min(self._handler.ceiling_micros(item) for item in changed)
        _check_budget(batch, least)
        price = sum(self._price(item) for item in changed)
        wanted = _within_budget(batch, ceil(price * count / len(changed)))
        account = Account(org=org, member=batch.created_by, batch=batch.id)
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
                series=series,
                items=None if named is None else [item.value.id for item in selected],
                changes=retry.changes.settings(),
                references=references,
            ).model_dump(),
            "models": sorted({*batch.models, *(item.model for item in changed)}),
            "cost.reserved_micros": batch.cost.reserved_micros + granted,
            "finished_at": None,
            "unannounced": [ending.model_dump() for ending in _unannounced(batch)],
            "next_step_at": self._clock.now(),
        }
        return Ordered([guarded(read, fields), *money], count)

    def hindrance(self, batch: Batch, item: Item) -> Untouched | None:
        """Why this failed item cannot be tried again as it is now; None when it can."""
        try:
            _refuse_while_busy(batch)
            refusal = self._offer.refusal(item.model, self._clock.now().date())
            if refusal is not None:
                return Untouched(code="invalid", detail=f"{refusal} Requeue it with another model.")
            _check_budget(batch, self._handler.ceiling_micros(item))
        except Conflict as error:
            return Untouched(code=error.code, detail=error.detail)
        except ProviderError as error:
            return Untouched(code="invalid", detail=f"{error.detail} Requeue it with changed settings.")
        return None

    def _named_references(self, org: str, retry: BatchRetry) -> list[ItemReference] | None:
        if retry.changes.references is None:
            return None
        found, wrong = self._references.find(org, retry.changes.references, at="/changes/references")
        if wrong:
            raise Invalid(wrong)
        return found

    def _check_changes(self, changed: list[Item], retry: BatchRetry) -> None:
        wrong: dict[tuple[str, str], FieldError] = {}
        for item in changed:
            for field, detail in self._retries.wrong(item):
                pointer = f"/changes/{field}" if field in retry.changes.model_fields_set else "/changes/model"
                wrong[pointer, detail] = FieldError(pointer, detail)
        if wrong:
            raise Invalid(list(wrong.values()))

    def _price(self, item: Item) -> int:
        try:
            return self._handler.estimate_micros(item)
        except ProviderError:
            return 0


def _refuse_while_busy(batch: Batch) -> None:
    if batch.retry is not None:
        raise Conflict("A retry of this batch is being prepared. Try again in a moment.", code="retry-in-progress")
    if batch.is_live and batch.desired is Desired.CANCEL:
        raise Conflict("The batch is being cancelled.", code="batch-cancelling")


def _check_selection(selected: list[Read[Item]], named: list[str] | None) -> None:
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


def _check_budget(batch: Batch, least: int) -> None:
    budget = batch.cost.budget_micros
    if budget is not None and batch.cost.spent_micros + least > budget:
        raise BudgetExceeded("Not one of these images fits what is left of the batch's budget.")


def _within_budget(batch: Batch, wanted: int) -> int:
    budget = batch.cost.budget_micros
    return wanted if budget is None else max(min(wanted, budget - batch.cost.spent_micros), 0)


def _unannounced(batch: Batch) -> list[Ending]:
    """The ends that are still to be announced; the present one among them when its step broke off before it told."""
    if batch.finished_at is None or batch.announced_series >= batch.series:
        return batch.unannounced
    return [*batch.unannounced, Ending(series=batch.series, status=batch.status, finished_at=batch.finished_at)]
