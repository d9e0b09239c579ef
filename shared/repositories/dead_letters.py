"""Failed items of a whole organisation, whichever batch they belong to."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.domain.dead_letters import DeadLetterCounts
from shared.domain.errors import ErrorKind
from shared.domain.items import Item
from shared.domain.modes import ItemStatus
from shared.domain.moments import EVER
from shared.ports.documents import Count, DocumentStore, Order, Query, Where
from shared.repositories.collections import Collection, Read

_IDS_A_QUERY = 30
_OPEN = (Where("status", "==", ItemStatus.FAILED.value), Where("discarded_at", "==", None))


class DeadLetterRepository(Collection[Item]):
    """Reading of dead letters; they are written as the items that they are."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, Item, "dead letter")

    def open(
        self,
        org: str,
        *,
        equal: Mapping[str, str],
        period: tuple[Where, ...] = (),
        limit: int,
        start_after: tuple[Any, ...] | None = None,
    ) -> list[Read[Item]]:
        """Items that failed for good and are not discarded, the latest first; `start_after` is (`finished_at`, path) of the last one."""
        where = (Where("org", "==", org), *_OPEN, *(Where(name, "==", value) for name, value in equal.items()), *period)
        return self._latest("finished_at", where, limit, start_after)

    def discarded(
        self,
        org: str,
        *,
        period: tuple[Where, ...] = (),
        limit: int,
        start_after: tuple[Any, ...] | None = None,
    ) -> list[Read[Item]]:
        """Discarded items, the latest discarded first; `start_after` is (`discarded_at`, path) of the last one."""
        where = (Where("org", "==", org), *(period or (Where("discarded_at", ">", EVER),)))
        return self._latest("discarded_at", where, limit, start_after)

    def named(self, org: str, items: Sequence[str]) -> list[Read[Item]]:
        """Those of these items, failed or not, that the organisation has."""
        found: list[Read[Item]] = []
        for start in range(0, len(items), _IDS_A_QUERY):
            some = list(items[start : start + _IDS_A_QUERY])
            found += self.query(Query("items", (Where("id", "in", some),), group=True))
        # Ids are derived from their batch's, which are random: another organisation's is never met but by intent.
        return [read for read in found if read.path.startswith(f"orgs/{org}/")]

    def counts(self, org: str, models: Iterable[tuple[str, str]]) -> DeadLetterCounts:
        """How many there are by kind, and by each of these (provider, model), at one read time."""
        named = list(models)
        kinds = {f"kind:{kind}": _count(org, Where("error.kind", "==", kind.value)) for kind in ErrorKind}
        by_model = {
            f"model:{number}": _count(org, Where("provider", "==", provider), Where("model", "==", model))
            for number, (provider, model) in enumerate(named)
        }
        found = self._documents.aggregate("items", {"total": _count(org), **kinds, **by_model}, group=True)
        return DeadLetterCounts(
            total=found["total"],
            by_kind={kind: found[f"kind:{kind}"] for kind in ErrorKind if found[f"kind:{kind}"]},
            by_model={model: found[f"model:{n}"] for n, model in enumerate(named) if found[f"model:{n}"]},
        )

    def _latest(
        self, field: str, where: tuple[Where, ...], limit: int, start_after: tuple[Any, ...] | None
    ) -> list[Read[Item]]:
        return self.query(Query("items", where, (Order(field, descending=True),), limit, start_after, group=True))


def _count(org: str, *where: Where) -> Count:
    return Count((Where("org", "==", org), *_OPEN, *where, Where("finished_at", ">", EVER)))
