"""Pages of lists, and the encrypted tokens that lead from one to the next."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from cryptography.fernet import Fernet, InvalidToken

from shared.domain.errors import FieldError, Invalid, Malformed
from shared.repositories.collections import Position

DEFAULT_SIZE = 50
MAX_SIZE = 200
MAX_READ = 500
MAX_TOKEN_CHARACTERS = 4_096
_READ_AT_LEAST = 100
_KEY_BYTES = 32
_NOT_OF_THIS_LIST = (
    "This page_token does not belong to this list: send it as it was given, with the same filters, "
    "or leave it out to begin at the first page."
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list, in order; `next_page_token` is empty at its end. A short page with a token has more behind it."""

    values: list[T]
    next_page_token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a page token is bound to: whose list of what, all filters, the order."""

    org: str
    resource: str
    sort: str
    filters: Mapping[str, Any] = field(default_factory=dict)

    def digest(self) -> str:
        """A hash over all of it."""
        parts = [self.org, self.resource, self.sort, dict(self.filters)]
        canonical = json.dumps(parts, sort_keys=True, default=_text)
        return hashlib.sha256(canonical.encode()).hexdigest()


class PageTokens:
    """Makes and reads tokens; `key` is a secret of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY_BYTES:
            raise ValueError(f"page tokens are encrypted with {_KEY_BYTES} bytes")
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def token(self, listing: Listing, position: Position | None) -> str:
        """The token of what comes after this position; empty for None."""
        if position is None:
            return ""
        content = {"listing": listing.digest(), "position": [_encoded(value) for value in position]}
        # The time of day has no place in a token that never ends.
        token = self._fernet.encrypt_at_time(json.dumps(content).encode(), current_time=0)
        return token.rstrip(b"=").decode()

    def position(self, listing: Listing, token: str) -> Position | None:
        """Where the page begins; None for an empty token. Raises Malformed for one of another list, or for no token at all."""
        if not token:
            return None
        if len(token) > MAX_TOKEN_CHARACTERS or not token.isascii():
            raise Malformed(_NOT_OF_THIS_LIST)
        try:
            content = json.loads(self._fernet.decrypt(token + "=" * (-len(token) % 4)))
        except InvalidToken:
            raise Malformed(_NOT_OF_THIS_LIST) from None
        if content["listing"] != listing.digest():
            raise Malformed(_NOT_OF_THIS_LIST)
        return tuple(_decoded(value) for value in content["position"])


def checked_size(page_size: int | None) -> int:
    """The size of a page: 50 when not said, at most 200; raises Invalid below 1."""
    if page_size is None:
        return DEFAULT_SIZE
    if page_size < 1:
        raise Invalid([FieldError("/query/page_size", f"Give 1 to {MAX_SIZE}, or leave it out for {DEFAULT_SIZE}.")])
    return min(page_size, MAX_SIZE)


def gather(
    read: Callable[[Position | None, int], Sequence[T]],
    *,
    size: int,
    start: Position | None,
    position_of: Callable[[T], Position],
    keep: Callable[[T], bool],
) -> tuple[list[T], Position | None]:
    """At most `size` values that are kept, of at most 500 that are read, and the position after them; None at the end.

    `read(position, limit)` gives what comes after a position, in order.
    """
    kept: list[T] = []
    position, left = start, MAX_READ
    while left > 0:
        # One more than is needed tells whether there is a next page; once something was left out, fewer, larger reads.
        limit = min(left, size + 1 if left == MAX_READ else max(size - len(kept) + 1, _READ_AT_LEAST))
        found = read(position, limit)
        left -= len(found)
        for value in found:
            if len(kept) == size:
                return kept, position
            position = position_of(value)
            if keep(value):
                kept.append(value)
        if len(found) < limit:
            return kept, None
    return kept, position


def _encoded(value: Any) -> Any:
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _decoded(value: Any) -> Any:
    return datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value


def _text(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"a filter of the type {type(value).__name__} cannot be bound to a token")
