"""Tasks as Cloud Tasks writes them, and as the engine does.

An attempt that still runs is not counted: the engine writes a delivery down when it is over.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
from google.cloud import tasks_v2

from infra.local.cloud_tasks.places import Place
from infra.local.cloud_tasks.queue_messages import retry_config, retry_field, seconds, write_retry
from shared.adapters.embedded.tasks import RetryConfig
from shared.adapters.embedded.tasks.records import SECOND, NewTask, TaskRecord, micros
from shared.domain.errors import FieldError, Forbidden, Invalid

TaskMessage: Any = tasks_v2.Task.pb()
FULL = tasks_v2.Task.View.FULL
DEFAULT_DEADLINE_SECONDS = 600.0
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_FIELDS = {
    "name": "task.name",
    "body": "task.http_request.body",
    "url": "task.http_request.url",
    "method": "task.http_request.http_method",
    "headers": "task.http_request.headers",
    "deadline_seconds": "task.dispatch_deadline",
    "schedule_at": "task.schedule_time",
}


def new_task(
    queue: str, name: str, message: Any, *, queue_retry: Callable[[], RetryConfig], service_account: str
) -> NewTask:
    """The task that a Task message asks for; `queue_retry()` fills what its own retry rule leaves open.

    Raises Invalid naming the field, or Forbidden for a token of another service account: this process cannot act as it.
    """
    if not message.HasField("http_request"):
        raise Invalid([FieldError("task.http_request", "must be set: only HTTP tasks are served here")])
    request = message.http_request
    method = _method(request.http_method)
    if request.body and method not in WITH_BODY:
        raise Invalid([FieldError("task.http_request.body", f"must be empty for the method {method}")])
    retry = None
    if message.HasField("retry_config"):
        retry = retry_config("task.retry_config", message.retry_config, queue_retry())
    deadline = DEFAULT_DEADLINE_SECONDS
    if message.HasField("dispatch_deadline"):
        deadline = seconds("task.dispatch_deadline", message.dispatch_deadline)
    return NewTask(
        queue=queue,
        name=name,
        body=request.body,
        url=request.url,
        method=method,
        headers=dict(request.headers),
        audience=_audience(request, service_account),
        deadline_seconds=deadline,
        schedule_at=_moment("task.schedule_time", message.schedule_time) if message.HasField("schedule_time") else None,
        retry=retry,
    )


def as_created(task: NewTask, now: int) -> TaskRecord:
    """A task as it stood when it was created, at `now` in microseconds."""
    return TaskRecord(
        seq=0,
        queue=task.queue,
        name=task.name,
        function=task.function,
        url=task.url,
        method=task.method,
        headers=task.headers,
        body=task.body,
        audience=task.audience,
        deadline_seconds=task.deadline_seconds,
        retry=task.retry,
        created_at=now,
        due_at=now if task.schedule_at is None else max(now, micros(task.schedule_at)),
    )


def task_field(pointer: str) -> str:
    """Where a message has the field that the engine's pointer `/tasks/0/…` names."""
    name = pointer.removeprefix("/tasks/0/")
    return _FIELDS.get(name) or retry_field("task.retry_config", name)


def task_message(record: TaskRecord, place: Place, *, view: int, service_account: str) -> Any:
    """The Task message of a living task; only the FULL view has the body."""
    is_full = view == FULL
    message = TaskMessage(
        name=place.task_name(record.queue, record.name),
        dispatch_count=record.dispatches,
        response_count=record.responses,
        view=FULL if is_full else tasks_v2.Task.View.BASIC,
    )
    _write_request(message.http_request, record, is_full=is_full, service_account=service_account)
    message.schedule_time.FromMicroseconds(record.due_at)
    message.create_time.FromSeconds(record.created_at // SECOND)
    message.dispatch_deadline.FromTimedelta(timedelta(seconds=record.deadline_seconds))
    if record.retry is not None:
        write_retry(message.retry_config, record.retry)
    _write_attempts(message, record)
    return message


def _method(number: int) -> str:
    try:
        method = tasks_v2.HttpMethod(number)
    except ValueError:
        raise Invalid([FieldError("task.http_request.http_method", "is not a method of HTTP")]) from None
    return "POST" if method is tasks_v2.HttpMethod.HTTP_METHOD_UNSPECIFIED else method.name


def _audience(request: Any, service_account: str) -> str | None:
    """What the token is made for: "" for no token, None for the address itself."""
    if request.HasField("oauth_token"):
        raise Invalid([FieldError("task.http_request.oauth_token", "is not served here: use oidc_token")])
    if not request.HasField("oidc_token"):
        return ""
    if request.oidc_token.service_account_email != service_account:
        raise Forbidden(
            f"task.http_request.oidc_token.service_account_email: tokens are made for {service_account} only."
        )
    return request.oidc_token.audience or None


def _moment(field: str, timestamp: Any) -> datetime:
    try:
        moment: datetime = timestamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Invalid([FieldError(field, "is not a moment between the years 1 and 9999")]) from None
    return moment


def _write_request(request: Any, record: TaskRecord, *, is_full: bool, service_account: str) -> None:
    request.url = record.url or ""
    request.http_method = getattr(tasks_v2.HttpMethod, record.method)
    request.headers.update(record.headers)
    if is_full:
        request.body = record.body
    if record.audience != "":
        request.oidc_token.service_account_email = service_account
        request.oidc_token.audience = record.audience or request.url


def _write_attempts(message: Any, record: TaskRecord) -> None:
    if record.first_dispatched_at is not None:
        message.first_attempt.dispatch_time.FromMicroseconds(record.first_dispatched_at)
    if record.last_dispatched_at is None:
        return
    last = message.last_attempt
    last.dispatch_time.FromMicroseconds(record.last_dispatched_at)
    if record.last_answered_at is not None:
        last.response_time.FromMicroseconds(record.last_answered_at)
    last.response_status.code = _status_code(record)
    last.response_status.message = record.last_reason or ""


def _status_code(record: TaskRecord) -> int:
    if record.last_reason == "DeadlineExceeded":
        status = grpc.StatusCode.DEADLINE_EXCEEDED
    else:
        status = grpc.StatusCode.UNAVAILABLE if record.last_status is None else grpc.StatusCode.UNKNOWN
    number: int = status.value[0]
    return number
