"""Budgets, reservations and the ledger."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from shared.domain.ids import derived
from shared.domain.moments import EVER, NEVER
from shared.domain.money import Budget, LedgerEntry, LedgerKind, Reservation
from shared.ports.documents import Count, Create, DocumentStore, Order, Query, Sum, Where
from shared.repositories import paths
from shared.repositories.collections import Collection, Read


class BudgetRepository(Collection[Budget]):
    """What organisations may spend."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, Budget, "budget")

    def one(self, org: str) -> Read[Budget] | None:
        """The organisation's budget, or None before its first batch."""
        return self.find(paths.budget(org))


class ReservationRepository(Collection[Reservation]):
    """What batches have set aside."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, Reservation, "reservation")

    def one(self, org: str, batch: str) -> Read[Reservation]:
        """The reservation of a batch; raises NotFound."""
        return self.get(paths.reservation(org, batch))

    def of_member(self, org: str, member: str) -> tuple[int, int]:
        """The micros and the images that a member's batches have set aside together, at one read time."""
        live = (Where("member", "==", member), Where("expires_at", "<", NEVER))
        wanted = {name: Sum(name, live) for name in ("reserved_micros", "reserved_images")}
        found = self._documents.aggregate(paths.reservations(org), wanted)
        return found["reserved_micros"], found["reserved_images"]

    def of_members(self, org: str, members: Sequence[str]) -> dict[str, int]:
        """The micros that each member's batches have set aside together, all at one read time."""
        wanted = {
            member: Sum("reserved_micros", (Where("member", "==", member), Where("expires_at", "<", NEVER)))
            for member in members
        }
        return self._documents.aggregate(paths.reservations(org), wanted) if wanted else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSums:
    """What some ledger entries add up to; what was reused is an image without a call."""

    images: int
    calls: int
    cost_micros: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What some ledger entries cost together, and how many they are."""

    cost_micros: int
    entries: int


Key = TypeVar("Key", bound=Hashable)


class LedgerRepository(Collection[LedgerEntry]):
    """Every call to a provider, once."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, LedgerEntry, "ledger entry")

    def of_attempt(self, org: str, item: str, attempt: int) -> Read[LedgerEntry] | None:
        """The entry of one attempt, or None."""
        return self.find(paths.ledger_entry(org, entry_id(item, attempt)))

    def between(
        self, org: str, starts_at: datetime, ends_at: datetime, *, limit: int, start_after: tuple[Any, ...] | None
    ) -> list[Read[LedgerEntry]]:
        """Entries from a moment until before another, the oldest first; `start_after` is (`at`, path) of the last one."""
        where = (Where("at", ">=", starts_at), Where("at", "<", ends_at))
        return self.query(Query(paths.ledger(org), where, (Order("at"),), limit, start_after))

    def sums(self, org: str, wanted: Mapping[str, Sum]) -> dict[str, int]:
        """Sums over the ledger by their names, all at one read time."""
        return self._documents.aggregate(paths.ledger(org), wanted) if wanted else {}

    def images_of(self, org: str, batch: str) -> int:
        """How many images a batch has bought so far."""
        where = (Where("batch", "==", batch), Where("at", ">=", EVER))
        return self.sums(org, {"images": Sum("images", where)})["images"]

    def usage(self, org: str, groups: Mapping[str, tuple[Where, ...]]) -> dict[str, UsageSums]:
        """The sums of each group of entries, by its name, all at one read time."""
        wanted: dict[str, Count | Sum] = {}
        for name, where in groups.items():
            wanted[f"images {name}"] = Sum("images", where)
            wanted[f"calls {name}"] = Count((Where("kind", "in", _CALLS), *where))
            wanted[f"cost {name}"] = Sum("cost_micros", where)
        found = self._documents.aggregate(paths.ledger(org), wanted)
        return {
            name: UsageSums(
                images=found[f"images {name}"], calls=found[f"calls {name}"], cost_micros=found[f"cost {name}"]
            )
            for name in groups
        }

    def costs(self, org: str, groups: Mapping[Key, tuple[Where, ...]]) -> dict[Key, Costs]:
        """What the entries of each group cost, and how many they are, all at one read time."""
        wanted: dict[str, Count | Sum] = {}
        for number, where in enumerate(groups.values()):
            wanted[f"cost {number}"] = Sum("cost_micros", where)
            wanted[f"entries {number}"] = Count(where)
        found = self._documents.aggregate(paths.ledger(org), wanted) if wanted else {}
        return {
            key: Costs(cost_micros=found[f"cost {number}"], entries=found[f"entries {number}"])
            for number, key in enumerate(groups)
        }


_CALLS = [kind.value for kind in LedgerKind if kind is not LedgerKind.REUSED]


def entry_id(item: str, attempt: int) -> str:
    """The id of the ledger entry of an attempt: a repeat meets itself."""
    return derived("led", item, attempt)


def create(org: str, entry: LedgerEntry) -> Create:
    """The write that makes an entry."""
    return Create(paths.ledger_entry(org, entry.id), entry.written())
