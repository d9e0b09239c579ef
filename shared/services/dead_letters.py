"""Dead letters: listed, inspected, counted. What is done about them is in requeues.py and discards.py."""

from shared.domain.callers import Caller
from shared.domain.dead_letters import (
    MAX_BATCHES,
    MAX_LETTERS,
    DeadLetter,
    DeadLetterCounts,
    DeadLetterFilter,
    Selected,
)
from shared.domain.errors import FieldError, Invalid, NotFound
from shared.domain.items import Item
from shared.domain.modes import ItemStatus, Role
from shared.domain.offers import Offer
from shared.ports.documents import DocumentStore
from shared.repositories.collections import check_id
from shared.repositories.dead_letters import DeadLetterRepository
from shared.repositories.pages import Listing, Page, PageTokens, checked_size
from shared.services.letter_searches import LetterSearch
from shared.services.retry_orders import RetryOrders

_NAMED = 5
_EVERY = DeadLetterFilter()
# Of letters that words or deleted batches leave out, one call reads no more than these many pages.
_MOST_PAGES = 4


class DeadLetterService:
    """Items of an organisation that failed for good, for its admins."""

    def __init__(self, documents: DocumentStore, *, offer: Offer, orders: RetryOrders, pages: PageTokens) -> None:
        self._documents = documents
        self._letters = DeadLetterRepository(documents)
        self._offer = offer
        self._orders = orders
        self._tokens = pages

    def list(
        self,
        caller: Caller,
        wanted: DeadLetterFilter,
        *,
        discarded: bool = False,
        page_size: int | None = None,
        page_token: str = "",
    ) -> Page[DeadLetter]:
        """The dead letters, or with `discarded` those that were given up, the latest first; none of a deleted batch.

        Raises Forbidden, Invalid (dates, words, size), Malformed (a token of another list).
        """
        caller.require(Role.ADMIN)
        size = checked_size(page_size)
        found = LetterSearch(self._documents, caller.org, wanted, discarded=discarded)
        listing = Listing(
            org=caller.org,
            resource="discarded letters" if discarded else "dead letters",
            sort="-discarded_at" if discarded else "-finished_at",
            filters=wanted.model_dump(),
        )
        items, position = found.page(size, self._tokens.position(listing, page_token))
        return Page([self._view(found, item) for item in items], self._tokens.token(listing, position))

    def get(self, caller: Caller, item: str) -> DeadLetter:
        """One letter, discarded or not, whole; raises Forbidden, NotFound."""
        caller.require(Role.ADMIN)
        check_id("itm", item, "dead letter")
        found = LetterSearch(self._documents, caller.org, _EVERY)
        for read in self._letters.named(caller.org, [item]):
            found.know([read.value])
            if read.value.status is ItemStatus.FAILED and read.value.batch in found.batches:
                return self._view(found, read.value)
        raise NotFound(f"There is no dead letter {item}.")

    def counts(self, org: str) -> DeadLetterCounts:
        """How many dead letters an organisation has, by kind and by (provider, model): a few counts, whatever their number."""
        return self._letters.counts(org, [(spec.provider, spec.id) for spec in self._offer.known()])

    def named(self, org: str, items: tuple[str, ...]) -> Selected:
        """These items by their batches; raises NotFound naming those that the organisation does not have."""
        search = LetterSearch(self._documents, org, _EVERY)
        found = [read.value for read in self._letters.named(org, items)]
        search.know(found)
        kept = {item.id: item for item in found if item.batch in search.batches}
        missing = [item[:64] for item in items if item not in kept]
        if missing:
            more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
            raise NotFound(f"There is no item {', '.join(missing[:_NAMED])}{more}.")
        by_batch: dict[str, list[str]] = {}
        for item in items:
            by_batch.setdefault(kept[item].batch, []).append(item)
        if len(by_batch) > MAX_BATCHES:
            told = f"These belong to {len(by_batch)} batches; send those of at most {MAX_BATCHES} at once."
            raise Invalid([FieldError("/items", told)])
        return Selected(by_batch=by_batch)

    def filtered(self, org: str, wanted: DeadLetterFilter, page_token: str = "") -> Selected:
        """The latest letters that a filter finds, by their batches: at most 1,000 of at most 100 batches, of at most 2,000 that are read.

        What lies beyond is told by a token; none does when it is empty. Raises Malformed for a token of another filter.
        """
        search = LetterSearch(self._documents, org, wanted, at="/filter")
        listing = Listing(org=org, resource="letters to act on", sort="-finished_at", filters=wanted.model_dump())
        position = self._tokens.position(listing, page_token)
        by_batch: dict[str, list[str]] = {}
        count, last = 0, position
        for _ in range(_MOST_PAGES):
            items, position = search.page(MAX_LETTERS - count, position)
            for item in items:
                if item.batch not in by_batch and len(by_batch) == MAX_BATCHES:
                    return _selected(by_batch, self._tokens.token(listing, last))
                by_batch.setdefault(item.batch, []).append(item.id)
                last = search.position_of(item)
            count += len(items)
            if position is None or count == MAX_LETTERS:
                break
        return _selected(by_batch, self._tokens.token(listing, position))

    def _view(self, found: LetterSearch, item: Item) -> DeadLetter:
        batch = found.batches[item.batch]
        return DeadLetter(item, batch.name, self._orders.hindrance(batch, item))


def _selected(by_batch: dict[str, list[str]], token: str) -> Selected:
    return Selected(by_batch=by_batch, more=bool(token), next_page_token=token)
