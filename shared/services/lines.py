"""What waits of a batch, in the order in which it is made."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.callers import Caller
from shared.domain.items import Item
from shared.domain.modes import Role
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.repositories.batches import BatchRepository
from shared.repositories.collections import Position, Read, check_id
from shared.repositories.items import ItemRepository, Waiting
from shared.repositories.pages import Listing, Page, PageTokens, checked_size, gather

# Of what nobody can move, so many are shown.
MOST_BESIDE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A page of the line; what stands beside the line comes with the first page only, at most 50 of each."""

    counts: Waiting
    page: Page[Item]
    sent: list[Item]
    resting: list[Item]


class LineService:
    """Reads the order that `ItemOrderService` changes."""

    def __init__(self, documents: DocumentStore, *, pages: PageTokens, clock: Clock) -> None:
        self._batches = BatchRepository(documents)
        self._items = ItemRepository(documents)
        self._tokens = pages
        self._clock = clock

    def line(self, caller: Caller, batch: str, *, page_size: int | None = None, page_token: str = "") -> Line:
        """The images that wait, who is made first comes first. Raises NotFound, Invalid (the size), Malformed (the token)."""
        caller.require(Role.VIEWER)
        size, org = checked_size(page_size), caller.org
        check_id("bat", batch, "batch")
        self._batches.one(org, batch)
        now = self._clock.now()
        listing = Listing(org=org, resource=f"line of {batch}", sort="due_at")

        def read(position: Position | None, limit: int) -> list[Read[Item]]:
            return self._items.first_in_line(org, batch, now, limit=limit, start_after=position)

        found, position = gather(
            read,
            size=size,
            start=self._tokens.position(listing, page_token),
            position_of=lambda read: (read.value.due_at, read.path),
            keep=lambda _: True,
        )
        counts = self._items.count_waiting(org, batch, now)
        is_first = not page_token
        sent = self._items.in_flight(org, batch, limit=MOST_BESIDE) if is_first and counts.sent else []
        resting = self._items.resting(org, batch, now, limit=MOST_BESIDE) if is_first and counts.resting else []
        page = Page([one.value for one in found], self._tokens.token(listing, position))
        return Line(counts, page, in_places(one.value for one in sent), [one.value for one in resting])


def in_places(items: Iterable[Item]) -> list[Item]:
    """Items in the order of the places that they had in line; those without one, of older batches, by their rows."""
    return sorted(items, key=lambda item: (item.place_at or item.created_at, item.index))
