"""Items of batches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.ids import is_id
from shared.domain.items import Item
from shared.domain.modes import ItemStatus
from shared.domain.moments import EVER
from shared.domain.progress import Counts
from shared.ports.documents import Count, Create, DocumentStore, Order, Query, Sum, Version, Where
from shared.repositories import paths
from shared.repositories.collections import Collection, Read


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many items wait in line, for a worker that they were sent to, and for the time of their next try."""

    in_line: int
    sent: int
    resting: int


class ItemRepository(Collection[Item]):
    """Reading and guarded writing of items."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, Item, "item")

    def one(self, org: str, batch: str, item: str) -> Read[Item] | None:
        """The item, or None."""
        return self.find(paths.item(org, batch, item))

    def expired(self, org: str, batch: str, now: datetime, *, limit: int) -> list[Read[Item]]:
        """Running items whose lease has ended, the longest ended first."""
        return self._due(org, batch, now, limit, Where("status", "==", ItemStatus.RUNNING.value))

    def unclaimed(self, org: str, batch: str, now: datetime, *, limit: int) -> list[Read[Item]]:
        """Pending items that were dispatched and not claimed in time, the longest waiting first."""
        return self._due(
            org, batch, now, limit, Where("status", "==", ItemStatus.PENDING.value), Where("in_flight", "==", True)
        )

    def waiting(self, org: str, batch: str, model: str, now: datetime, *, limit: int) -> list[Read[Item]]:
        """Pending items of this model whose time has come and that are not dispatched, the longest waiting first."""
        return self._due(
            org,
            batch,
            now,
            limit,
            Where("status", "==", ItemStatus.PENDING.value),
            Where("in_flight", "==", False),
            Where("model", "==", model),
        )

    def _due(
        self,
        org: str,
        batch: str,
        now: datetime,
        limit: int,
        *where: Where,
        start_after: tuple[Any, ...] | None = None,
    ) -> list[Read[Item]]:
        conditions = (*where, Where("due_at", "<=", now))
        return self.query(Query(paths.items(org, batch), conditions, (Order("due_at"),), limit, start_after))

    def first_in_line(
        self, org: str, batch: str, now: datetime, *, limit: int, start_after: tuple[Any, ...] | None = None
    ) -> list[Read[Item]]:
        """Pending items whose time has come and that are not dispatched, in the order of their places; `start_after` is
        (`due_at`, path) of the last one.
        """
        return self._due(org, batch, now, limit, *_WAITING, start_after=start_after)

    def resting(self, org: str, batch: str, now: datetime, *, limit: int) -> list[Read[Item]]:
        """Pending items that are not dispatched and whose time has not come, the next one first."""
        where = (*_WAITING, Where("due_at", ">", now))
        return self.query(Query(paths.items(org, batch), where, (Order("due_at"),), limit))

    def count_waiting(self, org: str, batch: str, now: datetime) -> Waiting:
        """How many pending items there are, by what they wait for, at one read time."""
        sent = (Where("status", "==", ItemStatus.PENDING.value), Where("in_flight", "==", True))
        wanted: dict[str, Count | Sum] = {
            "in_line": Count((*_WAITING, Where("due_at", "<=", now))),
            "sent": Count(sent),
            "resting": Count((*_WAITING, Where("due_at", ">", now))),
        }
        return Waiting(**self._documents.aggregate(paths.items(org, batch), wanted))

    def in_line(
        self, org: str, batch: str, place: datetime, *, now: datetime, backwards: bool, limit: int
    ) -> list[Read[Item]]:
        """Items that wait in line behind this place, or `backwards` those ahead of it; the nearest first."""
        beyond = (
            (Where("due_at", "<", place),) if backwards else (Where("due_at", ">", place), Where("due_at", "<=", now))
        )
        order = (Order("due_at", descending=backwards),)
        return self.query(Query(paths.items(org, batch), (*_WAITING, *beyond), order, limit))

    def before(self, org: str, batch: str, due_at: datetime) -> int:
        """How many pending items go out before one that is due then: those that did already, and those due earlier."""
        pending = Where("status", "==", ItemStatus.PENDING.value)
        wanted: dict[str, Count | Sum] = {
            "sent": Count((pending, Where("in_flight", "==", True))),
            "earlier": Count((pending, Where("in_flight", "==", False), Where("due_at", "<", due_at))),
        }
        return sum(self._documents.aggregate(paths.items(org, batch), wanted).values())

    def with_fallback(self, org: str, batch: str, model: str, other: str, *, limit: int) -> list[Read[Item]]:
        """Pending items of a model that may go on with that other one and are not dispatched."""
        where = (
            Where("status", "==", ItemStatus.PENDING.value),
            Where("in_flight", "==", False),
            Where("model", "==", model),
            Where("fallback", "array_contains", other),
        )
        return self.query(Query(paths.items(org, batch), where, limit=limit))

    def next_due_at(self, org: str, batch: str, status: ItemStatus, *, after: datetime) -> datetime | None:
        """The earliest `due_at` after this moment among items of this state."""
        where = (Where("status", "==", status.value), Where("due_at", ">", after))
        found = self.query(Query(paths.items(org, batch), where, (Order("due_at"),), limit=1))
        return found[0].value.due_at if found else None

    def with_status(self, org: str, batch: str, status: ItemStatus, *, limit: int) -> list[Read[Item]]:
        """Some items of this state, in no order that matters."""
        return self.query(Query(paths.items(org, batch), (Where("status", "==", status.value),), limit=limit))

    def failed_before(self, org: str, batch: str, series: int, *, limit: int) -> list[Read[Item]]:
        """Failed items of a series before this one that are not discarded, the oldest series first."""
        return self.query(Query(paths.items(org, batch), _failed_before(series), (Order("series"),), limit))

    def count_failed_before(self, org: str, batch: str, series: int) -> int:
        """How many there are."""
        counted = {"failed": Count(_failed_before(series))}
        return self._documents.aggregate(paths.items(org, batch), counted)["failed"]

    def failed_among(self, org: str, batch: str, items: Iterable[str], series: int) -> list[Read[Item]]:
        """Those of these items that failed in a series before this one, in the order of the rows."""
        found = self.get_many(paths.item(org, batch, item) for item in dict.fromkeys(items) if is_id("itm", item))
        failed = [one for one in found.values() if one.value.status is ItemStatus.FAILED and one.value.series < series]
        return sorted(failed, key=lambda read: read.value.index)

    def in_flight(self, org: str, batch: str, *, limit: int) -> list[Read[Item]]:
        """Pending items that were dispatched and not claimed yet."""
        where = (Where("status", "==", ItemStatus.PENDING.value), Where("in_flight", "==", True))
        return self.query(Query(paths.items(org, batch), where, limit=limit))

    def changed_since(
        self, org: str, batch: str, since: datetime, *, limit: int, start_after: tuple[Any, ...] | None = None
    ) -> list[Read[Item]]:
        """Items changed at or after this moment, the oldest change first; `start_after` is (`changed_at`, path) of the last one."""
        where = (Where("changed_at", ">=", since),)
        return self.query(Query(paths.items(org, batch), where, (Order("changed_at"),), limit, start_after))

    def in_order(
        self,
        org: str,
        batch: str,
        *,
        status: ItemStatus | None,
        limit: int,
        start_after: tuple[Any, ...] | None,
        from_index: int = 0,
    ) -> list[Read[Item]]:
        """Items in the order of their rows, all or those of one state, from this place on; `start_after` is (`index`, path) of the last one."""
        states = () if status is None else (Where("status", "==", status.value),)
        places = (Where("index", ">=", from_index),) if from_index else ()
        return self.query(Query(paths.items(org, batch), (*states, *places), (Order("index"),), limit, start_after))

    def counts(self, org: str, batch: str, *, total: int) -> Counts:
        """All counts and sums of a batch at one read time."""
        found = self._documents.aggregate(paths.items(org, batch), _COUNTS)
        return Counts(total=total, **found)

    def counts_by_model(self, org: str, batch: str, models: Iterable[str]) -> tuple[dict[str, int], int, int]:
        """At one read time: items in flight by model, what is held for them, what was spent."""
        wanted: dict[str, Count | Sum] = {
            f"model:{model}": Count((Where("in_flight", "==", True), Where("model", "==", model))) for model in models
        }
        found = self._documents.aggregate(
            paths.items(org, batch),
            {**wanted, "held": _COUNTS["held_micros"], "spent": _COUNTS["spent_micros"]},
        )
        by_model = {name.removeprefix("model:"): value for name, value in found.items() if name.startswith("model:")}
        return by_model, found["held"], found["spent"]

    def longest_due(self) -> datetime | None:
        """Since when the pending image of any organisation that is longest due is due."""
        due = []
        for in_flight in (False, True):
            where = (Where("status", "==", ItemStatus.PENDING.value), Where("in_flight", "==", in_flight))
            found = self.readable(Query("items", where, (Order("due_at"),), limit=1, group=True))
            due += [read.value.due_at for read in found if read.value.due_at is not None]
        return min(due, default=None)

    def running(self, org: str) -> tuple[int, Read[Item] | None]:
        """How many images of an organisation workers hold, and the one whose lease ends first."""
        # Each has a time at which its lease ends; asked for it, the count goes by the index of the other question.
        where = (
            Where("org", "==", org),
            Where("status", "==", ItemStatus.RUNNING.value),
            Where("due_at", ">", EVER),
        )
        count = self._documents.aggregate("items", {"running": Count(where)}, group=True)["running"]
        first = self.readable(Query("items", where, (Order("due_at"),), limit=1, group=True)) if count else []
        return count, next(iter(first), None)

    def held(self, status: ItemStatus, now: datetime, *, limit: int) -> list[Read[Item]]:
        """Items in flight of every organisation whose time has not run out: running under a lease, or pending for a claim."""
        where = (Where("status", "==", status.value), Where("in_flight", "==", True), Where("due_at", ">", now))
        return self.query(Query("items", where, limit=limit, group=True))


def _failed_before(series: int) -> tuple[Where, ...]:
    is_open = (Where("status", "==", ItemStatus.FAILED.value), Where("discarded_at", "==", None))
    return (*is_open, Where("series", "<", series))


def create(item: Item) -> Create:
    """The write that makes an item."""
    return Create(paths.item(item.org, item.batch, item.id), item.written())


def after(read: Read[Item], fields: dict[str, Any], versions: Mapping[str, Version]) -> Read[Item]:
    """The item as it is after a commit of these fields."""
    return Read(Item.read({**read.value.written(), **fields}), read.path, versions[read.path])


_WAITING = (Where("status", "==", ItemStatus.PENDING.value), Where("in_flight", "==", False))
_COUNTS: dict[str, Count | Sum] = {
    "running": Count((Where("status", "==", ItemStatus.RUNNING.value),)),
    "succeeded": Count((Where("status", "==", ItemStatus.SUCCEEDED.value),)),
    "failed": Count((Where("status", "==", ItemStatus.FAILED.value),)),
    "cancelled": Count((Where("status", "==", ItemStatus.CANCELLED.value),)),
    "spent_micros": Sum("cost_micros"),
    "held_micros": Sum("held_micros", (Where("in_flight", "==", True),)),
}
