"""Resumable uploads that are under way."""

import re
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from threading import Lock

from infra.local.cloud_storage.bodies import MAX_BODY_BYTES
from infra.local.cloud_storage.objects import Upload
from infra.local.cloud_storage.problems import Refused, invalid

_MOST = 64
_SPAN = re.compile(r"bytes (?:(\d{1,12})-(\d{1,12})|\*)/(\d{1,12}|\*)")


class UploadSession:
    """The bytes of one upload that came so far."""

    def __init__(self, upload: Upload) -> None:
        self.answer: Mapping[str, object] | None = None
        self._upload = upload
        self._data = bytearray()
        self._total: int | None = None

    @property
    def held(self) -> int:
        """How many bytes came."""
        return len(self._data)

    def take(self, span: str, data: bytes) -> None:
        """Append what is new of these bytes; raises Refused when they do not follow."""
        match = _SPAN.fullmatch(span) if span else re.fullmatch(_SPAN, f"bytes 0-{len(data) - 1}/{len(data)}")
        if match is None:
            raise invalid("Content-Range must be bytes FIRST-LAST/TOTAL.")
        first, last, total = match.groups()
        if total != "*":
            self._total = int(total)
        if first is None:
            return
        start = int(first)
        if start > self.held or int(last) - start + 1 != len(data) or int(last) >= MAX_BODY_BYTES:
            raise invalid("These bytes do not follow those that came before.")
        self._data += data[self.held - start :]

    def whole(self, sums: str) -> Upload | None:
        """The upload when all of it came, with the checksums that the client sent at last."""
        if self._total is None or self.held < self._total:
            return None
        said = dict(part.strip().split("=", 1) for part in sums.split(",") if "=" in part)
        found = {"crc32c": said.get("crc32c"), "md5Hash": said.get("md5")}
        described = dict(self._upload.described) | {key: value for key, value in found.items() if value}
        return replace(self._upload, data=bytes(self._data), described=described)


class UploadSessions:
    """The uploads that are under way; the oldest is forgotten when there are too many."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[str, UploadSession] = OrderedDict()

    def begin(self, upload: Upload) -> str:
        """A session for this upload, by its id."""
        made = secrets.token_urlsafe(16)
        with self._lock:
            self._known[made] = UploadSession(upload)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        return made

    def get(self, session: str) -> UploadSession:
        """The session; raises Refused."""
        with self._lock:
            found = self._known.get(session)
        if found is None:
            raise Refused(404, "notFound", "There is no such upload.")
        return found
