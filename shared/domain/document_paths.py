"""Paths of documents and collections, checked and taken apart."""

from functools import lru_cache
from typing import NamedTuple

MAX_ID_BYTES = 1500
MAX_PATH_BYTES = 6 * 1024


class Place(NamedTuple):
    """Where a document lies: its path, the path and the last name of its collection, and its id."""

    path: str
    parent: str
    collection: str
    id: str


def check_name(name: str, kind: str, whole: str) -> None:
    """Raise ValueError when an id or a collection's name cannot be one; `kind` and `whole` make the sentence."""
    if not name or "." in name or "/" in name or (name.startswith("__") and name.endswith("__")):
        raise ValueError(f"{whole!r}: {kind} {name!r} must not be empty, hold '/' or '.', or be like '__x__'.")
    if not name.isprintable() and any(ord(letter) < 32 or ord(letter) == 127 for letter in name):
        raise ValueError(f"{whole!r}: {kind} {name!r} holds a control character; leave it out.")
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise ValueError(f"{whole!r}: {kind} {name!r} holds half of a surrogate pair; give whole characters.") from None
    if size > MAX_ID_BYTES:
        raise ValueError(f"A path's part is {size:,} bytes long; at most {MAX_ID_BYTES:,} are allowed.")


def _check_parts(path: str) -> list[str]:
    parts = path.split("/")
    for part in parts:
        check_name(part, "the part", path)
    if len(path.encode()) > MAX_PATH_BYTES:
        raise ValueError(f"A path is longer than {MAX_PATH_BYTES:,} bytes.")
    return parts


@lru_cache(maxsize=4096)
def document_place(path: str) -> Place:
    """The place of a document; ValueError when the path does not end in an id."""
    parts = _check_parts(path)
    if len(parts) % 2:
        raise ValueError(f"{path!r} is no document's path: collections and ids alternate, and it ends in an id.")
    return Place(path, path.rpartition("/")[0], parts[-2], parts[-1])


@lru_cache(maxsize=4096)
def collection_name(path: str, *, group: bool) -> str:
    """The last name of a collection's path (with `group`, the name itself); ValueError when it is no such path."""
    parts = _check_parts(path)
    if group and len(parts) != 1:
        raise ValueError(f"{path!r}: a query over a group names the collection alone, such as 'batches'.")
    if not len(parts) % 2:
        raise ValueError(
            f"{path!r} is no collection's path: collections and ids alternate, and it ends in a collection."
        )
    return parts[-1]
