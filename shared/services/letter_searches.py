"""Finding dead letters: equalities and dates go to the store; words, and batches that were deleted, are looked at while reading."""

from collections.abc import Sequence

from shared.domain import search
from shared.domain.batches import Batch
from shared.domain.dead_letters import DeadLetterFilter
from shared.domain.errors import FieldError, Invalid
from shared.domain.items import Item
from shared.ports.documents import DocumentStore
from shared.repositories import paths
from shared.repositories.batches import BatchRepository
from shared.repositories.collections import Position, Read
from shared.repositories.dead_letters import DeadLetterRepository
from shared.repositories.organisations import OrganisationRepository
from shared.repositories.pages import gather
from shared.services import periods

_SHORTEST_PREFIX = 3


class LetterSearch:
    """One search, the latest letters first; `batches` holds the batches of all that it has read, without deleted ones."""

    def __init__(
        self,
        documents: DocumentStore,
        org: str,
        wanted: DeadLetterFilter,
        *,
        discarded: bool = False,
        at: str = "/query",
    ) -> None:
        self._letters = DeadLetterRepository(documents)
        self._batches = BatchRepository(documents)
        self._org = org
        self._discarded = discarded
        self._equal = wanted.equal()
        self._words = search.query_terms(wanted.q)
        if wanted.q.strip() and not self._words:
            raise Invalid([FieldError(f"{at}/q", "Give at least one word of letters or digits.")])
        field = "discarded_at" if discarded else "finished_at"
        self._period = periods.between(
            field, wanted.from_, wanted.to, at=at, zone=lambda: OrganisationRepository(documents).zone(org)
        )
        self._known: dict[str, Batch | None] = {}

    @property
    def batches(self) -> dict[str, Batch]:
        """The batches that were met, by their ids."""
        return {batch: found for batch, found in self._known.items() if found is not None}

    def page(self, size: int, start: Position | None) -> tuple[list[Item], Position | None]:
        """At most this many letters and the position behind them; raises nothing but what the store does."""
        found, position = gather(
            self._read,
            size=size,
            start=start,
            position_of=lambda read: self.position_of(read.value),
            keep=lambda read: self._keeps(read.value),
        )
        return [read.value for read in found], position

    def know(self, items: Sequence[Item]) -> None:
        """Read the batches of these items that were not met yet."""
        new = {item.batch for item in items} - self._known.keys()
        if not new:
            return
        found = self._batches.get_many(paths.batch(self._org, batch) for batch in new)
        for batch in new:
            read = found.get(paths.batch(self._org, batch))
            self._known[batch] = read.value if read and read.value.deleted_at is None else None

    def position_of(self, item: Item) -> Position:
        """Where a letter stands in the search: the place to go on behind it."""
        at = item.discarded_at if self._discarded else item.finished_at
        return (at, paths.item(self._org, item.batch, item.id))

    def _read(self, position: Position | None, limit: int) -> list[Read[Item]]:
        if self._discarded:
            found = self._letters.discarded(self._org, period=self._period, limit=limit, start_after=position)
        else:
            found = self._letters.open(
                self._org, equal=self._equal, period=self._period, limit=limit, start_after=position
            )
        self.know([read.value for read in found])
        return found

    def _keeps(self, item: Item) -> bool:
        if self._known[item.batch] is None or any(_stored(item, name) != value for name, value in self._equal.items()):
            return False
        said = search.words(f"{item.prompt} {item.error.detail if item.error else ''}") if self._words else []
        return all(any(_begins(word, wanted) for word in said) for wanted in self._words)


def _stored(item: Item, name: str) -> str | None:
    if name == "error.kind":
        return item.error.kind.value if item.error else None
    value: str = getattr(item, name)
    return value


def _begins(word: str, wanted: str) -> bool:
    return word == wanted or (len(wanted) >= _SHORTEST_PREFIX and word.startswith(wanted))
