"""An image that waits is to be made otherwise: checked as a row is, and nothing of what it was is bought after that."""

from typing import Any

from shared.domain import item_machine
from shared.domain.abilities import check_setting
from shared.domain.batches import Batch
from shared.domain.callers import Caller
from shared.domain.errors import BudgetExceeded, Conflict, FieldError, Invalid, ProviderError
from shared.domain.item_changes import ItemUpdate
from shared.domain.items import Item
from shared.domain.modes import ItemStatus, Role
from shared.domain.offers import Offer
from shared.domain.recipes import hash_of
from shared.domain.rows import placeholders
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.repositories.collections import guarded
from shared.repositories.items import ItemRepository
from shared.services.image_handler import ImageHandler
from shared.services.named_references import NamedReferences
from shared.services.open_batches import OpenBatches
from shared.services.repeats import Repeats
from shared.services.step_requests import StepRequests


class ItemEditService:
    """Changes pending items, guarded by the item's and the batch's versions: whoever claims it sees the new text or nothing."""

    def __init__(
        self,
        documents: DocumentStore,
        *,
        handler: ImageHandler,
        offer: Offer,
        requests: StepRequests,
        repeats: Repeats,
        clock: Clock,
    ) -> None:
        self._documents = documents
        self._open = OpenBatches(documents)
        self._items = ItemRepository(documents)
        self._references = NamedReferences(documents)
        self._handler = handler
        self._offer = offer
        self._requests = requests
        self._repeats = repeats
        self._clock = clock

    def edit(self, caller: Caller, batch: str, item: str, update: ItemUpdate, *, revision: int | None = None) -> Item:
        """The item as it will be made. With a `revision`, only if it is still that one.

        Raises NotFound, Invalid naming every wrong field, BudgetExceeded, Conflict (it does not wait, somebody was quicker,
        the batch is over).
        """
        caller.require(Role.EDITOR)
        self._repeats.until_unrefused(lambda: self._edit(caller.org, batch, item, update, revision))
        changed = self._open.item(caller.org, batch, item).value
        self._requests.now(caller.org, batch, f"edited-{item}-{changed.revision}")
        return changed

    def _edit(self, org: str, batch_id: str, item_id: str, update: ItemUpdate, revision: int | None) -> None:
        batch = self._open.batch(org, batch_id)
        read = self._open.item(org, batch_id, item_id)
        item = read.value
        if revision is not None and item.revision != revision:
            told = f"The item was changed meanwhile (it is at revision {item.revision} now). Look at it and try again."
            raise Conflict(told, code="changed-meanwhile")
        _refuse_unless_waiting(item)
        changed = self._changed(org, item, update)
        self._check_budget(batch.value, changed)
        fields = {name: value for name, value in _stored(changed).items() if value != _stored(item)[name]}
        if not fields:
            return
        now = self._clock.now()
        more = self._price(changed) - self._price(item)
        self._documents.commit(
            [
                guarded(
                    batch,
                    {
                        "models": sorted({*batch.value.models, changed.model}),
                        "cost.estimated_micros": max(batch.value.cost.estimated_micros + more, 0),
                        "next_step_at": now,
                    },
                ),
                guarded(read, item_machine.edited(item, now=now, changes=fields) or {}),
            ]
        )

    def _changed(self, org: str, item: Item, update: ItemUpdate) -> Item:
        """The item with the changes; raises Invalid naming every wrong field."""
        said = update.said()
        wrong: list[FieldError] = []
        if update.references is not None:
            said["references"], wrong = self._references.find(org, update.references, at="/references")
        for name in placeholders(update.prompt or ""):
            told = f"Write the value instead of {{{{{name}}}}}: a single image has no variables."
            wrong.append(FieldError("/prompt", told))
        if "tags" in said:
            said["tags"] = list(dict.fromkeys(said["tags"]))
        if update.model is not None:
            # From now on this is the model that was asked for first.
            said["fallen_from"] = []
        changed = item.model_copy(update=said)
        wrong += self._misfits(changed, update)
        if wrong:
            raise Invalid(list(dict.fromkeys(wrong)))
        spec = self._offer.find(changed.model)
        provider = spec.provider if spec else item.provider
        return changed.model_copy(update={"provider": provider, "recipe": hash_of(changed)})

    def _misfits(self, changed: Item, update: ItemUpdate) -> list[FieldError]:
        """What the model cannot do: told at the field that was given, else at the model that was."""
        found = check_setting(
            self._offer,
            day=self._clock.now().date(),
            model=changed.model,
            aspect_ratio=changed.aspect_ratio,
            size=changed.size,
            seed=changed.seed,
            references=len(changed.references),
            steering=changed.steering,
        )
        given = update.model_fields_set
        return [
            FieldError(f"/{field}" if field in given or "model" not in given else "/model", detail)
            for field, detail in found
        ]

    def _check_budget(self, batch: Batch, changed: Item) -> None:
        budget = batch.cost.budget_micros
        ceiling = self._handler.ceiling_micros(changed)
        if budget is not None and batch.cost.spent_micros + ceiling > budget:
            left = max(budget - batch.cost.spent_micros, 0) / 1_000_000
            raise BudgetExceeded(
                f"This image can cost up to ${ceiling / 1_000_000:,.4f}; of the batch's budget ${left:,.4f} are left."
            )

    def _price(self, item: Item) -> int:
        try:
            return self._handler.estimate_micros(item)
        except ProviderError:
            return 0


def _stored(item: Item) -> dict[str, Any]:
    return item.model_dump(include={*ItemUpdate.model_fields, "provider", "recipe", "fallen_from"})


def _refuse_unless_waiting(item: Item) -> None:
    if item.status is ItemStatus.PENDING:
        return
    if item.status is ItemStatus.RUNNING:
        raise Conflict("The image is being made at this moment; it can be changed no more.", code="item-running")
    if item.status is ItemStatus.FAILED:
        raise Conflict(
            "The image has failed. Retry it with changes: POST …:retry with items and changes.", code="item-failed"
        )
    raise Conflict(f"The image has {item.status.value} already.", code="item-finished")
