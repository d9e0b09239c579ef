"""What providers say of an error, read with suspicion: one line without secrets, and when to come back."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_MESSAGE = 400
SECONDS = re.compile(r"\d{1,9}(?:\.\d{1,9})?")


def one_line(text: object, secret: str, keys: re.Pattern[str]) -> str:
    """The text in one printable line of at most MAX_MESSAGE characters, without `secret` and whatever `keys` finds."""
    said = keys.sub("[key]", str(text).replace(secret, "[key]"))
    line = " ".join("".join(character if character.isprintable() else " " for character in said).split())
    return line if len(line) <= MAX_MESSAGE else f"{line[: MAX_MESSAGE - 1]}…"


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds until the moment that the Retry-After header names (seconds or a date)."""
    header = str(headers.get("retry-after", "")).strip()
    if SECONDS.fullmatch(header):
        return float(header)
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    # A date without a zone is one of GMT: HTTP knows no other.
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - now).total_seconds())
