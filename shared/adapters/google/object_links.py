"""Links to objects by Cloud Storage's V4 signatures, written from a moment that follows from their end."""

import hashlib
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

from shared.adapters.google.signers import Signer
from shared.domain.object_names import check_media_type, object_parts
from shared.ports.clock import Clock
from shared.ports.objects import SignedUpload

ALGORITHM = "GOOG4-RSA-SHA256"
LONGEST = timedelta(days=7)
# As long as what IAM signs is sure to be accepted, and longer than links are by default.
USUAL = timedelta(hours=12)


class SignedLinks:
    """Makes links to objects of one bucket at `base_url`.

    The library's own links hold the moment at which they were made, so that no two are equal. These hold a moment twelve
    hours before their end, or seven days when they last longer.
    """

    def __init__(self, bucket: str, *, signer: Signer, clock: Clock, base_url: str) -> None:
        self._bucket = bucket
        self._signer = signer
        self._clock = clock
        self._base_url = base_url.rstrip("/")

    def upload(self, name: str, *, media_type: str, max_bytes: int, expires_at: datetime) -> SignedUpload:
        """A link to create this object once; raises Invalid or ValueError."""
        check_media_type(media_type)
        if max_bytes < 1:
            raise ValueError("an upload of less than one byte is no upload")
        headers = {
            "Content-Type": media_type,
            "x-goog-content-length-range": f"0,{max_bytes}",
            "x-goog-if-generation-match": "0",
        }
        return SignedUpload(method="PUT", url=self._sign("PUT", name, headers, expires_at), headers=headers)

    def download(self, name: str, *, expires_at: datetime) -> str:
        """A link to read this object; raises Invalid or ValueError."""
        return self._sign("GET", name, {}, expires_at)

    def _sign(self, method: str, name: str, headers: Mapping[str, str], expires_at: datetime) -> str:
        object_parts(name)
        signed_at, seconds = self._span(expires_at)
        return signed_url(
            self._signer,
            method=method,
            base_url=self._base_url,
            path=f"/{self._bucket}/{name}",
            headers=headers,
            signed_at=signed_at,
            seconds=seconds,
        )

    def _span(self, expires_at: datetime) -> tuple[datetime, int]:
        if expires_at.tzinfo is None:
            raise ValueError("the expiry of a link is an aware time")
        ends = datetime.fromtimestamp(math.floor(expires_at.timestamp()), UTC)
        left = ends - self._clock.now()
        if left > LONGEST:
            raise ValueError("a link lasts at most seven days")
        length = USUAL if left <= USUAL else LONGEST
        return ends - length, int(length.total_seconds())


def signed_url(
    signer: Signer,
    *,
    method: str,
    base_url: str,
    path: str,
    headers: Mapping[str, str],
    signed_at: datetime,
    seconds: int,
) -> str:
    """A URL that permits one method on one path, with exactly these headers, for `seconds` from `signed_at`."""
    stamp = signed_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/auto/storage/goog4_request"
    lines = {key.lower(): " ".join(value.split()) for key, value in headers.items()} | {
        "host": urlsplit(base_url).netloc
    }
    names = ";".join(sorted(lines))
    query = canonical_query(
        {
            "X-Goog-Algorithm": ALGORITHM,
            "X-Goog-Credential": f"{signer.signer_email}/{scope}",
            "X-Goog-Date": stamp,
            "X-Goog-Expires": str(seconds),
            "X-Goog-SignedHeaders": names,
        }
    )
    resource = quote(path, safe="/~")
    said = "".join(f"{key}:{lines[key]}\n" for key in sorted(lines))
    request = f"{method}\n{resource}\n{query}\n{said}\n{names}\nUNSIGNED-PAYLOAD"
    digest = hashlib.sha256(request.encode()).hexdigest()
    signature = signer.sign_bytes(f"{ALGORITHM}\n{stamp}\n{scope}\n{digest}".encode())
    return f"{base_url}{resource}?{query}&X-Goog-Signature={signature.hex()}"


def canonical_query(parameters: Mapping[str, str]) -> str:
    """The parameters as they are signed: percent-encoded and in order."""
    return "&".join(sorted(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in parameters.items()))
