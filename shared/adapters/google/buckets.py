"""Objects in two buckets: uploads that nobody has checked yet, and everything else."""

import heapq
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice

from shared.domain.object_names import UPLOADS, prefix_parts
from shared.ports.objects import ObjectInfo, ObjectStore, SignedUpload

# The third part of a name: orgs/{org}/uploads/…
_UPLOADS_AT = 2


class TwoBuckets:
    """An ObjectStore that keeps `orgs/{org}/uploads/…` in `uploads` and the rest in `kept`."""

    def __init__(self, kept: ObjectStore, uploads: ObjectStore) -> None:
        self._kept = kept
        self._uploads = uploads

    def put(
        self, name: str, data: bytes, *, media_type: str, metadata: Mapping[str, str] | None = None, absent: bool = True
    ) -> bool:
        """Store durably and whole, or not at all; False when `absent` was asked and it is there already."""
        return self._of(name).put(name, data, media_type=media_type, metadata=metadata, absent=absent)

    def get(self, name: str, *, max_bytes: int | None = None) -> bytes:
        """The bytes; raises NotFound, or TooLarge when there are more than `max_bytes`."""
        return self._of(name).get(name, max_bytes=max_bytes)

    def find(self, name: str) -> ObjectInfo | None:
        """What is known of it, or None."""
        return self._of(name).find(name)

    def delete(self, name: str) -> None:
        """Remove it; an absent one is fine."""
        self._of(name).delete(name)

    def list(self, prefix: str, *, limit: int = 1000, start_after: str = "") -> list[ObjectInfo]:
        """Objects whose names begin with `prefix`, by name, after `start_after`."""
        parts, tail = prefix_parts(prefix)
        if len(parts) > _UPLOADS_AT:
            stores = [self._of(prefix)]
        elif len(parts) < _UPLOADS_AT or UPLOADS.startswith(tail):
            stores = [self._kept, self._uploads]
        else:
            stores = [self._kept]
        found = [store.list(prefix, limit=limit, start_after=start_after) for store in stores]
        return [*islice(heapq.merge(*found, key=lambda one: one.name), limit)]

    def sign_upload(self, name: str, *, media_type: str, max_bytes: int, expires_at: datetime) -> SignedUpload:
        """A link by which a client may create this object once, of this type and at most this size, until it expires."""
        return self._of(name).sign_upload(name, media_type=media_type, max_bytes=max_bytes, expires_at=expires_at)

    def sign_downloads(self, names: Sequence[str], *, expires_at: datetime) -> Sequence[str]:
        """Links by which these objects may be read until they expire, in the order asked; equal input gives equal links."""
        links: dict[str, str] = {}
        for store in (self._kept, self._uploads):
            own = [name for name in dict.fromkeys(names) if self._of(name) is store]
            if own:
                links.update(zip(own, store.sign_downloads(own, expires_at=expires_at), strict=True))
        return [links[name] for name in names]

    def ping(self) -> None:
        """Return when both buckets answer; raise Unavailable otherwise."""
        self._kept.ping()
        self._uploads.ping()

    def _of(self, name: str) -> ObjectStore:
        parts = name.split("/")
        is_upload = len(parts) > _UPLOADS_AT and parts[_UPLOADS_AT] == UPLOADS and parts[0] == "orgs"
        return self._uploads if is_upload else self._kept
