"""The task queue: named, scheduled deliveries of small payloads to functions, at least once, in no order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One delivery of a payload (JSON, under 1 KB, ids only) to a function.

    `name` ([A-Za-z0-9_-], at most 500) is unique in its queue for as long as the task lives and for hours after it ended.
    It is delivered from `schedule_at` on (None: now); a delivery that takes longer than `deadline_seconds`
    (15 s to 30 min) counts as failed, though the function may still be working. `trace` are the headers of W3C Trace
    Context by which the delivery goes on with the trace of who asked for it; of two who ask for one name, the first's.
    """

    name: str
    queue: str
    function: str
    payload: Mapping[str, str | int]
    deadline_seconds: int
    schedule_at: datetime | None = None
    trace: Mapping[str, str] = field(default_factory=dict)


class TaskQueue(Protocol):
    """Tasks. An answer of 200 to 299 ends a task; anything else is delivered again by the queue's backoff."""

    def create(self, tasks: Sequence[Task]) -> list[bool]:
        """Create tasks durably; for each, in order: True when it was created, False when its name is or was taken.

        False is success: the task that has the name runs, or ran, in its place. Raises Unavailable when it is not known
        whether all exist (some may): creating them again is safe. Creates none and raises Invalid naming each wrong
        field, TooLarge for a payload above 1 KB, or NotFound for a queue that does not exist.
        """
        ...

    def ping(self) -> None:
        """Return when the queue answers; raise Unavailable otherwise."""
        ...
