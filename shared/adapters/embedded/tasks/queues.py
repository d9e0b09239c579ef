"""The task queue port over the embedded engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shared.adapters.embedded.tasks.configurations import QueueConfig
from shared.adapters.embedded.tasks.engines import TaskEngine
from shared.adapters.embedded.tasks.records import NewTask
from shared.domain.errors import ConfigurationWrong, Conflict, Invalid
from shared.domain.task_rules import encoded_payload, trace_errors
from shared.ports.clock import Clock
from shared.ports.tasks import Task

if TYPE_CHECKING:
    from shared.adapters.embedded.tasks.deliveries import TokenMaker
    from shared.adapters.embedded.tasks.dispatchers import Dispatcher


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """How a queue stands (`length`, the oldest task's age, `running`) and what happened since this process started.

    `created` and `existed` are the two answers to creation; `delivered` and `failed` are deliveries that ended with and
    without a 2XX; `ended` are tasks that are gone: delivered, given up, deleted or purged.
    """

    length: int
    oldest_age_seconds: float
    running: int
    created: int
    existed: int
    delivered: int
    failed: int
    ended: int


class SqliteTaskQueue:
    """TaskQueue kept in one SQLite file, with a dispatcher that this process may start.

    Opening raises ConfigurationWrong (a bad file) or Invalid (a bad queue). `token(audience)` makes the bearer token of
    each delivery, for the function's address; it is called often and should be quick.
    """

    def __init__(self, path: Path, *, clock: Clock, token: "TokenMaker", queues: Sequence[QueueConfig]) -> None:
        self.engine = TaskEngine(path, clock)
        self._token = token
        self._dispatcher: Dispatcher | None = None
        try:
            self.engine.put_queues(queues)
        except BaseException:
            self.engine.close()
            raise

    def create(self, tasks: Sequence[Task]) -> list[bool]:
        """As the port says; raises Invalid or TooLarge for what cannot be taken and NotFound for an unknown queue."""
        if errors := trace_errors(task.trace for task in tasks):
            raise Invalid(errors)
        return self.engine.create_tasks([_new_task(task) for task in tasks])

    def ping(self) -> None:
        """As the port says."""
        self.engine.list_queues()

    def start(self, urls: Mapping[str, str]) -> None:
        """Deliver from now on, to these addresses by function name; raises Conflict when it does already."""
        if self._dispatcher is not None:
            raise Conflict("Tasks are being delivered already; stop that first.", code="already-started")
        for function, url in urls.items():
            if not url.startswith(("http://", "https://")) or not url.isascii() or not url.isprintable() or " " in url:
                raise ConfigurationWrong(
                    f"The address of the function {function} is not an http or https URL: {url!r}."
                )
        # Only the process that delivers loads it.
        from shared.adapters.embedded.tasks.dispatchers import Dispatcher

        dispatcher = Dispatcher(self.engine, urls, self._token)
        dispatcher.start()
        self._dispatcher = dispatcher

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """Deliver no more; running deliveries get this long, and those cut off are delivered again after the next start."""
        dispatcher, self._dispatcher = self._dispatcher, None
        if dispatcher is not None:
            dispatcher.stop(timeout_seconds)

    def close(self) -> None:
        """Stop at once and close the file."""
        self.stop(0.0)
        self.engine.close()

    def figures(self) -> dict[str, QueueFigures]:
        """How each queue stands, by name."""
        dispatcher = self._dispatcher
        figures = {}
        for name in [state.config.name for state in self.engine.list_queues()]:
            length, oldest_age_seconds = self.engine.waiting(name)
            counts = {
                what: self.engine.counted(name, what) for what in ("created", "existed", "delivered", "failed", "ended")
            }
            figures[name] = QueueFigures(
                length=length,
                oldest_age_seconds=oldest_age_seconds,
                running=dispatcher.running(name) if dispatcher else 0,
                **counts,
            )
        return figures


def _new_task(task: Task) -> NewTask:
    return NewTask(
        queue=task.queue,
        name=task.name,
        body=encoded_payload(task.name, task.payload),
        function=task.function,
        headers={"Content-Type": "application/json", **task.trace},
        deadline_seconds=task.deadline_seconds,
        schedule_at=task.schedule_at,
    )
