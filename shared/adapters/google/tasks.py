"""The task queue port over Cloud Tasks; Google's client is loaded at the first call."""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from threading import Lock
from typing import TYPE_CHECKING

from shared.domain.errors import ConfigurationWrong, FieldError, Invalid, NotFound
from shared.domain.task_rules import encoded_payload, task_errors, trace_errors
from shared.ports.clock import Clock
from shared.ports.tasks import Task

if TYPE_CHECKING:
    from google.cloud.tasks_v2 import CloudTasksClient

    from shared.adapters.google.task_calls import TaskCalls

CREATES_AT_ONCE = 16
PATIENCE_SECONDS = 10.0
LOOPBACK = ("127.0.0.1:", "[::1]:", "localhost:")


def connect(address: str | None = None) -> "CloudTasksClient":
    """A client of Cloud Tasks with this process's own credentials, or of a stand-in at `address` (host:port, no TLS).

    Raises ConfigurationWrong for a stand-in that is not on this machine: its line is open to everyone on the way.
    """
    from google.cloud.tasks_v2 import CloudTasksClient

    if address is None:
        return CloudTasksClient()
    if not address.startswith(LOOPBACK):
        raise ConfigurationWrong(f"The stand-in for Cloud Tasks must be on this machine, not at {address}.")
    import grpc
    from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport

    options = [("grpc.max_receive_message_length", -1), ("grpc.enable_http_proxy", 0)]
    channel = grpc.insecure_channel(address, options=options)
    return CloudTasksClient(transport=CloudTasksGrpcTransport(channel=channel))


class CloudTasksQueue:
    """TaskQueue over queues that were deployed beforehand.

    `queues` are the names that the platform uses, deployed as `queue_prefix` + name. `url(function)` is where a function
    answers and the audience of the token that Cloud Tasks sends it as `service_account`. A create that fails for a
    passing reason is repeated for up to `patience_seconds`.

    Tasks are created one by one, `CREATES_AT_ONCE` in parallel: BatchCreateTasks answers with an operation to be polled,
    takes one queue and 100 tasks a call, and is billed by the task all the same.
    """

    def __init__(
        self,
        client: "Callable[[], CloudTasksClient]" = connect,
        *,
        project: str,
        location: str,
        queues: Collection[str],
        url: Callable[[str], str],
        service_account: str,
        clock: Clock,
        queue_prefix: str = "",
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._connect = client
        self._parents = {
            queue: f"projects/{project}/locations/{location}/queues/{queue_prefix}{queue}" for queue in queues
        }
        self._url, self._service_account, self._clock = url, service_account, clock
        self._patience_seconds = patience_seconds
        self._calls: TaskCalls | None = None
        self._connecting = Lock()
        self._pool = ThreadPoolExecutor(CREATES_AT_ONCE, thread_name_prefix="create-task")

    def create(self, tasks: Sequence[Task]) -> list[bool]:
        """As the port says.

        A queue that ought to be deployed and is not known to Cloud Tasks (one that idled for a month takes minutes to
        wake) is Unavailable; a task that Cloud Tasks alone finds wrong is Invalid, and others may have been created.
        """
        bodies = [encoded_payload(task.name, task.payload) for task in tasks]
        self._check(tasks)
        # A name that comes twice is sent once: which of two calls is answered first would be chance.
        first = {(task.queue, task.name): index for index, task in reversed(list(enumerate(tasks)))}
        wanted = sorted(first.values())
        if not wanted:
            return []
        calls = self._connected()
        if len(wanted) == 1:
            created = {wanted[0]: self._create(calls, wanted[0], tasks[wanted[0]], bodies[wanted[0]])}
        else:
            created = _results(
                {index: self._pool.submit(self._create, calls, index, tasks[index], bodies[index]) for index in wanted}
            )
        return [created.get(index, False) for index in range(len(tasks))]

    def ping(self) -> None:
        """Return when Cloud Tasks says that this process may create tasks; raise Unavailable otherwise."""
        self._connected().check_rights(next(iter(self._parents.values())))

    def close(self) -> None:
        """End the threads and the connection; creating again is an error."""
        self._pool.shutdown()
        if self._calls is not None:
            self._calls.close()

    def _create(self, calls: "TaskCalls", index: int, task: Task, body: bytes) -> bool:
        return calls.create(index, task, parent=self._parents[task.queue], url=self._url(task.function), body=body)

    def _check(self, tasks: Sequence[Task]) -> None:
        now = self._clock.now()
        errors = [
            FieldError(f"/tasks/{index}{error.pointer}", error.detail)
            for index, task in enumerate(tasks)
            for error in task_errors(
                name=task.name,
                deadline_seconds=task.deadline_seconds,
                schedule_at=task.schedule_at,
                now=now,
            )
        ]
        errors += trace_errors(task.trace for task in tasks)
        if errors:
            raise Invalid(errors)
        for task in tasks:
            if task.queue not in self._parents:
                raise NotFound(f"There is no queue {task.queue}.")

    def _connected(self) -> "TaskCalls":
        from shared.adapters.google.task_calls import TaskCalls, translated

        with self._connecting:
            if self._calls is None:
                with translated():
                    client = self._connect()
                self._calls = TaskCalls(client, self._service_account, self._patience_seconds)
            return self._calls


def _results(futures: dict[int, Future[bool]]) -> dict[int, bool]:
    """What each future returned; after the first that raises, those that have not begun are dropped and it is raised."""
    _, unfinished = wait(futures.values(), return_when=FIRST_EXCEPTION)
    for future in unfinished:
        future.cancel()
    wait(unfinished)
    for future in futures.values():
        error = None if future.cancelled() else future.exception()
        if error is not None:
            raise error
    return {index: future.result() for index, future in futures.items()}
