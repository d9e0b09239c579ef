"""Which names an object may have, wherever it is stored."""

import re

from shared.domain.errors import FieldError, Invalid

MAX_NAME = 900
MAX_PART = 200
# Less than the 8 KiB of Cloud Storage, because its adapter keeps a mark of its own there.
MAX_METADATA_BYTES = 8 * 1024 - 64
# What names of uploads have behind their organisation: orgs/{org}/uploads/… may lie in a bucket of its own.
UPLOADS = "uploads"
_PART = re.compile(rf"[A-Za-z0-9._-]{{1,{MAX_PART}}}")
_TAIL = re.compile(rf"[A-Za-z0-9._-]{{0,{MAX_PART}}}")
_MEDIA_TYPE = re.compile(
    r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}(; ?charset=[A-Za-z0-9-]{1,32})?"
)
_METADATA_KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")


def object_parts(name: str) -> tuple[str, ...]:
    """The parts of a name; raises Invalid unless each is 1 to 200 of [A-Za-z0-9._-] and neither `.` nor `..`."""
    parts = tuple(name.split("/")) if len(name) <= MAX_NAME else ()
    if not parts or not all(_is_part(part) for part in parts):
        raise _wrong(
            "/name",
            f"must be at most {MAX_NAME} characters: parts of A-Z a-z 0-9 . _ - joined by /, none of them . or ..",
        )
    return parts


def prefix_parts(prefix: str) -> tuple[tuple[str, ...], str]:
    """The whole parts of a prefix and the beginning of the next; raises Invalid when no name can begin like this."""
    *parts, tail = prefix.split("/")
    if len(prefix) > MAX_NAME or not all(_is_part(part) for part in parts) or _TAIL.fullmatch(tail) is None:
        raise _wrong(
            "/prefix", "must be the beginning of a name: parts of A-Z a-z 0-9 . _ - joined by /, none of them . or .."
        )
    return tuple(parts), tail


def check_media_type(media_type: str) -> None:
    """Raises Invalid unless it reads `type/subtype` in lower case, at most with a charset."""
    if _MEDIA_TYPE.fullmatch(media_type) is None:
        raise _wrong("/media_type", "must be type/subtype in lower case, such as image/png")


def check_metadata(metadata: dict[str, str]) -> None:
    """Raises Invalid unless the keys are short snake_case names and all of it has at most MAX_METADATA_BYTES."""
    size = 0
    for key, value in metadata.items():
        if _METADATA_KEY.fullmatch(key) is None or not isinstance(value, str):
            raise _wrong("/metadata", "must be text under snake_case names of at most 63 characters")
        size += len(key) + len(value.encode())
    if size > MAX_METADATA_BYTES:
        raise _wrong("/metadata", f"has {size} bytes; at most {MAX_METADATA_BYTES} are kept with an object")


def _is_part(part: str) -> bool:
    return _PART.fullmatch(part) is not None and part not in {".", ".."}


def _wrong(pointer: str, detail: str) -> Invalid:
    return Invalid([FieldError(pointer, detail)])
