"""The queue's other half: it carries tasks to instances, and loses, doubles, delays and reorders them by chance."""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from shared.adapters.embedded.tasks import SqliteTaskQueue
from shared.domain.errors import NotFound
from shared.domain.lanes import ALL_QUEUES
from shared.ports.tasks import Task
from tests.engine.worlds import delivery_of
from tests.faults.laboratory.journals import Journal
from tests.faults.laboratory.plans import Rates

_DOUBLE_AFTER = (0.0, 0.0, 0.0, 0.05, 0.3, 2.0, 10.0, 30.0, 200.0, 4_000.0)
_LATE_BY = (1.0, 20.0, 70.0, 300.0)
_BACKOFF = (0.1, 1.0, 10.0)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One delivery to be made; a `double` is one that the queue makes beside its own."""

    queue: str
    name: str
    function: str
    payload: dict[str, Any]
    deadline_seconds: float
    is_double: bool = False

    @property
    def told(self) -> str:
        """Which one it is, shortly."""
        about = self.payload.get("item", self.payload.get("batch", ""))
        return f"{self.function} {about[4:9]} {self.payload.get('attempt', '')} {self.name[4:9]}"


class Post:
    """What is to be delivered, by when it is due."""

    def __init__(
        self,
        queue: SqliteTaskQueue,
        *,
        random: Random,
        rates: Rates,
        is_calm: Callable[[], bool],
        now: Callable[[], datetime],
        journal: Journal,
    ) -> None:
        self._queue = queue
        self._random = random
        self._rates = rates
        self._is_calm = is_calm
        self._now = now
        self._journal = journal
        self._bags: dict[str, list[tuple[datetime, int, Letter]]] = {}
        self._number = 0
        self.past: list[Letter] = []

    def created(self, tasks: Sequence[Task], answers: Sequence[bool]) -> None:
        """Hear of tasks that were created; their fates are drawn."""
        for task, is_new in zip(tasks, answers, strict=True):
            if is_new:
                self._received(
                    Letter(
                        queue=task.queue,
                        name=task.name,
                        function=task.function,
                        payload=dict(task.payload),
                        deadline_seconds=task.deadline_seconds,
                    ),
                    task.schedule_at or self._now(),
                )

    def take(self, function: str) -> Letter | None:
        """The next delivery of a function that is due; it comes again unless it is done within its deadline."""
        bag = self._bags.get(function, [])
        now = self._now()
        if not bag or bag[0][0] > now:
            return None
        if self._chance(self._rates.reordered):
            due = [entry for entry in bag if entry[0] <= now]
            entry = self._random.choice(due)
            bag.remove(entry)
            heapq.heapify(bag)
        else:
            entry = heapq.heappop(bag)
        letter = entry[2]
        if not letter.is_double:
            self._put(letter, now + timedelta(seconds=letter.deadline_seconds))
        return letter

    def done(self, letter: Letter) -> None:
        """A delivery was answered with success: the task has ended."""
        self.past.append(letter)
        if not letter.is_double:
            self._remove(letter)
            self._end(letter)

    def failed(self, letter: Letter) -> None:
        """A delivery failed: it is made again, later."""
        if letter.is_double:
            return
        self._remove(letter)
        self._put(letter, self._now() + timedelta(seconds=self._random.choice(_BACKOFF)))

    def next_at(self, function: str) -> datetime | None:
        """When the next delivery of a function is due."""
        bag = self._bags.get(function)
        return bag[0][0] if bag else None

    @property
    def waiting(self) -> int:
        """How many deliveries are to be made."""
        return sum(len(bag) for bag in self._bags.values())

    def begin_anew(self) -> None:
        """A new dispatcher: it knows only what is in the queue's file."""
        self._bags.clear()
        for queue in ALL_QUEUES:
            after = 0
            while page := self._queue.engine.list_tasks(queue, after_seq=after, limit=500):
                for record in page:
                    found = delivery_of(record)
                    letter = Letter(
                        queue=found.queue,
                        name=found.name,
                        function=found.function,
                        payload=found.payload,
                        deadline_seconds=record.deadline_seconds,
                    )
                    self._put(letter, found.due_at)
                after = page[-1].seq

    def _received(self, letter: Letter, due_at: datetime) -> None:
        if self._chance(self._rates.lost):
            self._journal.add("queue", f"loses {letter.told}")
            self._end(letter)
            return
        if self._chance(self._rates.late):
            by = self._random.choice(_LATE_BY)
            self._journal.add("queue", f"delays {letter.told} by {by:g} s")
            due_at = max(due_at, self._now()) + timedelta(seconds=by)
        self._put(letter, due_at)
        if self._chance(self._rates.doubled):
            after = self._random.choice(_DOUBLE_AFTER)
            self._journal.add("queue", f"doubles {letter.told} after {after:g} s")
            double = Letter(**{**letter.__dict__, "is_double": True})
            self._put(double, max(due_at, self._now()) + timedelta(seconds=after))

    def _put(self, letter: Letter, due_at: datetime) -> None:
        self._number += 1
        heapq.heappush(self._bags.setdefault(letter.function, []), (due_at, self._number, letter))

    def _remove(self, letter: Letter) -> None:
        bag = self._bags.get(letter.function, [])
        bag[:] = [entry for entry in bag if entry[2] is not letter]
        heapq.heapify(bag)

    def _end(self, letter: Letter) -> None:
        try:
            self._queue.engine.delete_task(letter.queue, letter.name)
        except NotFound:
            # Two deliveries of it overlapped, and both ended well.
            return

    def _chance(self, rate: float) -> bool:
        return not self._is_calm() and self._random.random() < rate
