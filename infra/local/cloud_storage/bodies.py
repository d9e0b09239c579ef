"""What comes in the bodies of uploads."""

import json
from collections.abc import Mapping
from email.message import Message

from starlette.requests import Request

from infra.local.cloud_storage.problems import Refused, invalid

MAX_BODY_BYTES = 256 * 2**20


async def whole_body(request: Request, *, most: int | None = None) -> bytes:
    """All of the body, read to its end; raises Refused when it has more than `most` bytes."""
    data = bytearray()
    length = 0
    limit = MAX_BODY_BYTES if most is None else most
    async for part in request.stream():
        length += len(part)
        # Read on without keeping it: who is still sending would see a broken connection, not the reason.
        if length <= limit:
            data += part
        elif length > MAX_BODY_BYTES:
            break
    if length > limit:
        raise Refused(
            400, "entityTooLarge", f"Your proposed upload is larger than the {limit} bytes that are permitted."
        )
    return bytes(data)


def described(data: bytes) -> dict[str, object]:
    """An object's description in JSON; raises Refused."""
    try:
        read = json.loads(data or b"{}")
    except ValueError:
        raise invalid("The description of the object is no JSON.") from None
    if not isinstance(read, dict):
        raise invalid("The description of the object is no JSON object.")
    return read


def related(headers: Mapping[str, str], body: bytes) -> tuple[dict[str, object], bytes]:
    """The description and the bytes of a multipart/related upload; raises Refused."""
    kind = Message()
    kind["content-type"] = headers.get("content-type", "")
    boundary = kind.get_boundary()
    if kind.get_content_type() != "multipart/related" or not boundary:
        raise invalid("The body of a multipart upload is multipart/related with a boundary.")
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if len(parts) != 4 or not parts[3].startswith(b"--"):
        raise invalid("A multipart upload has two parts.")
    (_, first), (head, second) = (_part(part) for part in parts[1:3])
    return {"contentType": head} | described(first) if head else described(first), second


def _part(part: bytes) -> tuple[str, bytes]:
    head, found, content = part.partition(b"\r\n\r\n")
    if not found:
        raise invalid("A part of the upload has no headers.")
    lines = (line.partition(b":") for line in head.split(b"\r\n"))
    kinds = [value.strip().decode("latin-1") for name, _, value in lines if name.strip().lower() == b"content-type"]
    return (kinds[0] if kinds else ""), content
