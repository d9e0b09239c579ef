"""Who gets the next place of a model of which more batches want one than there are: each in its turn, by its part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import floor
from typing import Self

# Parts are sums of floats: a whole place may come out a little less than whole.
_TINY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A batch that wants places: its part of them, which need not be whole, and since when its next image may start.

    `credit` counts like so many seconds of waiting for a whole place.
    """

    org: str
    batch: str
    part: float
    outstanding: int
    waiting: int
    due_at: datetime
    credit: float = 0.0

    @property
    def sure(self) -> int:
        """How many more may be in flight whoever else waits: the whole places of its part."""
        return max(min(self._whole, self.outstanding + self.waiting) - self.outstanding, 0)

    @property
    def wants_turn(self) -> bool:
        """Whether it could use one more, for what its part has beyond whole places."""
        is_full = self.outstanding <= self._whole and self.waiting > self.sure
        return is_full and self.part - self._whole > _TINY

    @property
    def _whole(self) -> int:
        return floor(self.part + _TINY)


@dataclass(frozen=True, slots=True)
class Line:
    """A batch among all that want places of a model now; `others` are in the order of their turns, this one after `before`.

    Whole places of a part are taken at once; the rest of all parts goes round, one place at a time, to who waits longest
    for its part. `free` places are nobody's, less than none if more are in flight than should be; others are still to
    take the `reserved` ones. Where it is `strict`, no place is taken that is not free. `known` is the part of all batches
    that `others` stands for.
    """

    me: Contender
    others: Sequence[Contender]
    before: int
    free: float
    reserved: float = 0.0
    known: float = 1.0
    strict: bool = False

    @classmethod
    def of(
        cls, me: Contender, others: Iterable[Contender], *, free: float, now: datetime, known: float, strict: bool
    ) -> Self:
        """The line as it stands now; others whose next image may not start yet by the model's rate do not stand in it."""
        wanting = [one for one in others if one.sure or one.wants_turn]
        due = sorted((one for one in wanting if one.due_at <= now), key=lambda one: _place(one, now))
        before = sum(_place(one, now) < _place(me, now) for one in due)
        return cls(me, due, before, free, sum(one.sure for one in wanting) / known, known, strict)

    @property
    def room(self) -> int:
        """How many more images of this batch may be in flight now."""
        first = self.others[: self.before]
        sure = self.me.sure
        if self.strict:
            sure = max(min(sure, floor(self.free - self._all(one.sure for one in first) + _TINY)), 0)
        if sure < self.me.sure or not self.me.wants_turn:
            return sure
        turns = self._all(one.wants_turn for one in first)
        return sure + (self.free - sure - self.reserved - turns > _TINY)

    @property
    def ahead(self) -> int:
        """About how many batches go before this one."""
        return round(self.before / self.known)

    def next(self) -> list[Contender]:
        """The others whose turn it is at the places that are free."""
        left, found = self.free, []
        for one in self.others:
            if left <= _TINY:
                break
            left -= one.sure + one.wants_turn
            found.append(one)
        return found

    def _all(self, counts: Iterable[int]) -> float:
        return sum(counts) / self.known


def _place(one: Contender, now: datetime) -> tuple[float, datetime, str]:
    """Who waits longest goes first; a part twice as large makes a second count for two."""
    return (-(now - one.due_at).total_seconds() * one.part - one.credit, one.due_at, one.batch)
