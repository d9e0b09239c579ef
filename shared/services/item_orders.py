"""The order in which the images of a batch that wait are made."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from shared.domain import item_machine, places
from shared.domain.callers import Caller
from shared.domain.errors import Conflict, FieldError, Invalid
from shared.domain.item_changes import ItemLeft, ItemsMoved
from shared.domain.items import Item
from shared.domain.modes import ItemStatus, Role
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.repositories.collections import Read, guarded
from shared.repositories.commits import Lead, commit_groups
from shared.repositories.items import ItemRepository
from shared.services.open_batches import OpenBatches
from shared.services.repeats import Repeats
from shared.services.step_requests import StepRequests

# Neighbours that make room, at most: few at first, for most often that is enough.
_NEIGHBOURS = (50, 1_000)
_OVERTAKEN = "It was changed or begun at this very moment."

Placed = list[tuple[Read[Item], datetime]]
Placing = Callable[[list[Read[Item]], datetime], Placed]


class ItemOrderService:
    """Moves what waits; what is on its way, or waits for its next try, keeps its time.

    Every commit is led by the batch's version: two who move at once, or a cancellation, are seen one after the other.
    """

    def __init__(self, documents: DocumentStore, *, requests: StepRequests, repeats: Repeats, clock: Clock) -> None:
        self._documents = documents
        self._open = OpenBatches(documents)
        self._items = ItemRepository(documents)
        self._requests = requests
        self._repeats = repeats
        self._clock = clock

    def promote(self, caller: Caller, batch: str, items: Sequence[str]) -> ItemsMoved:
        """Make these before all others of the batch that wait, in this order.

        Raises NotFound, Invalid (no item of this batch), Conflict (over, being cancelled, being planned).
        """

        def placed(waiting: list[Read[Item]], now: datetime) -> Placed:
            first = self._items.first_in_line(caller.org, batch, now, limit=1)
            head = min([now, *(_place(read) for read in first)])
            return list(zip(waiting, places.ahead_of(head, len(waiting)), strict=True))

        return self._moving(caller, batch, items, placed)

    def reorder(
        self, caller: Caller, batch: str, items: Sequence[str], *, before: str | None = None, after: str | None = None
    ) -> ItemsMoved:
        """Make these in this order: in the places that they hold together, or right before or after another one that waits.

        Raises NotFound, Invalid (no item of this batch), Conflict (as `promote`; the other one does not wait; no room).
        """

        def placed(waiting: list[Read[Item]], now: datetime) -> Placed:
            anchor = before or after
            if anchor is None:
                return list(zip(waiting, places.permuted([_place(read) for read in waiting]), strict=True))
            found = self._anchor(caller.org, batch, anchor, "before" if before else "after", items, now)
            return self._beside(caller.org, batch, waiting, _place(found), is_before=before is not None, now=now)

        return self._moving(caller, batch, items, placed)

    def make_last(self, caller: Caller, batch: str, items: Sequence[str]) -> ItemsMoved:
        """Make these after all others of the batch that wait, in this order.

        Raises NotFound, Invalid (no item of this batch), Conflict (as `promote`; no room).
        """

        def placed(waiting: list[Read[Item]], now: datetime) -> Placed:
            last = self._neighbours(caller.org, batch, waiting, now, 1, now=now, backwards=True)
            if not last:
                return list(zip(waiting, places.permuted([_place(read) for read in waiting]), strict=True))
            return self._beside(caller.org, batch, waiting, _place(last[0]), is_before=False, now=now)

        return self._moving(caller, batch, items, placed)

    def _moving(self, caller: Caller, batch: str, items: Sequence[str], placed: Placing) -> ItemsMoved:
        caller.require(Role.EDITOR)
        moved = self._repeats.until_unrefused(lambda: self._move(caller.org, batch, items, placed))
        self._requests.soon(caller.org, batch)
        return moved

    def _move(self, org: str, batch: str, items: Sequence[str], placed: Placing) -> ItemsMoved:
        read = self._open.batch(org, batch)
        found = self._open.items(org, batch, items)
        unknown = [
            FieldError(f"/items/{place}", f"{item[:64]} is no item of this batch.")
            for place, item in enumerate(items)
            if item not in found
        ]
        if unknown:
            raise Invalid(unknown)
        now = self._clock.now()
        kept = {item: why for item in items if (why := _hindrance(found[item].value, now))}
        waiting = [found[item] for item in items if item not in kept]
        wanted = placed(waiting, now) if waiting else []
        groups = [
            [guarded(one, item_machine.placed(one.value, now=now, place_at=place) or {})] for one, place in wanted
        ]
        lead = Lead(read.path, {"next_step_at": now}, read.version)
        won = commit_groups(self._documents, groups, lead=lead)
        for (one, _), is_ours in zip(wanted, won, strict=True):
            if not is_ours and one.value.id in found:
                kept[one.value.id] = _OVERTAKEN
        left = tuple(ItemLeft(item=item, detail=kept[item]) for item in items if item in kept)
        return ItemsMoved(moved=len(items) - len(left), left=left)

    def _anchor(self, org: str, batch: str, anchor: str, field: str, items: Sequence[str], now: datetime) -> Read[Item]:
        if anchor in items:
            raise Invalid([FieldError(f"/{field}", "This is one of the items that are to be moved: name another one.")])
        found = self._open.items(org, batch, [anchor])
        if anchor not in found:
            raise Invalid([FieldError(f"/{field}", f"{anchor[:64]} is no item of this batch.")])
        why = _hindrance(found[anchor].value, now)
        if why:
            told = f"Nothing can be put {field} it: {why} Bring the items to the front instead."
            raise Conflict(told, code="not-in-line")
        return found[anchor]

    def _beside(
        self, org: str, batch: str, waiting: list[Read[Item]], anchor: datetime, *, is_before: bool, now: datetime
    ) -> Placed:
        """Places right before or after the anchor's; where there is no room, those ahead of it move up."""
        neighbours = partial(self._neighbours, org, batch, waiting, now=now)
        right = anchor
        if not is_before:
            behind = neighbours(anchor, 1, backwards=False)
            right = _place(behind[0]) if behind else min(now, anchor + (len(waiting) + 1) * places.APART)
        for count in (0, *_NEIGHBOURS):
            ahead = neighbours(right, count + 1, backwards=True)
            movers = [*reversed(ahead[:count]), *waiting]
            found = (
                places.between(_place(ahead[count]), right, len(movers))
                if len(ahead) > count
                else places.ahead_of(right, len(movers))
            )
            if found is not None:
                return list(zip(movers, found, strict=True))
        raise Conflict("There is no room at this place. Bring the items to the front instead.", code="no-room")

    def _neighbours(
        self,
        org: str,
        batch: str,
        waiting: list[Read[Item]],
        place: datetime,
        count: int,
        *,
        now: datetime,
        backwards: bool,
    ) -> list[Read[Item]]:
        """Items in line behind or ahead of a place, the nearest first, without those that are being moved."""
        moving = {read.path for read in waiting}
        found = self._items.in_line(org, batch, place, now=now, backwards=backwards, limit=count + len(moving))
        return [read for read in found if read.path not in moving][:count]


def _place(read: Read[Item]) -> datetime:
    """Where an item that waits stands; everything that waits in line is due."""
    place = read.value.due_at
    if place is None:
        raise Conflict("The item was changed at this very moment. Try again.", code="changed-meanwhile")
    return place


def _hindrance(item: Item, now: datetime) -> str:
    """Why an item cannot be moved, as a sentence; empty when it can."""
    if item.status is ItemStatus.RUNNING:
        return "It is being made."
    if item.status is not ItemStatus.PENDING:
        return f"It has {item.status.value} already."
    if item.in_flight:
        return "It is on its way already."
    if item.not_before is not None and item.not_before > now:
        return f"It waits for its next try at {item.not_before:%Y-%m-%d %H:%M:%S %Z}."
    return ""
