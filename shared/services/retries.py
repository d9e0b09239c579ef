"""Failed items begin anew, with their earlier attempts kept."""

from collections.abc import Sequence

from shared.domain import fallbacks, item_machine, places
from shared.domain.batches import Batch, RetryChanges
from shared.domain.items import Item, ItemReference
from shared.domain.offers import Offer
from shared.domain.recipes import hash_of
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Write
from shared.repositories.collections import Read, guarded
from shared.repositories.commits import Lead, commit_groups
from shared.repositories.items import ItemRepository


class RetryService:
    """Carries out a retry that was accepted."""

    def __init__(self, documents: DocumentStore, offer: Offer, clock: Clock) -> None:
        self._documents = documents
        self._items = ItemRepository(documents)
        self._offer = offer
        self._clock = clock

    def selected(self, org: str, batch: str, *, series: int, items: list[str] | None) -> list[Read[Item]]:
        """The failed items of earlier series that a retry means: all that are not discarded, or those that are named."""
        if items is None:
            return [read for read in self._items.failed_before(org, batch, series) if not read.value.discarded_at]
        return self._items.failed_among(org, batch, items, series)

    def carry_out(self, org: str, batch: Batch, lead: Lead) -> None:
        """Every selected item is pending again; may be repeated: an item joins a series once.

        Raises GuardRefused when the lead is lost.
        """
        order = batch.retry
        if order is None:
            return
        changes = RetryChanges.model_validate(order.changes)
        while True:
            selected = self.selected(org, batch.id, series=order.series, items=order.items)
            groups = [group for read in selected if (group := self._retrying(read, batch, changes, order.references))]
            won = commit_groups(self._documents, groups, lead=lead)
            if all(won):
                return

    def changed(self, item: Item, changes: RetryChanges, references: Sequence[ItemReference] | None = None) -> Item:
        """The item as it would be tried with these changes; `references` are those that the changes name."""
        said = _changes_of(item, changes).settings()
        said |= {} if references is None else {"references": list(references)}
        changed = item.model_copy(update=fallbacks.as_asked(item) | said)
        spec = self._offer.find(changed.model)
        provider = spec.provider if spec else item.provider
        return changed.model_copy(update={"provider": provider, "recipe": hash_of(changed)})

    def _retrying(
        self, read: Read[Item], batch: Batch, changes: RetryChanges, references: list[ItemReference] | None
    ) -> list[Write]:
        changed = self.changed(read.value, changes, references)
        now = self._clock.now()
        fields = item_machine.retried(
            read.value,
            now=now,
            series=batch.retry.series if batch.retry else batch.series,
            place_at=places.planned(now, index=read.value.index, total=batch.progress.total),
            changes=_changes_of(read.value, changes),
            references=references,
            provider=changed.provider,
            recipe=changed.recipe,
        )
        again = {"model": changed.model, "fallback": changed.fallback, "fallen_from": changed.fallen_from}
        return [] if fields is None else [guarded(read, fields | again)]


def _changes_of(item: Item, changes: RetryChanges) -> RetryChanges:
    """The changes as they apply to one item: variants of one seed would be the same picture, so each takes the next one."""
    if changes.seed is None:
        return changes
    return changes.model_copy(update={"seed": changes.seed + item.variant - 1})
