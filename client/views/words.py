"""Money, times and untrusted text as a person reads them."""

import re
from datetime import datetime

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

STATUS_STYLES = {
    "completed": "green", "succeeded": "green", "completed_with_failures": "yellow", "failed": "red",
    "cancelled": "dim", "paused": "yellow", "running": "cyan", "scheduled": "blue",
}  # fmt: skip


def money(micros: int) -> str:
    """Micros of US dollars as dollars: cents, and four places where cents would hide it."""
    dollars = micros / 1_000_000
    if micros % 10_000 == 0 or abs(dollars) >= 10:
        return f"${dollars:,.2f}"
    if 0 < abs(micros) < 100:
        return "<$0.0001"
    return f"${dollars:,.4f}".rstrip("0")


def about(micros: int) -> str:
    """An estimate of money: cents are exact enough, unless they would hide it."""
    if not micros:
        return "free"
    return f"about {money(round(micros, -4) if micros >= 100_000 else micros)}"


def duration(seconds: float) -> str:
    """A time span in its two largest parts: 42 s, 3 min 5 s, 2 h 10 min."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def moment(at: datetime | None) -> str:
    """A time in the reader's own time zone, to the minute: Mar 01 13:00."""
    return at.astimezone().strftime("%b %d %H:%M") if at else ""


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def clean(text: object) -> str:
    """Text from elsewhere without characters that could command the terminal."""
    return _CONTROL.sub("", str(text))


def one_line(text: object, width: int = 60) -> str:
    """Text from elsewhere on one line, shortened."""
    flat = " ".join(clean(text).split())
    return flat if len(flat) <= width else flat[: width - 1].rstrip() + "…"


def aside(reason: str | None) -> str:
    """A sentence that explains a status, in brackets behind it; empty when there is none."""
    return f" ({clean(reason).removesuffix('.')})" if reason else ""


def standing(status: str, reason: str | None) -> str:
    """How a batch stands and why; a reason that says the status itself stands alone."""
    words, why = status_words(status).capitalize(), clean(reason or "").removesuffix(".")
    if why and (status == "running" or why.lower().startswith(words.lower())):
        return why
    # A reason with brackets of its own is not put into brackets.
    return f"{words}: {why}" if "(" in why else f"{words}{aside(reason)}"


def status_words(status: str) -> str:
    """A status as words."""
    return clean(status).replace("_", " ")
