"""The queue engine: queues and their tasks, durable in SQLite. Faces call it; the dispatcher follows it."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import TypeAlias

from shared.adapters.embedded.sqlite import Database
from shared.adapters.embedded.tasks import tables
from shared.adapters.embedded.tasks.configurations import QueueConfig
from shared.adapters.embedded.tasks.records import SECOND, NewTask, TaskRecord, micros
from shared.domain.errors import Conflict, FieldError, Invalid, NotFound
from shared.ports.clock import Clock

Follower: TypeAlias = Callable[[Sequence[str]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """A queue as it stands; `revision` grows with every change of it."""

    config: QueueConfig
    is_paused: bool
    revision: int


class TaskEngine:
    """Queues and tasks in one file; every change is on the disk when its method returns.

    Methods raise NotFound for what does not exist (or has ended), Invalid naming each wrong field, and Unavailable when
    the file does not answer. Several processes may use one file; one of them dispatches.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.clock = clock
        self.database = Database(path, migrations=tables.MIGRATIONS)
        self._follower: Follower | None = None
        self._counts: Counter[tuple[str, str]] = Counter()
        self._counting = threading.Lock()

    def follow(self, follower: Follower | None) -> None:
        """Call `follower` (quick, from any thread) with the queues of each change that this process makes; None: nobody."""
        self._follower = follower

    def count(self, queue: str, what: str, amount: int = 1) -> None:
        """Add to a queue's counter of what happened since the start of this process."""
        with self._counting:
            self._counts[queue, what] += amount

    def counted(self, queue: str, what: str) -> int:
        """How often it happened since the start of this process."""
        return self._counts[queue, what]

    def now(self) -> int:
        """The clock in microseconds since 1970."""
        return micros(self.clock.now())

    def put_queues(self, configs: Sequence[QueueConfig]) -> None:
        """Create these queues, or give those that exist this configuration."""
        for config in configs:
            config.check()

        def work(connection: Connection) -> None:
            for config in configs:
                tables.put_queue(connection, config)

        self.database.write(work)
        self._tell(*(config.name for config in configs))

    def create_queue(self, config: QueueConfig) -> QueueState:
        """Create a queue; raises Conflict when there is one of that name."""
        config.check()

        def work(connection: Connection) -> None:
            if not tables.missing_queues(connection, [config.name]):
                raise Conflict(f"There is a queue {config.name} already.", code="queue-exists")
            tables.put_queue(connection, config)

        self.database.write(work)
        self._tell(config.name)
        return self.get_queue(config.name)

    def get_queue(self, name: str) -> QueueState:
        """One queue."""
        for state in self.list_queues():
            if state.config.name == name:
                return state
        raise _no_queue(name)

    def list_queues(self) -> list[QueueState]:
        """All queues, by name."""
        with self.database.read() as connection:
            rows = connection.execute("SELECT config, paused, revision FROM queues ORDER BY name").fetchall()
        return [
            QueueState(config=QueueConfig.from_json(config), is_paused=bool(paused), revision=revision)
            for config, paused, revision in rows
        ]

    def delete_queue(self, name: str) -> None:
        """Delete a queue with its tasks and the names that they had taken."""
        self._change("DELETE FROM queues WHERE name = ?", name, also="DELETE FROM tasks WHERE queue = ?")

    def pause_queue(self, name: str) -> None:
        """Start no more deliveries from this queue; those that run go on."""
        self._change("UPDATE queues SET paused = 1, revision = revision + 1 WHERE name = ?", name)

    def resume_queue(self, name: str) -> None:
        """Deliver from this queue again."""
        self._change("UPDATE queues SET paused = 0, revision = revision + 1 WHERE name = ?", name)

    def purge_queue(self, name: str) -> int:
        """End all tasks of a queue and return how many there were; their names stay taken."""
        self.get_queue(name)
        ended = self.database.write(lambda connection: tables.end_all(connection, name, self.now()))
        self.count(name, "ended", ended)
        self._tell(name)
        return ended

    def create_tasks(self, tasks: Sequence[NewTask]) -> list[bool]:
        """Create tasks in one transaction; for each, in order, whether it is new (False: its name is or was taken)."""
        if not tasks:
            return []
        moment = self.clock.now()
        errors = [
            FieldError(f"/tasks/{index}{error.pointer}", error.detail)
            for index, task in enumerate(tasks)
            for error in task.errors(moment)
        ]
        if errors:
            raise Invalid(errors)
        wanted = {task.queue for task in tasks}
        now = micros(moment)

        def work(connection: Connection) -> list[bool]:
            for name in sorted(tables.missing_queues(connection, wanted)):
                raise _no_queue(name)
            return [tables.insert(connection, task, now) for task in tasks]

        created = self.database.write(work)
        for task, is_new in zip(tasks, created, strict=True):
            self.count(task.queue, "created" if is_new else "existed")
        self._tell(*wanted)
        return created

    def get_task(self, queue: str, name: str) -> TaskRecord:
        """One living task."""
        with self.database.read() as connection:
            record = tables.find(connection, queue, name)
        if record is None:
            raise _no_task(queue, name)
        return record

    def list_tasks(self, queue: str, *, after_seq: int = 0, limit: int = 100) -> list[TaskRecord]:
        """A page of the living tasks of a queue in the order of creation, after the one with that `seq`."""
        self.get_queue(queue)
        with self.database.read() as connection:
            return tables.page(connection, queue, after_seq, limit)

    def delete_task(self, queue: str, name: str) -> None:
        """End a task; its name stays taken, and a delivery that runs goes on without a successor."""
        now = self.now()
        if not self.database.write(lambda connection: tables.end_named(connection, queue, name, now)):
            raise _no_task(queue, name)
        self.count(queue, "ended")
        self._tell(queue)

    def run_task(self, queue: str, name: str) -> TaskRecord:
        """Deliver a task at once, even from a paused or busy queue or ahead of its schedule."""
        now = self.now()
        if not self.database.write(lambda connection: tables.force(connection, queue, name, now)):
            raise _no_task(queue, name)
        self._tell(queue)
        return self.get_task(queue, name)

    def sweep(self) -> int:
        """Free the names of tasks that ended more than 24 hours ago; how many."""
        now, total = self.now(), 0
        while gone := self.database.write(lambda connection: tables.sweep(connection, now)):
            total += gone
        return total

    def waiting(self, queue: str) -> tuple[int, float]:
        """How many tasks of a queue live, and the age of the oldest in seconds (0 without any)."""
        with self.database.read() as connection:
            count, oldest = tables.waiting(connection, queue)
        return count, 0.0 if oldest is None else max(0, self.now() - oldest) / SECOND

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def _change(self, statement: str, name: str, *, also: str | None = None) -> None:
        def work(connection: Connection) -> bool:
            changed = connection.execute(statement, (name,)).rowcount > 0
            if changed and also is not None:
                connection.execute(also, (name,))
            return changed

        if not self.database.write(work):
            raise _no_queue(name)
        self._tell(name)

    def _tell(self, *queues: str) -> None:
        if self._follower is not None:
            self._follower(queues)


def _no_queue(name: str) -> NotFound:
    return NotFound(f"There is no queue {name}.")


def _no_task(queue: str, name: str) -> NotFound:
    return NotFound(f"There is no task {name} in the queue {queue}: it never was, or it has ended.")
