"""The task queue of the embedded stack: an engine with the semantics of Cloud Tasks in one SQLite file."""

from shared.adapters.embedded.tasks.configurations import QueueConfig, RetryConfig
from shared.adapters.embedded.tasks.queues import QueueFigures, SqliteTaskQueue

__all__ = ["QueueConfig", "QueueFigures", "RetryConfig", "SqliteTaskQueue"]
