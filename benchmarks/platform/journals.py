"""The provider's own book of calls, kept in a file so that it outlives a killed platform."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import orjson

Happening: TypeAlias = Literal["begun", "made", "busy"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened to one call: `at` in seconds since 1970, `key` names the image."""

    at: float
    happening: Happening
    key: str

    @property
    def batch(self) -> str:
        """The part of the key that all images of one batch share."""
        return self.key.partition("/")[0]


class JournalWriter:
    """Appends one line a happening in a single write, from any thread."""

    def __init__(self, path: Path, now: Callable[[], float]) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._now = now

    def note(self, happening: Happening, key: str) -> None:
        """Write it down with the present time."""
        os.write(self._file, orjson.dumps([self._now(), happening, key]) + b"\n")


class Journal:
    """Reads what was written so far, also after the platform was killed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def entries(self, batch: str) -> list[Entry]:
        """All that happened to the images of a batch."""
        return [entry for entry in self._all() if entry.batch == batch]

    def count(self, batch: str, happening: Happening) -> int:
        """How often it happened to images of the batch."""
        return sum(1 for entry in self.entries(batch) if entry.happening == happening)

    def times(self, batch: str, happening: Happening) -> list[float]:
        """When it happened, in order."""
        return sorted(entry.at for entry in self.entries(batch) if entry.happening == happening)

    def made(self, batch: str) -> Counter[str]:
        """How often each image was made."""
        return self.how_often(batch, "made")

    def how_often(self, batch: str, happening: Happening) -> Counter[str]:
        """How often it happened to each image."""
        return Counter(entry.key for entry in self.entries(batch) if entry.happening == happening)

    def _all(self) -> Iterator[Entry]:
        if not self._path.exists():
            return
        whole, _, _ = self._path.read_bytes().rpartition(b"\n")
        for line in whole.splitlines():
            at, happening, key = orjson.loads(line)
            yield Entry(at, happening, key)
