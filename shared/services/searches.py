"""Lists that are searched: one term, the equalities and the dates go to the store, the rest is checked while reading."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from shared.domain import search
from shared.domain.documents import Stored
from shared.domain.errors import FieldError, Invalid
from shared.ports.documents import Where
from shared.repositories.collections import Collection, Position, Read
from shared.repositories.pages import Listing, Page, PageTokens, checked_size, gather

NOT_DELETED = Where("deleted_at", "==", None)


class Searchable(Protocol):
    """What is found by its terms and listed by its age."""

    terms: Any
    created_at: Any


S = TypeVar("S", bound=Stored)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is asked for: words, a tag and terms that must (`marks`) or must not (`without`) be there, fields that must be equal,
    lists that must hold a value (`holding`), and other conditions; the newest first unless `oldest`.
    """

    q: str = ""
    tag: str | None = None
    marks: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    equal: Mapping[str, str | bool] = field(default_factory=dict)
    holding: Mapping[str, str] = field(default_factory=dict)
    conditions: tuple[Where, ...] = ()
    oldest: bool = False

    def terms(self) -> list[str]:
        """The terms that are wanted, the most selective first; raises Invalid when there are words without a letter or digit."""
        wanted = search.query_terms(self.q)
        if self.q.strip() and not wanted:
            raise Invalid([FieldError("/query/q", "Give at least one word of letters or digits.")])
        tag = (self.tag or "").strip()
        return [*wanted, *([search.tag_term(tag)] if tag else []), *self.marks]

    def asked(self, terms: list[str]) -> tuple[Where, ...]:
        """What the store is asked: of terms and lists one thing, which is all that it looks up at a time."""
        equal = (Where(name, "==", value) for name, value in self.equal.items())
        held = [("terms", term) for term in terms[:1]] or list(self.holding.items())[:1]
        looked_up = (Where(name, "array_contains", value) for name, value in held)
        return (*looked_up, NOT_DELETED, *equal, *self.conditions)

    def keeps(self, document: "Searchable", terms: list[str]) -> bool:
        """Whether a document that the store found has all the rest."""
        held = all(value in getattr(document, name) for name, value in self.holding.items())
        return held and search.matches(document.terms, terms[1:], without=self.without)


class ByAge(Generic[S]):
    """Pages of one collection's documents that are not deleted, by their age."""

    def __init__(self, collection: Collection[S], resource: str, tokens: PageTokens) -> None:
        self._collection = collection
        self._resource = resource
        self._tokens = tokens

    def page(self, org: str, path: str, wanted: Search, *, page_size: int | None, page_token: str) -> Page[S]:
        """A page of what matches. Raises Invalid (size, words), Malformed (a token of another list)."""
        size, terms = checked_size(page_size), wanted.terms()
        listing = self._listing(org, wanted, terms)
        where = wanted.asked(terms)

        def read(position: Position | None, limit: int) -> list[Read[S]]:
            if wanted.oldest:
                return self._collection.oldest(path, where, limit=limit, start_after=position)
            return self._collection.newest(path, where, limit=limit, start_after=position)

        found, position = gather(
            read,
            size=size,
            start=self._tokens.position(listing, page_token),
            position_of=lambda read: (_of(read).created_at, read.path),
            keep=lambda read: wanted.keeps(_of(read), terms),
        )
        return Page([read.value for read in found], self._tokens.token(listing, position))

    def _listing(self, org: str, wanted: Search, terms: list[str]) -> Listing:
        conditions = [[one.field, one.op, one.value] for one in wanted.conditions]
        filters = {
            "terms": sorted(terms),
            "without": sorted(wanted.without),
            "equal": dict(wanted.equal),
            # Tokens that were given out before lists were asked go on being good.
            **({"holding": dict(wanted.holding)} if wanted.holding else {}),
            "conditions": conditions,
        }
        sort = "created_at" if wanted.oldest else "-created_at"
        return Listing(org=org, resource=self._resource, sort=sort, filters=filters)


def _of(read: Read[Any]) -> Searchable:
    value: Searchable = read.value
    return value
