"""Signed links of the stand-in: V4 signatures proven as Cloud Storage does, then one object read or made."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

from starlette.requests import Request

from infra.local.cloud_storage.keys import ThrowAwayAccount
from infra.local.cloud_storage.problems import Refused
from shared.ports.clock import Clock

_LONGEST_SECONDS = 604_800
_SKEW = timedelta(minutes=15)
_FIELDS = ("X-Goog-Algorithm", "X-Goog-Credential", "X-Goog-Date", "X-Goog-Expires", "X-Goog-SignedHeaders")
_RANGE = re.compile(r"(\d{1,15}),(\d{1,15})")


def check_signature(request: Request, account: ThrowAwayAccount, clock: Clock) -> None:
    """Raises Refused unless the link was signed by the account for this very request and has not ended."""
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    query = dict(pairs)
    if len(query) != len(pairs) or any(name not in query for name in (*_FIELDS, "X-Goog-Signature")):
        raise Refused(403, "accessDenied", "Anonymous caller does not have access: the link is not signed.")
    names = query["X-Goog-SignedHeaders"].split(";")
    unsigned = [name for name in request.headers if name.startswith("x-goog-") and name not in names]
    if "host" not in names or unsigned:
        raise Refused(400, "invalidArgument", f"These headers must be signed: {', '.join(unsigned) or 'host'}.")
    stamp = query["X-Goog-Date"]
    scope = f"{stamp[:8]}/auto/storage/goog4_request"
    if (
        query["X-Goog-Algorithm"] != "GOOG4-RSA-SHA256"
        or query["X-Goog-Credential"] != f"{account.signer_email}/{scope}"
    ):
        raise _mismatch()
    # A GET link reads the head alone, too.
    methods = ["HEAD", "GET"] if request.method == "HEAD" else [request.method]
    if not any(account.signed(_to_sign(request, method, query, names, scope), _hex(query)) for method in methods):
        raise _mismatch()
    _check_time(stamp, query["X-Goog-Expires"], clock.now())


def length_range(headers: Mapping[str, str]) -> tuple[int, int | None]:
    """The fewest and the most bytes that x-goog-content-length-range permits; raises Refused."""
    said = headers.get("x-goog-content-length-range")
    if said is None:
        return 0, None
    match = _RANGE.fullmatch(said)
    if match is None:
        raise Refused(400, "invalidArgument", "x-goog-content-length-range must be MIN,MAX.")
    return int(match[1]), int(match[2])


def _to_sign(request: Request, method: str, query: Mapping[str, str], names: list[str], scope: str) -> bytes:
    path = request.scope["raw_path"].decode("ascii")
    said = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in names)
    rest = sorted(
        f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in query.items() if key != "X-Goog-Signature"
    )
    payload = request.headers.get("x-goog-content-sha256", "UNSIGNED-PAYLOAD")
    canonical = "\n".join((method, path, "&".join(rest), said, ";".join(names), payload))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return "\n".join((query["X-Goog-Algorithm"], query["X-Goog-Date"], scope, digest)).encode()


def _check_time(stamp: str, seconds: str, now: datetime) -> None:
    try:
        start = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        length = int(seconds)
    except ValueError:
        raise Refused(400, "invalidArgument", "X-Goog-Date or X-Goog-Expires cannot be read.") from None
    if not 0 < length <= _LONGEST_SECONDS:
        raise Refused(400, "invalidArgument", f"X-Goog-Expires must be 1 to {_LONGEST_SECONDS} seconds.")
    if start > now + _SKEW:
        raise Refused(403, "requestTimeTooSkewed", "The link is not valid yet.")
    if now >= start + timedelta(seconds=length):
        raise Refused(400, "expiredToken", "The provided token has expired.")


def _hex(query: Mapping[str, str]) -> bytes:
    try:
        return bytes.fromhex(query["X-Goog-Signature"])
    except ValueError:
        raise _mismatch() from None


def _mismatch() -> Refused:
    return Refused(
        403,
        "signatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check the link and the signed headers.",
    )
