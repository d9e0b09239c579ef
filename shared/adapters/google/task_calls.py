"""Single calls of Cloud Tasks: requests, repeats, and what its errors mean to Fanfold."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type
from google.api_core.timeout import ConstantTimeout
from google.auth.exceptions import GoogleAuthError
from google.cloud import tasks_v2

from shared.domain.errors import FieldError, Invalid, Unavailable
from shared.ports.tasks import Task

CALL_SECONDS = 5.0
CREATE = "cloudtasks.tasks.create"
# The name makes a repeated create harmless, so it is repeated even where the first may have gone through.
PASSING = (
    exceptions.ServiceUnavailable,
    exceptions.DeadlineExceeded,
    exceptions.ResourceExhausted,
    exceptions.Aborted,
    exceptions.InternalServerError,
)
# What Cloud Tasks says of a queue that it does not know: the second for one that is gone, asleep or was never there.
NO_QUEUE = (exceptions.NotFound, exceptions.FailedPrecondition)

log = structlog.get_logger(__name__)


class TaskCalls:
    """Calls over one client, which threads may share; each attempt takes 5 s at most, repeats `patience_seconds` in all."""

    def __init__(self, client: tasks_v2.CloudTasksClient, service_account: str, patience_seconds: float) -> None:
        self._client, self._service_account = client, service_account
        self._retry = Retry(
            predicate=if_exception_type(*PASSING), initial=0.1, multiplier=2.0, maximum=2.0, timeout=patience_seconds
        )
        self._timeout = ConstantTimeout(CALL_SECONDS)  # type: ignore[no-untyped-call]

    def create(self, index: int, task: Task, *, parent: str, url: str, body: bytes) -> bool:
        """Create the task, the `index`-th of its call; False when its name is taken. Raises Unavailable or Invalid."""
        request = tasks_v2.CreateTaskRequest(parent=parent, task=self._message(task, parent, url, body))
        try:
            with translated():
                self._client.create_task(request, retry=self._retry, timeout=self._timeout)
        except exceptions.AlreadyExists:
            return False
        except exceptions.InvalidArgument as error:
            raise Invalid([FieldError(f"/tasks/{index}", f"Cloud Tasks refuses it: {error.message}")]) from error
        except NO_QUEUE as error:
            log.warning("task_queue_not_there", queue=parent, error=str(error))
            raise Unavailable(f"The task queue {task.queue} is not there, or not awake yet.") from error
        return True

    def check_rights(self, parent: str) -> None:
        """Return when this process may create tasks in the queue; raises Unavailable when not, or without an answer."""
        request = {"resource": parent, "permissions": [CREATE]}
        try:
            with translated():
                answer = self._client.test_iam_permissions(request, retry=None, timeout=CALL_SECONDS)
        except exceptions.GoogleAPICallError as error:
            raise _unavailable(error) from error
        if CREATE not in answer.permissions:
            log.warning("task_queue_not_allowed", queue=parent)
            raise Unavailable("A task queue is missing, or this process may not create tasks in it.")

    def close(self) -> None:
        """Close the connection."""
        self._client.transport.close()  # type: ignore[no-untyped-call]

    def _message(self, task: Task, parent: str, url: str, body: bytes) -> tasks_v2.Task:
        return tasks_v2.Task(
            name=f"{parent}/tasks/{task.name}",
            http_request=tasks_v2.HttpRequest(
                url=url,
                http_method=tasks_v2.HttpMethod.POST,
                headers={"Content-Type": "application/json", **task.trace},
                body=body,
                oidc_token=tasks_v2.OidcToken(service_account_email=self._service_account, audience=url),
            ),
            dispatch_deadline=timedelta(seconds=task.deadline_seconds),
            schedule_time=task.schedule_at,
        )


@contextmanager
def translated() -> Iterator[None]:
    """Raise Unavailable for what says nothing about the request itself: no answer, no credentials, no right."""
    try:
        yield
    except (exceptions.AlreadyExists, exceptions.InvalidArgument, *NO_QUEUE):
        raise
    except (exceptions.GoogleAPIError, GoogleAuthError) as error:
        raise _unavailable(error) from error


def _unavailable(error: Exception) -> Unavailable:
    """Without Google's words, which name the project and its accounts: they are logged."""
    log.warning("tasks_not_answering", error=str(error))
    return Unavailable("The task queue does not answer now. Try again in a moment.")
