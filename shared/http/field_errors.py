"""From pydantic's errors to one sentence a field, in words that a person understands."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic_core import ErrorDetails

from shared.domain.errors import FieldError

_ANYTHING: Final = object()
_GIVE_NULL: Final = "Give null."

_SENTENCES: Mapping[str, str] = {
    "missing": "This field is needed.",
    "extra_forbidden": "There is no field of this name here: check the spelling or leave it out.",
    "string_type": "Give text.",
    "int_type": "Give a whole number.",
    "int_from_float": "Give a whole number.",
    "int_parsing": "Give a whole number.",
    "int_parsing_size": "This number is too large.",
    "float_type": "Give a number.",
    "float_parsing": "Give a number.",
    "finite_number": "Give a finite number.",
    "bool_type": "Give true or false.",
    "bool_parsing": "Give true or false.",
    "none_required": _GIVE_NULL,
    "list_type": "Give a list.",
    "tuple_type": "Give a list.",
    "dict_type": "Give an object.",
    "model_type": "Give an object.",
    "model_attributes_type": "Give an object.",
    "datetime_type": "Give a time like 2026-05-01T09:00:00Z.",
    "datetime_parsing": "Give a time like 2026-05-01T09:00:00Z.",
    "datetime_from_date_parsing": "Give a time like 2026-05-01T09:00:00Z.",
    "datetime_object_invalid": "Give a time like 2026-05-01T09:00:00Z.",
    "timezone_aware": "Give the time with its zone, like 2026-05-01T09:00:00Z.",
    "date_type": "Give a date like 2026-05-01.",
    "date_parsing": "Give a date like 2026-05-01.",
    "date_from_datetime_parsing": "Give a date like 2026-05-01.",
    "date_from_datetime_inexact": "Give a date without a time, like 2026-05-01.",
    "string_unicode": "This is not valid text.",
    "recursion_loop": "This is nested too deeply.",
}


def field_errors(errors: Iterable[ErrorDetails], data: object = _ANYTHING, prefix: str = "") -> list[FieldError]:
    """One FieldError a wrong field, in the order of the request; several complaints about one field are joined.

    `data` is what was sent: a location's parts that do not lead anywhere in it (the branches of a union) are left out.
    """
    found: dict[str, list[str]] = {}
    for error in _without_echoes(list(errors)):
        at = prefix + pointer(error["loc"], data, keep_last=error["type"] == "missing")
        sentences = found.setdefault(at, [])
        sentence = sentence_of(error)
        if sentence not in sentences:
            sentences.append(sentence)
    wrong_within = {at[:end] for at in found for end, character in enumerate(at) if character == "/"}
    return [
        FieldError(at, " Or: ".join(_of_use(sentences)))
        for at, sentences in found.items()
        if sentences != [_GIVE_NULL] or at not in wrong_within
    ]


def _of_use(sentences: list[str]) -> list[str]:
    """Who gave a wrong value is not told to give none: not every field that could be left out takes a null."""
    return [sentence for sentence in sentences if sentence != _GIVE_NULL] or sentences


def _without_echoes(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """A list whose entries are wrong is also said to be too short: that would be told to nobody's use."""
    within = {error["loc"][:depth] for error in errors for depth in range(len(error["loc"]))}
    return [error for error in errors if error["type"] != "too_short" or error["loc"] not in within]


def pointer(location: Sequence[str | int], data: object = _ANYTHING, *, keep_last: bool = False) -> str:
    """The JSON pointer (RFC 6901) of a location."""
    parts: list[str] = []
    here = data
    for place, step in enumerate(location):
        if here is not _ANYTHING:
            found, here = _inside(here, step)
            if not found and not (keep_last and place == len(location) - 1):
                continue
        parts.append(str(step).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{part}" for part in parts)


def _inside(container: Any, step: str | int) -> tuple[bool, Any]:
    """Whether the step leads somewhere in what was sent, and where; else the container itself."""
    if isinstance(container, Mapping) and step in container:
        return True, container[step]
    if isinstance(container, list) and isinstance(step, int) and 0 <= step < len(container):
        return True, container[step]
    return False, container


def sentence_of(error: ErrorDetails) -> str:
    """What is wrong and what to do, without showing the value that was sent."""
    kind, context = error["type"], error.get("ctx") or {}
    if kind in _SENTENCES:
        return _SENTENCES[kind]
    if kind in ("value_error", "assertion_error"):
        return _sentence(str(context.get("error", "")) or error["msg"])
    return _with_bounds(kind, context) or _sentence(error["msg"])


def _with_bounds(kind: str, context: Mapping[str, Any]) -> str | None:
    if kind == "string_too_short":
        least = context["min_length"]
        return "This may not be empty." if least == 1 else f"Give at least {least} characters."
    if kind == "too_short":
        least = context["min_length"]
        return "Give at least one entry." if least == 1 else f"Give at least {least} entries."
    templates = {
        "string_too_long": "Give at most {max_length:,} characters.",
        "string_pattern_mismatch": "This holds a character that is not allowed here, or has another form than expected.",
        "too_long": "Give at most {max_length:,} entries.",
        "greater_than_equal": "Give {ge:,} or more.",
        "greater_than": "Give more than {gt:,}.",
        "less_than_equal": "Give {le:,} or less.",
        "less_than": "Give less than {lt:,}.",
        "literal_error": "Give one of {expected}.",
        "enum": "Give one of {expected}.",
    }
    return templates[kind].format(**context) if kind in templates else None


def _sentence(text: str) -> str:
    text = text.strip() or "This is not valid."
    text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
