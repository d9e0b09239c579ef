"""Signed links to stored objects, the same for everyone who asks within some hours."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Lock

from shared.ports.clock import Clock
from shared.ports.objects import ObjectStore

LEAST_LEFT = timedelta(hours=1)
# Longer links are refused by object stores that sign like Amazon's and Google's.
LONGEST = timedelta(days=7)
_REMEMBERED = 20_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LinkService:
    """Makes links that end on a grid of times, so that browsers meet the same address again and keep what they loaded."""

    def __init__(self, objects: ObjectStore, *, clock: Clock, grid: timedelta, most: int = _REMEMBERED) -> None:
        self._objects = objects
        self._clock = clock
        self._grid = grid
        self._most = most
        self._known: OrderedDict[tuple[str, datetime], str] = OrderedDict()
        self._lock = Lock()

    def downloads(self, names: Sequence[str]) -> tuple[dict[str, str], datetime]:
        """A link to each object by its name, and when they end: on the grid, and at least an hour from now."""
        expires_at = self.expiry(self._clock.now())
        with self._lock:
            found = {name: url for name in names if (url := self._known.get((name, expires_at))) is not None}
        missing = [name for name in dict.fromkeys(names) if name not in found]
        if missing:
            signed = dict(zip(missing, self._objects.sign_downloads(missing, expires_at=expires_at), strict=True))
            self._remember(signed, expires_at)
            found |= signed
        return found, expires_at

    def expiry(self, now: datetime) -> datetime:
        """The first time of the grid that is at least an hour away; within seven days, whatever the grid."""
        steps = -((now + LEAST_LEFT - _EPOCH) // -self._grid)
        return min(_EPOCH + steps * self._grid, now + LONGEST)

    @property
    def remembered(self) -> int:
        """How many links are kept in memory."""
        return len(self._known)

    def _remember(self, signed: dict[str, str], expires_at: datetime) -> None:
        with self._lock:
            for name, url in signed.items():
                self._known[name, expires_at] = url
            while len(self._known) > self._most:
                self._known.popitem(last=False)
