"""Signed links to objects: what they permit, until when, and how that is proven."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from shared.domain.errors import Forbidden
from shared.domain.object_names import check_media_type, object_parts
from shared.ports.clock import Clock
from shared.ports.objects import SignedUpload

_VERSION = "fanfold-object-link-1"


class ObjectLinks:
    """Makes and checks links below `base_url`, by HMAC-SHA256 over method, name, expiry, type and size."""

    def __init__(self, *, key: bytes, base_url: str, clock: Clock) -> None:
        if len(key) < 32:
            raise ValueError("links are signed with at least 32 bytes")
        self._key = key
        self._base_url = base_url.rstrip("/")
        self._clock = clock

    def upload(self, name: str, *, media_type: str, max_bytes: int, expires_at: datetime) -> SignedUpload:
        """A link to create this object once; raises Invalid or ValueError."""
        object_parts(name)
        check_media_type(media_type)
        if max_bytes < 1:
            raise ValueError("an upload of less than one byte is no upload")
        expires = _seconds(expires_at)
        signature = self._sign("PUT", name, expires, media_type, str(max_bytes))
        query: dict[str, str | int] = {
            "expires": expires,
            "type": media_type,
            "max_bytes": max_bytes,
            "signature": signature,
        }
        return SignedUpload(method="PUT", url=self._url(name, query), headers={"Content-Type": media_type})

    def download(self, name: str, *, expires_at: datetime) -> str:
        """A link to read this object; raises Invalid or ValueError."""
        object_parts(name)
        expires = _seconds(expires_at)
        return self._url(name, {"expires": expires, "signature": self._sign("GET", name, expires, "", "")})

    def check_upload(self, name: str, query: Mapping[str, str]) -> tuple[str, int]:
        """The media type and size that the link permits to upload; raises Forbidden."""
        media_type, max_bytes = query.get("type", ""), query.get("max_bytes", "")
        self._check("PUT", name, query, media_type, max_bytes)
        return media_type, int(max_bytes)

    def check_download(self, name: str, query: Mapping[str, str]) -> int:
        """For how many seconds the link still permits to read; raises Forbidden."""
        return self._check("GET", name, query, "", "")

    def _check(self, method: str, name: str, query: Mapping[str, str], media_type: str, max_bytes: str) -> int:
        expires, given = query.get("expires", ""), query.get("signature", "")
        expected = self._sign(method, name, expires, media_type, max_bytes)
        if not hmac.compare_digest(expected.encode(), given.encode(errors="replace")):
            verb = "upload" if method == "PUT" else "download"
            raise Forbidden(
                f"This link does not permit this {verb}: it was changed, cut short or made for something else. Ask for a new one."
            )
        left = int(expires) - self._clock.now().timestamp()
        if left <= 0:
            raise Forbidden("This link has expired. Ask for a new one.")
        return int(left)

    def _sign(self, method: str, name: str, expires: int | str, media_type: str, max_bytes: str) -> str:
        # None of the parts can hold a line feed and still pass its own check, so the lines are unambiguous.
        canonical = "\n".join((_VERSION, method, name, str(expires), media_type, max_bytes))
        digest = hmac.digest(self._key, canonical.encode(errors="replace"), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def _url(self, name: str, query: Mapping[str, str | int]) -> str:
        return f"{self._base_url}/{name}?{urlencode(query)}"


def _seconds(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("the expiry of a link is an aware time")
    return int(moment.timestamp())
