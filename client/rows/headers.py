"""Column names: which are a row's fields, which are metadata, which are wrong."""

import difflib
import re
from collections import Counter
from collections.abc import Iterable

FIELDS = (
    "prompt", "variants", "references", "pack", "reference_mode", "aspect_ratio", "size", "model", "seed",
    "strength", "steps", "guidance", "variables", "tags", "metadata", "expand", "fallback",
)  # fmt: skip

_BETWEEN = re.compile(r"[\s_\-]+")
_NOT_IN_NAMES = re.compile(r"[./`~*\[\]]+")


def normal(name: str) -> str:
    """A name as names are compared: `Aspect Ratio`, `aspect-ratio` and `aspect_ratio` are one."""
    return _BETWEEN.sub("_", name.strip().casefold()).strip("_")


def metadata_name(name: str) -> str:
    """The name under which a column is kept as metadata: characters that names cannot have become blanks."""
    return " ".join(_NOT_IN_NAMES.sub(" ", name).split())[:64]


def known_in(names: Iterable[str]) -> int:
    """How many of these names are a row's fields."""
    return sum(normal(name) in FIELDS for name in names)


def doubled(names: Iterable[str]) -> list[str]:
    """The names that occur more than once, as first written."""
    first: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for name in names:
        first.setdefault(normal(name), name)
        counts[normal(name)] += 1
    return [first[key] for key, count in counts.items() if count > 1]


def near_field(name: str) -> str:
    """The field that a name probably meant; empty when it is like none."""
    close = difflib.get_close_matches(normal(name), FIELDS, n=1, cutoff=0.8)
    return close[0] if close and close[0] != normal(name) else ""


def letter(position: int) -> str:
    """A column without a name, as spreadsheets call it (0 is A)."""
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(ord("A") + rest) + name
    return f"column {name}"
