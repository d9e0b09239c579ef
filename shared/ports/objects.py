"""The object store: immutable bytes under names, with signed links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectInfo:
    """What is known of a stored object without reading it; `metadata` are short strings given when it was put."""

    name: str
    bytes: int
    media_type: str
    metadata: Mapping[str, str]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedUpload:
    """How a client puts one object straight into the store: these headers must be sent as they are."""

    method: str
    url: str
    headers: Mapping[str, str]


class ObjectStore(Protocol):
    """Objects. Names are `/`-joined parts of [A-Za-z0-9._-], none of them `.` or `..`. Raises Unavailable when unreachable."""

    def put(
        self, name: str, data: bytes, *, media_type: str, metadata: Mapping[str, str] | None = None, absent: bool = True
    ) -> bool:
        """Store durably and whole, or not at all; True when stored, False when `absent` was asked and it is there already."""
        ...

    def get(self, name: str, *, max_bytes: int | None = None) -> bytes:
        """The bytes; raises NotFound, or TooLarge when there are more than `max_bytes`."""
        ...

    def find(self, name: str) -> ObjectInfo | None:
        """What is known of it, or None."""
        ...

    def delete(self, name: str) -> None:
        """Remove it; an absent one is fine."""
        ...

    def list(self, prefix: str, *, limit: int = 1000, start_after: str = "") -> list[ObjectInfo]:
        """Objects whose names begin with `prefix`, by name, after `start_after`."""
        ...

    def sign_upload(self, name: str, *, media_type: str, max_bytes: int, expires_at: datetime) -> SignedUpload:
        """A link by which a client may create this object once, of this type and at most this size, until it expires."""
        ...

    def sign_downloads(self, names: Sequence[str], *, expires_at: datetime) -> Sequence[str]:
        """Links by which these objects may be read until they expire, in the order asked; equal input gives equal links."""
        ...

    def ping(self) -> None:
        """Return when the store answers; raise Unavailable otherwise."""
        ...
