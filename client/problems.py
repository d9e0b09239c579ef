"""From an answer that refuses to a ProblemError."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx

from client.backoff import retry_after_seconds
from client.errors import Problem, ProblemError

MAX_TEXT = 2_000


def problem_of(response: httpx.Response) -> ProblemError:
    """The ProblemError of a read answer; an answer without problem details is named by its status."""
    body = _document(response)
    title = str(body.get("title") or _phrase(response.status_code))[:MAX_TEXT]
    return ProblemError(
        response.status_code,
        title,
        str(body.get("detail") or "")[:MAX_TEXT],
        kind=str(body.get("type") or "about:blank"),
        errors=_fields(body.get("errors")),
        retry_after_seconds=retry_after_seconds(response),
        request_id=response.headers.get("X-Request-Id", "")[:100],
        existing_id=str(body.get("existing_id") or "")[:100],
    )


def _document(response: httpx.Response) -> Mapping[str, Any]:
    if "json" not in response.headers.get("Content-Type", ""):
        return {}
    try:
        body = response.json()
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _fields(errors: object) -> list[Problem]:
    if not isinstance(errors, list):
        return []
    return [
        Problem(str(error.get("pointer", "")), str(error.get("detail", ""))[:MAX_TEXT])
        for error in errors
        if isinstance(error, dict)
    ]


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"Status {status}"
