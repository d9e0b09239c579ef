"""Items whose model is down, over its quota or out of tries go on with the next one of their list."""

from datetime import datetime
from functools import partial
from typing import Any

from shared.domain import fallbacks, item_machine
from shared.domain.abilities import check_setting
from shared.domain.batches import Batch
from shared.domain.errors import ErrorKind
from shared.domain.items import Item
from shared.domain.offers import Offer
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.repositories.collections import guarded
from shared.repositories.commits import commit_groups
from shared.repositories.items import ItemRepository
from shared.services.pacers import PacerService

_AT_ONCE = 200


class FallbackService:
    """Says which model takes over, and moves what waits."""

    def __init__(self, documents: DocumentStore, *, offer: Offer, pacers: PacerService, clock: Clock) -> None:
        self._documents = documents
        self._items = ItemRepository(documents)
        self._offer = offer
        self._pacers = pacers
        self._clock = clock

    def shut_until(self, model: str) -> datetime | None:
        """Until when this model is down or over its quota; None when it is neither."""
        spec = self._offer.find(model)
        paced = self._pacers.of(spec) if spec else None
        return paced.closed_until or self._clock.now() if paced and paced.is_shut else None

    def after(self, item: Item, kind: ErrorKind, *, is_final: bool) -> dict[str, Any] | None:
        """The fields by which an item goes on with another model after such a failure; None when it stays with its own.

        It leaves a model that gave it up (`is_final`), that is over its quota, or that is down.
        """
        if not item.fallback or kind in fallbacks.FINAL:
            return None
        if not (is_final or kind is ErrorKind.QUOTA or self.shut_until(item.model) is not None):
            return None
        model = self._open(item)
        if model is None and is_final:
            # All are shut: it waits for the first of them, for its own has given it up.
            model = fallbacks.next_model(item, can_make=partial(self._can_make, item), is_open=lambda _: True)
        return None if model is None else self._moved(item, model)

    def move_on(self, org: str, batch: Batch) -> None:
        """What waits for a model that is shut goes on with one that is open, where its list names one."""
        if len(batch.models) < 2:
            return
        shut = {model for model in batch.models if self.shut_until(model) is not None}
        for model in shut:
            for other in set(batch.models) - shut:
                self._move(org, batch.id, model, other)

    def _move(self, org: str, batch: str, model: str, other: str) -> None:
        found = self._items.with_fallback(org, batch, model, other, limit=_AT_ONCE)
        now = self._clock.now()
        groups = []
        for read in found:
            chosen = self._open(read.value)
            back = item_machine.recalled(read.value.model_copy(update={"not_before": None}), now=now)
            if chosen is not None and back is not None:
                groups.append([guarded(read, {**back, "not_before": None, **self._moved(read.value, chosen)})])
        commit_groups(self._documents, groups)

    def _open(self, item: Item) -> str | None:
        return fallbacks.next_model(
            item, can_make=partial(self._can_make, item), is_open=lambda model: self.shut_until(model) is None
        )

    def _can_make(self, item: Item, model: str) -> bool:
        """Whether the model can make it still: the item may have been edited, the model shut down since."""
        wrong = check_setting(
            self._offer,
            day=self._clock.now().date(),
            model=model,
            aspect_ratio=item.aspect_ratio,
            size=item.size,
            seed=item.seed,
            references=len(item.references),
            steering=item.steering,
        )
        return next(wrong, None) is None

    def _moved(self, item: Item, model: str) -> dict[str, Any]:
        spec = self._offer.find(model)
        return fallbacks.moved(item, model, provider=spec.provider if spec else "")
