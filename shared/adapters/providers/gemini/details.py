"""The explanation inside Gemini's error answers (google.rpc details), read with suspicion and stripped of secrets."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from google.genai.errors import APIError

from shared.adapters.providers.explanations import SECONDS, one_line, retry_after

_KEY = re.compile(r"AIza[\w-]{20,}|AQ\.[\w-]{20,}")
_ACCOUNT_WORDS = ("api key", "user location is not supported", "billing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """One error answer: status word, message fit to show, what it says about quotas and when to come back.

    `said` is everything that it says in lower case, for deciding and not for showing.
    """

    status: str
    message: str
    said: str = field(repr=False)
    reasons: frozenset[str]
    violations: tuple[Mapping[str, Any], ...]
    retry_after_seconds: float | None

    @property
    def is_about_the_account(self) -> bool:
        """Whether the key, its project or its country is at fault, not the request."""
        return "API_KEY_INVALID" in self.reasons or any(word in self.said for word in _ACCOUNT_WORDS)


def explain(error: APIError, *, secret: str, now: datetime) -> Details | None:
    """What the answer says of itself; None when it is not Gemini's own form of error."""
    body = error.details.get("error") if isinstance(error.details, Mapping) else None
    if not isinstance(body, Mapping):
        return None
    entries = [entry for entry in _list(body.get("details")) if isinstance(entry, Mapping)]
    violations = tuple(_violations(entries))
    message = _message(body, entries)
    wait = _retry_info(entries)
    return Details(
        status=one_line(body.get("status") or "", secret, _KEY),
        message=one_line(message, secret, _KEY),
        said=" ".join([message, *(str(value) for found in violations for value in found.values())]).lower(),
        reasons=frozenset(str(entry["reason"]) for entry in entries if "reason" in entry),
        violations=violations,
        retry_after_seconds=retry_after(error.response.headers, now) if wait is None else wait,
    )


def _message(body: Mapping[str, Any], entries: list[Mapping[str, Any]]) -> str:
    fields = [
        f"{violation.get('field', '')}: {violation.get('description', '')}"
        for entry in entries
        for violation in _list(entry.get("fieldViolations"))
        if isinstance(violation, Mapping)
    ]
    return " ".join([str(body.get("message") or "no explanation."), *fields])


def _violations(entries: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for entry in entries:
        if str(entry.get("@type", "")).endswith("QuotaFailure"):
            yield from (found for found in _list(entry.get("violations")) if isinstance(found, Mapping))


def _retry_info(entries: list[Mapping[str, Any]]) -> float | None:
    for entry in entries:
        if str(entry.get("@type", "")).endswith("RetryInfo"):
            number = str(entry.get("retryDelay", "")).removesuffix("s")
            if SECONDS.fullmatch(number):
                return float(number)
    return None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
