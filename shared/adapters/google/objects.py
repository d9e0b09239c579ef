"""The object store on Cloud Storage, by Google's own client."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING

from shared.adapters.google.object_links import SignedLinks
from shared.adapters.google.sessions import STORAGE_URL
from shared.adapters.google.signers import Signer
from shared.domain.errors import NotFound, TooLarge, Unavailable
from shared.domain.object_names import check_media_type, check_metadata, object_parts, prefix_parts
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.ids import Ids
from shared.ports.objects import ObjectInfo, SignedUpload

if TYPE_CHECKING:
    from google.api_core.retry import Retry
    from google.cloud.storage import Blob, Bucket, Client  # type: ignore[import-untyped]

SIGNED_AT_ONCE = 32
_TIMEOUT_SECONDS = (5.0, 60.0)
_PING_SECONDS = (2.0, 3.0)
_READ_PATIENCE_SECONDS = 20.0
# No key of the port's own metadata holds a hyphen.
_PUT = "fanfold-put"
_SHOWN = ("image/", "video/")
# Below every character of a name, so that nothing lies between a name and the same name with this behind it.
_NEXT = "!"
# As long as links stay equal by default; what may be replaced is asked for again each time.
_KEPT, _ASKED = "private, max-age=21600", "private, no-cache"
_TRIES = 3

_log = logger(__name__)
_STORING = {
    401: "its credentials are refused",
    403: "this service account may not do this: let it use the objects of the bucket (roles/storage.objectUser)",
    404: "the bucket does not exist: create it, or name another one",
    429: "it takes no more requests for a moment",
}
_SIGNING = {
    401: "its credentials are refused",
    403: "this service account may not sign: let it create tokens for itself (roles/iam.serviceAccountTokenCreator)",
    404: "the service account that signs does not exist: name another one",
    429: "no more signatures are made for a moment",
}


class CloudStorageObjectStore:
    """An ObjectStore in one bucket; whoever may sign for `signer`'s account makes links at `url`.

    `connect` makes the client, once, at the first use. A put goes on trying for `patience_seconds`, for what it stores was
    paid for; everything else for at most twenty.
    """

    def __init__(
        self,
        connect: "Callable[[], Client]",
        bucket: str,
        *,
        clock: Clock,
        ids: Ids,
        signer: Signer,
        url: str = STORAGE_URL,
        patience_seconds: float = 120.0,
    ) -> None:
        self._connect = connect
        self._name = bucket
        self._ids = ids
        self._patience_seconds = patience_seconds
        self._links = SignedLinks(bucket, signer=signer, clock=clock, base_url=url)
        self._signers = ThreadPoolExecutor(SIGNED_AT_ONCE, thread_name_prefix="sign")
        self._lock = Lock()
        self._client: Client | None = None

    def put(
        self, name: str, data: bytes, *, media_type: str, metadata: Mapping[str, str] | None = None, absent: bool = True
    ) -> bool:
        """Store durably and whole, or not at all; False when `absent` was asked and it is there already."""
        object_parts(name)
        check_media_type(media_type)
        described = dict(metadata or {})
        check_metadata(described)
        mark = self._ids.new("put")
        with _translated():
            for _ in range(_TRIES):
                if self._upload(name, data, media_type, described | {_PUT: mark}, absent=absent):
                    return True
                # Refused because it is there; but the answer to our own upload may have been lost, and the try after it refused.
                stored = self._find(name)
                if stored is not None:
                    return (stored.metadata or {}).get(_PUT) == mark
        raise Unavailable(f"The object {name} comes and goes while it is stored: try again.")

    def get(self, name: str, *, max_bytes: int | None = None) -> bytes:
        """The bytes, checked against their checksum; raises NotFound, or TooLarge when there are more than `max_bytes`."""
        from google.api_core.exceptions import NotFound as Absent

        object_parts(name)
        sink = _Sink(max_bytes)
        with _translated():
            try:
                # Raw: whoever uploads by a link might say that it is compressed, and have it grow while it is read.
                self._bucket.blob(name).download_to_file(
                    sink, raw_download=True, checksum="crc32c", timeout=_TIMEOUT_SECONDS, retry=self._retry()
                )
            except Absent:
                raise NotFound(f"There is no object {name}.") from None
            except _Full:
                stored = self._find(name)
                size = "more" if stored is None else stored.size
                raise TooLarge(f"The object has {size} bytes; at most {max_bytes} are taken here.") from None
        return bytes(sink.data)

    def find(self, name: str) -> ObjectInfo | None:
        """What is known of it, or None."""
        object_parts(name)
        with _translated():
            stored = self._find(name)
        return None if stored is None else _info(stored)

    def delete(self, name: str) -> None:
        """Remove it durably; an absent one is fine."""
        from google.api_core.exceptions import NotFound as Absent

        object_parts(name)
        with _translated():
            try:
                # Without a generation the client would not try again; here twice is as good as once.
                self._bucket.delete_blob(name, retry=self._retry(), timeout=_TIMEOUT_SECONDS)
            except Absent:
                return

    def list(self, prefix: str, *, limit: int = 1000, start_after: str = "") -> list[ObjectInfo]:
        """At most `limit` objects whose names begin with `prefix`, by name, after `start_after`."""
        if limit < 1:
            raise ValueError("a list of less than one object is no list")
        prefix_parts(prefix)
        with _translated():
            found = self._bucket.list_blobs(
                prefix=prefix,
                start_offset=start_after + _NEXT if start_after else None,
                max_results=limit,
                fields="items(name,size,contentType,metadata,timeCreated),nextPageToken",
                timeout=_TIMEOUT_SECONDS,
                retry=self._retry(),
            )
            return [_info(blob) for blob in found]

    def sign_upload(self, name: str, *, media_type: str, max_bytes: int, expires_at: datetime) -> SignedUpload:
        """A link by which a client may create this object once, of this type and at most this size, until it expires."""
        with _translated(_SIGNING):
            return self._links.upload(name, media_type=media_type, max_bytes=max_bytes, expires_at=expires_at)

    def sign_downloads(self, names: Sequence[str], *, expires_at: datetime) -> Sequence[str]:
        """Links by which these objects may be read until they expire, in the order asked; equal input gives equal links.

        Links of more than twelve hours change once, when twelve hours are left.
        """
        with _translated(_SIGNING):
            return [*self._signers.map(lambda name: self._links.download(name, expires_at=expires_at), names)]

    def ping(self) -> None:
        """Return when the bucket can be listed; raise Unavailable otherwise."""
        with _translated():
            found = self._bucket.list_blobs(max_results=1, fields="items(name)", timeout=_PING_SECONDS, retry=None)
            next(iter(found), None)

    def close(self) -> None:
        """Let go of threads and connections."""
        self._signers.shutdown()
        with self._lock:
            if self._client is not None:
                self._client.close()

    @property
    def _bucket(self) -> "Bucket":
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client.bucket(self._name)

    def _find(self, name: str) -> "Blob | None":
        return self._bucket.get_blob(name, timeout=_TIMEOUT_SECONDS, retry=self._retry())

    def _retry(self, seconds: float = _READ_PATIENCE_SECONDS) -> "Retry":
        from google.cloud.storage.retry import DEFAULT_RETRY  # type: ignore[import-untyped]

        retry: Retry = DEFAULT_RETRY.with_timeout(min(seconds, self._patience_seconds))
        return retry

    def _upload(self, name: str, data: bytes, media_type: str, metadata: dict[str, str], *, absent: bool) -> bool:
        from google.api_core.exceptions import PreconditionFailed

        blob = self._bucket.blob(name)
        blob.metadata = metadata
        blob.cache_control = _KEPT if absent else _ASKED
        blob.content_disposition = (
            "inline" if media_type.startswith(_SHOWN) else f'attachment; filename="{object_parts(name)[-1]}"'
        )
        try:
            blob.upload_from_string(
                data,
                content_type=media_type,
                if_generation_match=0 if absent else None,
                checksum="crc32c",
                timeout=_TIMEOUT_SECONDS,
                # Without a precondition too: what is stored twice is the same.
                retry=self._retry(self._patience_seconds),
            )
        except PreconditionFailed:
            return False
        return True


class _Full(Exception):
    """More bytes came than are taken."""


class _Sink:
    """Takes what is downloaded, up to a limit."""

    def __init__(self, max_bytes: int | None) -> None:
        self.data = bytearray()
        self._max_bytes = max_bytes

    def write(self, part: bytes) -> int:
        """Append; raises _Full."""
        if self._max_bytes is not None and len(self.data) + len(part) > self._max_bytes:
            raise _Full
        self.data += part
        return len(part)


def _info(blob: "Blob") -> ObjectInfo:
    return ObjectInfo(
        name=blob.name,
        bytes=int(blob.size or 0),
        media_type=blob.content_type or "application/octet-stream",
        metadata={key: value for key, value in (blob.metadata or {}).items() if key != _PUT},
        created_at=blob.time_created.astimezone(UTC),
    )


@contextmanager
def _translated(reasons: Mapping[int, str] = _STORING) -> Iterator[None]:
    """What Google's libraries raise, in a sentence for whoever runs Fanfold; addresses and answers stay out of it."""
    from google.api_core.exceptions import GoogleAPICallError, GoogleAPIError
    from google.auth.exceptions import GoogleAuthError
    from google.cloud.storage.exceptions import (  # type: ignore[import-untyped]
        DataCorruption,
        InvalidResponse,
    )
    from requests.exceptions import RequestException
    from urllib3.exceptions import HTTPError

    try:
        yield
    except GoogleAPICallError as error:
        status = int(error.code or 0)
        raise _unavailable(reasons.get(status, f"it answered {status}")) from error
    except DataCorruption as error:
        raise _unavailable("what it sent was damaged on the way") from error
    except GoogleAuthError as error:
        raise _unavailable("no credentials can be had") from error
    except (GoogleAPIError, InvalidResponse, RequestException, HTTPError, ConnectionError, TimeoutError) as error:
        raise _unavailable("it does not answer") from error


def _unavailable(reason: str) -> Unavailable:
    _log.error("objects_not_answering", reason=reason)
    return Unavailable(f"The object store does not work now: {reason}.")
