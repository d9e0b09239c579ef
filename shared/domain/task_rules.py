"""What every task must keep to, whichever queue takes it."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from shared.domain.errors import FieldError, TooLarge

TASK_NAME = re.compile(r"[A-Za-z0-9_-]{1,500}")
MAX_PAYLOAD_BYTES = 1024
_TRACE = {
    "traceparent": re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"),
    "tracestate": re.compile(r"[!-~]{1,256}"),
}
# Of a message that is pushed to a function, in its envelope: ours are ids and a status, or describe one object.
MAX_ENVELOPE_BYTES = 64 * 1024
MIN_DEADLINE_SECONDS, MAX_DEADLINE_SECONDS = 15, 30 * 60
MAX_AHEAD = timedelta(days=30)


def task_errors(
    *,
    name: str,
    deadline_seconds: float,
    schedule_at: datetime | None,
    now: datetime,
) -> list[FieldError]:
    """Each of these fields that no queue takes, and what would be taken."""
    aware = schedule_at is None or schedule_at.utcoffset() is not None
    soon = not aware or schedule_at is None or schedule_at - now <= MAX_AHEAD
    in_range = MIN_DEADLINE_SECONDS <= deadline_seconds <= MAX_DEADLINE_SECONDS
    checks = (
        ("name", TASK_NAME.fullmatch(name) is not None, "must be 1 to 500 of A-Z, a-z, 0-9, _ and -"),
        ("deadline_seconds", in_range, "must be 15 to 1,800"),
        ("schedule_at", aware, "must say its time zone"),
        ("schedule_at", soon, "must be at most 30 days ahead"),
    )
    return [FieldError(f"/{field}", sentence) for field, right, sentence in checks if not right]


def trace_errors(traces: Iterable[Mapping[str, str]]) -> list[FieldError]:
    """Each task, by its place, whose trace is anything but the headers of W3C Trace Context."""
    told = "must be the headers traceparent and tracestate of W3C Trace Context"
    return [FieldError(f"/tasks/{index}/trace", told) for index, headers in enumerate(traces) if not _is_trace(headers)]


def _is_trace(headers: Mapping[str, str]) -> bool:
    return all(name in _TRACE and _TRACE[name].fullmatch(value) is not None for name, value in headers.items())


def encoded_payload(name: str, payload: Mapping[str, str | int]) -> bytes:
    """The payload of the task `name` as JSON; raises TooLarge above MAX_PAYLOAD_BYTES."""
    body = json.dumps(dict(payload), separators=(",", ":"), ensure_ascii=False).encode()
    if len(body) > MAX_PAYLOAD_BYTES:
        raise TooLarge(f"The payload of the task {name} has {len(body)} bytes; at most {MAX_PAYLOAD_BYTES} are taken.")
    return body
