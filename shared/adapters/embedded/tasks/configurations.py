"""How a queue paces its deliveries and how it tries again."""

import json
import re
from dataclasses import asdict, dataclass, field
from math import ceil
from typing import Any

from shared.domain.errors import FieldError, Invalid

QUEUE_NAME = re.compile(r"[A-Za-z0-9-]{1,100}")
UNLIMITED = -1
MAX_RATE_PER_SECOND = 500
MAX_CONCURRENT = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryConfig:
    """When a failed delivery is tried again, and when no longer.

    A task is given up only when it had `max_attempts` deliveries (-1: never) *and* `max_retry_seconds` have passed since
    the first one (0: the attempts alone decide). The wait doubles from `min_backoff_seconds` `max_doublings` times, grows
    by equal steps after that, and never exceeds `max_backoff_seconds`.
    """

    max_attempts: int = 100
    max_retry_seconds: float = 0.0
    min_backoff_seconds: float = 0.1
    max_backoff_seconds: float = 3_600.0
    max_doublings: int = 16

    def errors(self) -> list[FieldError]:
        """Each field that is out of its range."""
        checks = (
            ("max_attempts", self.max_attempts == UNLIMITED or self.max_attempts >= 1, "must be at least 1, or -1"),
            ("max_retry_seconds", self.max_retry_seconds >= 0, "must not be negative"),
            ("min_backoff_seconds", self.min_backoff_seconds > 0, "must be more than 0"),
            (
                "max_backoff_seconds",
                self.max_backoff_seconds >= self.min_backoff_seconds,
                "is below min_backoff_seconds",
            ),
            ("max_doublings", 0 <= self.max_doublings <= 1_000, "must be 0 to 1,000"),
        )
        return [FieldError(f"/retry/{name}", sentence) for name, right, sentence in checks if not right]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueConfig:
    """A queue: its name, how many deliveries may start a second and run at once, and its retries.

    `burst` is how many may start together after a rest (None: one second's worth).
    """

    name: str
    max_dispatches_per_second: float = 500.0
    max_concurrent_dispatches: int = 1_000
    burst: int | None = None
    retry: RetryConfig = field(default_factory=RetryConfig)

    @property
    def burst_size(self) -> int:
        """The size of the token bucket."""
        return self.burst if self.burst is not None else max(1, ceil(self.max_dispatches_per_second))

    def check(self) -> None:
        """Raise Invalid naming every field that is out of its range."""
        rate, concurrent = self.max_dispatches_per_second, self.max_concurrent_dispatches
        checks = (
            ("name", QUEUE_NAME.fullmatch(self.name) is not None, "must be 1 to 100 of A-Z, a-z, 0-9 and -"),
            ("max_dispatches_per_second", 0 < rate <= MAX_RATE_PER_SECOND, "must be more than 0 and at most 500"),
            ("max_concurrent_dispatches", 1 <= concurrent <= MAX_CONCURRENT, "must be 1 to 5,000"),
            ("burst", self.burst is None or self.burst >= 1, "must be at least 1"),
        )
        errors = [FieldError(f"/{name}", sentence) for name, right, sentence in checks if not right]
        errors += self.retry.errors()
        if errors:
            raise Invalid(errors)

    def to_json(self) -> str:
        """The configuration as it is kept."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "QueueConfig":
        """The configuration that `to_json` wrote."""
        data: dict[str, Any] = json.loads(text)
        return cls(**{**data, "retry": RetryConfig(**data["retry"])})


def retry_to_json(retry: RetryConfig | None) -> str | None:
    """A task's own retry rule as it is kept."""
    return None if retry is None else json.dumps(asdict(retry))


def retry_from_json(text: str | None) -> RetryConfig | None:
    """The retry rule that `retry_to_json` wrote."""
    return None if text is None else RetryConfig(**json.loads(text))
