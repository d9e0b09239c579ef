"""Queues as Cloud Tasks writes them, and as the engine does."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

from google.cloud import tasks_v2

from shared.adapters.embedded.tasks import QueueConfig, RetryConfig
from shared.adapters.embedded.tasks.engines import QueueState
from shared.domain.errors import FieldError, Invalid

QueueMessage: Any = tasks_v2.Queue.pb()
UPDATABLE = ("rate_limits", "retry_config")
_DURATIONS = {
    "max_retry_seconds": "max_retry_duration",
    "min_backoff_seconds": "min_backoff",
    "max_backoff_seconds": "max_backoff",
}
_QUEUE_FIELDS = {
    "/name": "queue.name",
    "/max_dispatches_per_second": "queue.rate_limits.max_dispatches_per_second",
    "/max_concurrent_dispatches": "queue.rate_limits.max_concurrent_dispatches",
}


def queue_config(queue: str, message: Any) -> QueueConfig:
    """The configuration that a Queue message asks for; what is not set, and every 0, is the engine's default.

    Raises Invalid naming each field of the message that is out of its range.
    """
    limits: dict[str, Any] = {
        name: getattr(message.rate_limits, name)
        for name in ("max_dispatches_per_second", "max_concurrent_dispatches")
        if getattr(message.rate_limits, name)
    }
    retry = retry_config("queue.retry_config", message.retry_config, RetryConfig())
    config = QueueConfig(name=queue, retry=retry, **limits)
    try:
        config.check()
    except Invalid as error:
        raise Invalid([FieldError(_queue_field(wrong.pointer), wrong.detail) for wrong in error.errors]) from None
    return config


def queue_message(state: QueueState, name: str) -> Any:
    """The Queue message of a queue as it stands."""
    config = state.config
    message = QueueMessage(
        name=name, state=tasks_v2.Queue.State.PAUSED if state.is_paused else tasks_v2.Queue.State.RUNNING
    )
    message.rate_limits.max_dispatches_per_second = config.max_dispatches_per_second
    message.rate_limits.max_concurrent_dispatches = config.max_concurrent_dispatches
    message.rate_limits.max_burst_size = config.burst_size
    write_retry(message.retry_config, config.retry)
    return message


def retry_config(field: str, message: Any, default: RetryConfig) -> RetryConfig:
    """The retry rule that a RetryConfig message asks for; raises Invalid for a duration that is none."""
    values: dict[str, Any] = {}
    for value in fields(RetryConfig):
        written = _DURATIONS.get(value.name, value.name)
        if written in _DURATIONS.values():
            if message.HasField(written):
                values[value.name] = seconds(f"{field}.{written}", getattr(message, written))
            else:
                values[value.name] = getattr(default, value.name)
        else:
            values[value.name] = getattr(message, written) or getattr(default, value.name)
    return RetryConfig(**values)


def write_retry(message: Any, retry: RetryConfig) -> None:
    """Fill a RetryConfig message."""
    message.max_attempts, message.max_doublings = retry.max_attempts, retry.max_doublings
    for ours, written in _DURATIONS.items():
        getattr(message, written).FromTimedelta(timedelta(seconds=getattr(retry, ours)))


def retry_field(prefix: str, pointer: str) -> str:
    """Where a message has the field that the engine's pointer `/retry/…` names."""
    name = pointer.rpartition("/")[2]
    return f"{prefix}.{_DURATIONS.get(name, name)}"


def seconds(field: str, duration: Any) -> float:
    """A Duration message in seconds; raises Invalid when it is out of what a Duration may be."""
    try:
        return float(duration.ToTimedelta().total_seconds())
    except (ValueError, OverflowError):
        raise Invalid([FieldError(field, "is not a duration")]) from None


def _queue_field(pointer: str) -> str:
    return _QUEUE_FIELDS.get(pointer) or retry_field("queue.retry_config", pointer)
