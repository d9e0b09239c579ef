"""How long the client waits between tries."""

import random
from email.utils import parsedate_to_datetime

import httpx

BASE_SECONDS = 0.5
CEILING_SECONDS = 15.0
PATIENCE_SECONDS = 60.0

_CHANCE = random.SystemRandom()


def delay_seconds(number: int) -> float:
    """The pause before try `number` + 1: doubling from half a second, at most 15 s, with jitter of a quarter."""
    delay = min(CEILING_SECONDS, BASE_SECONDS * 2.0 ** min(number - 1, 16))
    return delay * _CHANCE.uniform(0.75, 1.25)


def retry_after_seconds(response: httpx.Response) -> float | None:
    """What Retry-After asks for, in seconds (dates are measured from the answer's own Date); None if it says nothing."""
    value = response.headers.get("Retry-After", "").strip()
    if not value:
        return None
    if value.isdecimal():
        return float(min(int(value), 10**9))
    try:
        until = parsedate_to_datetime(value)
        sent = parsedate_to_datetime(response.headers["Date"])
        return max(0.0, (until - sent).total_seconds())
    except (ValueError, KeyError, TypeError):
        return None
