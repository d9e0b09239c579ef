"""Failed items begin anew, with their earlier attempts kept."""

from collections.abc import Iterator, Sequence

from shared.domain import fallbacks, item_machine, places
from shared.domain.abilities import check_setting
from shared.domain.batch_forms import RetryChanges
from shared.domain.batches import Batch
from shared.domain.items import Item, ItemReference
from shared.domain.offers import Offer
from shared.domain.recipes import hash_of
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Write
from shared.repositories.collections import Read, guarded
from shared.repositories.commits import Lead, commit_groups
from shared.repositories.items import ItemRepository

_AT_ONCE = 200


class RetryService:
    """Carries out a retry that was accepted."""

    def __init__(self, documents: DocumentStore, offer: Offer, clock: Clock) -> None:
        self._documents = documents
        self._items = ItemRepository(documents)
        self._offer = offer
        self._clock = clock

    def selected(self, org: str, batch: str, *, series: int, items: list[str] | None, limit: int) -> list[Read[Item]]:
        """The failed items of earlier series that a retry means: all that are named, or so many of those that are not discarded."""
        if items is None:
            return self._items.failed_before(org, batch, series, limit=limit)
        return self._items.failed_among(org, batch, items, series)

    def count(self, org: str, batch: str, *, series: int) -> int:
        """How many a retry means that names none."""
        return self._items.count_failed_before(org, batch, series)

    def carry_out(self, org: str, batch: Batch, lead: Lead) -> None:
        """Every selected item is pending again, a few hundred at a time; may be repeated: an item joins a series once.

        One that cannot be made with the changes joins the series as it is, failed, and says why. Raises GuardRefused when the lead is lost.
        """
        order = batch.retry
        if order is None:
            return
        changes = RetryChanges.model_validate(order.changes)
        while True:
            selected = self.selected(org, batch.id, series=order.series, items=order.items, limit=_AT_ONCE)
            groups = [group for read in selected if (group := self._retrying(read, batch, changes, order.references))]
            won = commit_groups(self._documents, groups, lead=lead)
            is_last = order.items is not None or len(selected) < _AT_ONCE
            if is_last and all(won):
                return

    def changed(self, item: Item, changes: RetryChanges, references: Sequence[ItemReference] | None = None) -> Item:
        """The item as it would be tried with these changes; `references` are those that the changes name."""
        said = _changes_of(item, changes).settings()
        said |= {} if references is None else {"references": list(references)}
        changed = item.model_copy(update=fallbacks.as_asked(item) | said)
        spec = self._offer.find(changed.model)
        provider = spec.provider if spec else item.provider
        return changed.model_copy(update={"provider": provider, "recipe": hash_of(changed)})

    def wrong(self, item: Item) -> Iterator[tuple[str, str]]:
        """What its model, as things are today, cannot make of this item: settings by name, each with a sentence."""
        return check_setting(
            self._offer,
            day=self._clock.now().date(),
            model=item.model,
            aspect_ratio=item.aspect_ratio,
            size=item.size,
            seed=item.seed,
            references=len(item.references),
            steering=item.steering,
        )

    def _retrying(
        self, read: Read[Item], batch: Batch, changes: RetryChanges, references: list[ItemReference] | None
    ) -> list[Write]:
        changed = self.changed(read.value, changes, references)
        now = self._clock.now()
        series = batch.retry.series if batch.retry else batch.series
        for _, detail in self.wrong(changed):
            refused = item_machine.not_retried(read.value, now=now, series=series, detail=detail)
            return [] if refused is None else [guarded(read, refused)]
        fields = item_machine.retried(
            read.value,
            now=now,
            series=series,
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
