"""Amounts and days as bills write them: currency signs, separators of thousands, decimal commas, exponents, times."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation

from shared.domain.bills import MOST_USD

_POINT = re.compile(r"\d+\.\d{1,2}|\d+\.\d{4,}|\.\d+|\d{1,3}(,\d{3})+\.\d*|0\.\d+|[\d.]+e[+-]?\d+", re.ASCII)
_COMMA = re.compile(r"\d+,\d{1,2}|\d+,\d{4,}|,\d+|\d{1,3}(\.\d{3})+,\d*|0,\d+|\d+,\d+e[+-]?\d+", re.ASCII)
_PLAIN = re.compile(r"(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
_EPOCH = re.compile(r"\d{9,10}", re.ASCII)
_DAY = re.compile(r"20\d{2}([-/])\d{2}\1\d{2}(?:[ T].*)?", re.ASCII)


def decimal_mark(cells: Iterable[str], *, delimiter: str) -> str | None:
    """The mark that these amounts have before their decimals; None when some say a point and some a comma.

    `1,234` alone says neither: in a file whose cells are parted by semicolons it is a comma, else a point.
    """
    bare = [_bare(cell)[1] for cell in cells]
    points = any(_POINT.fullmatch(cell) for cell in bare)
    commas = any(_COMMA.fullmatch(cell) for cell in bare)
    if points and commas:
        return None
    if points or commas:
        return "," if commas else "."
    return "," if delimiter == ";" else "."


def amount(cell: str, *, mark: str = ".") -> Decimal:
    """Dollars; raises ValueError in words for what is no amount, another currency's or far too much."""
    negative, text = _bare(cell)
    if mark == ",":
        text = text.translate(str.maketrans(",.", ".,"))
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if _PLAIN.fullmatch(text) is None:
        raise ValueError("This is no amount of dollars: write it like 1234.56 or 0.000001.")
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError("This is no amount of dollars: write it like 1234.56 or 0.000001.") from None
    if value > MOST_USD:
        raise ValueError(f"No bill is of more than {MOST_USD:,} dollars.")
    return -value if negative else value


def day(cell: str, zone: tzinfo = UTC) -> date:
    """The day of a date, a time or seconds since 1970, by the clock of `zone`; raises ValueError in words."""
    moment = _moment(cell, zone)
    return moment.date() if isinstance(moment, datetime) else moment


def last_day(cell: str, zone: tzinfo = UTC) -> date:
    """The last day before a time that something ends at, or the day itself; raises ValueError in words."""
    moment = _moment(cell, zone)
    return (moment - timedelta(microseconds=1)).date() if isinstance(moment, datetime) else moment


def _moment(cell: str, zone: tzinfo) -> date | datetime:
    text = cell.strip()
    try:
        if _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(int(text), zone)
        if _DAY.fullmatch(text) is None:
            raise ValueError
        text = text.replace("/", "-")
        if len(text) == len("2026-11-05"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text.replace(" UTC", "+00:00"))
        return moment.astimezone(zone) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        raise ValueError("This is no day that can be read for sure: write it like 2026-11-05.") from None


def _bare(cell: str) -> tuple[bool, str]:
    """Whether the amount is negative, and its digits without currency and blanks, in lower case."""
    text = "".join(cell.split()).replace("\N{MINUS SIGN}", "-").lower()
    negative = text.startswith("(") and text.endswith(")")
    text = text.removeprefix("(").removesuffix(")") if negative else text
    for sign in ("us$", "usd", "$"):
        text = text.replace(sign, "", 1)
    if text.startswith(("-", "+")):
        negative, text = negative != text.startswith("-"), text[1:]
    return negative, text
