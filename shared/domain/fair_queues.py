"""Who comes next among those who wait for the same thing: by lane weight, in a lane by organisation, in that by batch."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.domain.lanes import LANE_WEIGHTS
from shared.domain.modes import Priority

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seat:
    """For whom something waits."""

    org: str
    batch: str
    priority: Priority


class FairQueue(Generic[T]):
    """Takes in turn, deterministically: nobody starves, and nobody's turn comes later for how much somebody else has waiting.

    Weighted fair queueing at each level, with virtual time as in WF²Q+ (Bennett, Zhang, 1997): each turn moves its taker
    on by 1 / weight, whoever is least far comes next, and whoever joins begins where the others are on average, with no
    credit for the time before. Of a lane's organisations the one with the fewest under way comes first, and turns decide
    between equals: who comes while others have everything catches up at once, not by every second turn.
    """

    def __init__(self) -> None:
        self._under_way: Counter[tuple[str, str]] = Counter()
        self._lanes: _Branch[_Branch[_Branch[deque[T]]]] = _Branch(
            self._organisations, weight=lambda lane: LANE_WEIGHTS[Priority(lane)]
        )

    def __len__(self) -> int:
        return len(self._lanes)

    def put(self, seat: Seat, entry: T) -> None:
        """One more waits, behind the others of its batch."""
        organisations = self._lanes.joined(seat.priority.value)
        batches = organisations.joined(seat.org)
        batches.joined(seat.batch).append(entry)

    def take(self) -> T:
        """The next one, which waits no longer and is under way until it is `done`; there must be one."""
        lane, organisations = self._lanes.next()
        org, batches = organisations.next()
        self._under_way[lane, org] += 1
        return batches.next()[1].popleft()

    def done(self, seat: Seat) -> None:
        """One that was taken from this seat is not under way any more."""
        key = (seat.priority.value, seat.org)
        self._under_way[key] -= 1
        if not self._under_way[key]:
            del self._under_way[key]

    def _organisations(self, lane: str) -> "_Branch[_Branch[deque[T]]]":
        return _Branch(lambda _: _Branch(lambda _: deque()), under_way=lambda org: self._under_way[lane, org])


@dataclass(slots=True)
class _Child(Generic[T]):
    waits: T
    count: int
    start: float
    finish: float


class _Branch(Generic[T]):
    """Children who take turns; `count` says how many wait below each. Who has fewer `under_way` goes before who is least far."""

    def __init__(
        self,
        make: Callable[[str], T],
        *,
        weight: Callable[[str], float] = lambda _: 1.0,
        under_way: Callable[[str], int] = lambda _: 0,
    ) -> None:
        self._make = make
        self._weight = weight
        self._under_way = under_way
        self._children: dict[str, _Child[T]] = {}
        self._at = 0.0

    def __len__(self) -> int:
        return sum(child.count for child in self._children.values())

    def joined(self, key: str) -> T:
        """The child of this name, with one more below it."""
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = _Child(self._make(key), 0, 0.0, self._at)
        if not child.count:
            self._begin(key, child)
        child.count += 1
        return child.waits

    def next(self) -> tuple[str, T]:
        """The child whose turn it is, by its name, with one less below it."""
        waiting = {key: child for key, child in self._children.items() if child.count}
        key, child = min(waiting.items(), key=lambda one: (self._under_way(one[0]), one[1].finish))
        step = 1 / sum(map(self._weight, waiting))
        self._at = max(self._at + step, min(other.start for other in waiting.values()))
        child.count -= 1
        if child.count:
            self._begin(key, child)
        else:
            self._forget()
        return key, child.waits

    def _begin(self, key: str, child: _Child[T]) -> None:
        child.start = max(self._at, child.finish)
        child.finish = child.start + 1 / self._weight(key)

    def _forget(self) -> None:
        """Those who wait for nothing and are owed no turn behind the others; all, when nobody waits."""
        waits = any(child.count for child in self._children.values())
        kept = {key: one for key, one in self._children.items() if one.count or (waits and one.finish > self._at)}
        self._children = kept
