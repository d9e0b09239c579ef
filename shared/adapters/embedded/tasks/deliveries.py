"""One delivery: the request with its headers, and what its answer says."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from shared.adapters.embedded.tasks.connections import ConnectionPool
from shared.adapters.embedded.tasks.outcomes import retry_after_seconds
from shared.adapters.embedded.tasks.records import SECOND, Attempt, TaskRecord, micros
from shared.ports.clock import Clock

TokenMaker: TypeAlias = Callable[[str], str]

_OURS = frozenset({"host", "content-length", "connection", "transfer-encoding", "user-agent"})


class UnknownFunction(Exception):
    """The task names a function that this dispatcher has no address of."""


class Courier:
    """Carries tasks to functions by HTTP; `token(audience)` is asked for each delivery, on the event loop's thread."""

    def __init__(self, pool: ConnectionPool, urls: Mapping[str, str], token: TokenMaker, clock: Clock) -> None:
        self._pool, self._urls, self._token, self._clock = pool, urls, token, clock

    async def deliver(self, task: TaskRecord, dispatched_at: int) -> Attempt:
        """Send the task and judge the answer; raises NotReached, AnswerLost or UnknownFunction."""
        url = task.url or self._urls.get(task.function or "")
        if url is None:
            raise UnknownFunction(task.function)
        answer = await self._pool.request(task.method, url, self._headers(task, url), task.body)
        now = self._clock.now()
        return Attempt(
            dispatched_at=dispatched_at,
            answered_at=micros(now),
            status=answer.status,
            reason=f"HTTP {answer.status}",
            retry_after_seconds=retry_after_seconds(answer.retry_after, now),
        )

    def _headers(self, task: TaskRecord, url: str) -> dict[str, str]:
        headers = {
            name: value
            for name, value in task.headers.items()
            if name.lower() not in _OURS and not name.lower().startswith("x-cloudtasks-")
        }
        audience = url if task.audience is None else task.audience
        if audience:
            headers["Authorization"] = f"Bearer {self._token(audience)}"
        headers |= {
            "User-Agent": "Fanfold-Tasks",
            "X-CloudTasks-QueueName": task.queue,
            "X-CloudTasks-TaskName": task.name,
            "X-CloudTasks-TaskRetryCount": str(task.dispatches),
            "X-CloudTasks-TaskExecutionCount": str(task.executions),
            "X-CloudTasks-TaskETA": f"{task.due_at // SECOND}.{task.due_at % SECOND:06d}",
        }
        if task.last_status is not None:
            headers["X-CloudTasks-TaskPreviousResponse"] = str(task.last_status)
        if task.last_reason is not None:
            headers["X-CloudTasks-TaskRetryReason"] = task.last_reason
        return headers
