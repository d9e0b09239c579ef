"""What a document's values must be, whichever store keeps them; a ValueError names the field and what to do."""

import math
from functools import lru_cache
from typing import TypeAlias

Trail: TypeAlias = tuple[str, ...]

MAX_DEPTH = 20
MIN_INTEGER, MAX_INTEGER = -(2**63), 2**63 - 1


def wrong(trail: Trail, what: str) -> ValueError:
    """The error for the value that lies at `trail`."""
    return ValueError(f"{'.'.join(trail) or 'The document'}: {what}.")


def check_depth(trail: Trail) -> None:
    """Raise ValueError for a map that lies too deep."""
    if len(trail) > MAX_DEPTH:
        raise wrong(trail, f"maps and lists are more than {MAX_DEPTH} deep")


def check_number(value: float, trail: Trail) -> None:
    """Raise ValueError for an integer beyond 64 bits, or for what is no finite number."""
    if isinstance(value, int):
        if not MIN_INTEGER <= value <= MAX_INTEGER:
            raise wrong(trail, "the integer does not fit into 64 bits")
    elif not math.isfinite(value):
        raise wrong(trail, "the number is not finite; leave the field out or use None")


def check_characters(text: str, trail: Trail) -> None:
    """Raise ValueError when a text is no Unicode."""
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError:
        raise wrong(trail, "the text holds half of a surrogate pair; give whole characters") from None


def check_field_name(name: object, trail: Trail = ()) -> None:
    """Raise ValueError when a map's key cannot be one; a document's own fields hold neither '/' nor '.'."""
    if not isinstance(name, str):
        raise wrong(trail, f"the key {name!r} is not a text; keys are strings")
    if not name or (name[:2] == "__" and name[-2:] == "__"):
        raise wrong(trail, f"the key {name!r} is empty or reserved; name it otherwise")
    if not trail and ("." in name or "/" in name):
        raise wrong(trail, f"the field name {name!r} holds '/' or '.'; name it otherwise")
    check_characters(name, trail)


@lru_cache(maxsize=4096)
def field_trail(name: object) -> Trail:
    """The checked parts of a dotted field path."""
    if not isinstance(name, str):
        raise ValueError(f"the field {name!r} is not named by a text.")  # noqa: TRY004 - every value that cannot be stored is a ValueError
    trail = tuple(name.split("."))
    for part in trail:
        check_field_name(part)
    return trail


def no_time_zone(trail: Trail) -> ValueError:
    """The error for a time without its zone."""
    return wrong(trail, "the time has no time zone; give an aware datetime in UTC")


def no_list_in_list(trail: Trail) -> ValueError:
    """The error for a list that lies in a list."""
    return wrong(trail, "a list cannot hold a list; put it into a map")


def no_transform_here(trail: Trail) -> ValueError:
    """The error for a transform in a list, or in what is looked for."""
    return wrong(trail, "a transform cannot stand here")


def not_storable(kind: type, trail: Trail) -> ValueError:
    """The error for a value of a kind that no document holds."""
    return wrong(trail, f"a {kind.__name__} cannot be stored; use None, bool, int, float, str, datetime, list or dict")
