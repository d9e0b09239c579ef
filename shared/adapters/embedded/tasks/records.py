"""Tasks as the engine knows them, whichever face they came through; times are microseconds since 1970 in UTC."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from shared.adapters.embedded.tasks.configurations import RetryConfig
from shared.domain.errors import FieldError
from shared.domain.task_rules import task_errors

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
METHODS = frozenset({"POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"})
MAX_TASK_BYTES = 100 * 1024
MAX_URL_LENGTH = 2_083
SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """An aware moment in microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A task to be created: who gets which request, when, and how long an answer may take.

    The target is a function's name (its address is known when the dispatcher starts) or an absolute `url`.
    `audience` is what the bearer token is made for (None: the address itself; "": no token is sent).
    """

    queue: str
    name: str
    body: bytes
    function: str | None = None
    url: str | None = None
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    audience: str | None = None
    deadline_seconds: float = 600.0
    schedule_at: datetime | None = None
    retry: RetryConfig | None = None

    def errors(self, now: datetime) -> list[FieldError]:
        """Each field that cannot be taken, and what would be."""
        size = len(self.body) + sum(len(name) + len(value) for name, value in self.headers.items())
        checks = (
            ("body", size <= MAX_TASK_BYTES, f"is {size} bytes with its headers; at most {MAX_TASK_BYTES} are taken"),
            (
                "url",
                self.url is None or _is_url(self.url),
                "must be an absolute http or https address of at most 2,083 characters",
            ),
            ("url", (self.url is None) != (self.function is None), "name either a function or an address"),
            ("method", self.method in METHODS, f"must be one of {', '.join(sorted(METHODS))}"),
            ("headers", _are_headers(self.headers), "hold a name or value that HTTP cannot carry"),
        )
        errors = task_errors(
            name=self.name, deadline_seconds=self.deadline_seconds, schedule_at=self.schedule_at, now=now
        )
        errors += [FieldError(f"/{name}", sentence) for name, right, sentence in checks if not right]
        return errors + (self.retry.errors() if self.retry else [])


def _is_url(text: str) -> bool:
    if len(text) > MAX_URL_LENGTH or not text.isascii() or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not match, or a port that is no port
        return False


def _are_headers(headers: Mapping[str, str]) -> bool:
    return all(
        HEADER_NAME.fullmatch(name) and (value.isprintable() or value == "") and value.isascii()
        for name, value in headers.items()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """A living task and the story of its deliveries.

    `dispatches` counts deliveries that were begun, `responses` those that were answered, `executions` those whose answer
    was not a 5XX. `due_at` is when it is delivered next.
    """

    seq: int
    queue: str
    name: str
    function: str | None
    url: str | None
    method: str
    headers: Mapping[str, str]
    body: bytes
    audience: str | None
    deadline_seconds: float
    retry: RetryConfig | None
    created_at: int
    due_at: int
    dispatches: int = 0
    responses: int = 0
    executions: int = 0
    first_dispatched_at: int | None = None
    last_dispatched_at: int | None = None
    last_answered_at: int | None = None
    last_status: int | None = None
    last_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One delivery that is over: `status` is None when no whole answer came, and `reason` says why it failed."""

    dispatched_at: int
    answered_at: int
    status: int | None
    reason: str
    retry_after_seconds: float | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the task is done."""
        return self.status is not None and 200 <= self.status <= 299
