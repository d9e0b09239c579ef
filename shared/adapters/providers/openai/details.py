"""The explanation inside OpenAI's error answers, read with suspicion and stripped of secrets and names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from openai import APIStatusError

from shared.adapters.providers.explanations import SECONDS, one_line, retry_after

# Keys in whole or masked, and the names of the account that OpenAI's sentences carry.
_SECRETS = re.compile(r"\bsk-[\w*.-]{4,}|\b(?:org|proj|user)[-_][A-Za-z0-9]{8,}")
_DURATION = re.compile(
    r"(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,5})m(?!s))?(?:(\d{1,9}(?:\.\d{1,9})?)s)?(?:(\d{1,9})ms)?"
)
_TRY_AGAIN = re.compile(r"try again in ([\d.dhms]{2,24})")
_LIMITS = ("requests", "tokens", "images", "input-images")


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """One error answer: its code and type, a message fit to show, where moderation stopped it, when to come back.

    `said` is the message in lower case, for deciding and not for showing.
    """

    code: str
    message: str
    said: str = field(repr=False)
    moderation_stage: str
    retry_after_seconds: float | None


def explain(error: APIStatusError, *, secret: str, now: datetime) -> Details | None:
    """What the answer says of itself; None when it is not OpenAI's own form of error."""
    body = error.body
    if not isinstance(body, Mapping) or not (body.get("message") or body.get("code")):
        return None
    message = str(body.get("message") or "no explanation.")
    told = body.get("moderation_details")
    param = body.get("param")
    shown = f"{param}: {message}" if isinstance(param, str) and param and param not in message else message
    return Details(
        code=one_line(body.get("code") or body.get("type") or "", secret, _SECRETS)[:80],
        message=one_line(shown, secret, _SECRETS),
        said=f"{body.get('type') or ''} {message}".lower(),
        moderation_stage=str(told.get("moderation_stage", "")) if isinstance(told, Mapping) else "",
        retry_after_seconds=wait(error.response.headers, now, message),
    )


def wait(headers: Mapping[str, str], now: datetime, message: str = "") -> float | None:
    """Seconds to wait: as the headers for it say, else until the limits that are used up reset, else as the words say."""
    milliseconds = str(headers.get("retry-after-ms", "")).strip()
    if SECONDS.fullmatch(milliseconds):
        return float(milliseconds) / 1000
    told = retry_after(headers, now)
    if told is not None:
        return told
    used_up = [limit for limit in _LIMITS if str(headers.get(f"x-ratelimit-remaining-{limit}", "")).strip() == "0"]
    resets = [duration(str(headers.get(f"x-ratelimit-reset-{limit}", ""))) for limit in used_up]
    known = [seconds for seconds in resets if seconds is not None]
    if known:
        return max(known)
    found = _TRY_AGAIN.search(message)
    return duration(found.group(1).rstrip(".")) if found else None


def duration(text: str) -> float | None:
    """Seconds of OpenAI's durations (`6m0s`, `1.5s`, `120ms`, `7h12m`); None for anything else."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes, seconds, milliseconds = (float(part or 0) for part in found.groups())
    return days * 86_400 + hours * 3_600 + minutes * 60 + seconds + milliseconds / 1000
