"""Reading request bodies: media type, size while it comes in, JSON, strict models, the fingerprint of what was sent."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import anyio
import orjson
from fastapi import Depends, HTTPException, Request
from pydantic import BaseModel, ValidationError

from shared.domain.errors import FieldError, Invalid, Malformed, TooLarge, UnsupportedMedia
from shared.http.field_errors import field_errors
from shared.http.services import ApiSettings

MAX_VALUES = 500_000
MAX_NAMED_ERRORS = 100_000

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Body(Generic[M]):
    """A request's body as a model, and the SHA-256 of its canonical JSON."""

    value: M
    fingerprint: str


async def read_body(request: Request) -> bytes:
    """The body of JSON; raises UnsupportedMedia, and what `received` raises."""
    body = await received(request)
    if body:
        check_media_type(request)
    return body


async def received(request: Request) -> bytes:
    """The body, whatever it is; raises TooLarge as soon as there is more of it than is taken, HTTPException (408) when it takes too long."""
    settings: ApiSettings = request.app.state.settings
    limit = settings.max_body_bytes
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length) > limit:
        raise too_large(limit)
    try:
        # Whoever sends a byte now and then would keep all that came before it in memory.
        with anyio.fail_after(settings.body_seconds):
            body = await _received(request, limit)
    except TimeoutError:
        told = f"The body did not arrive within {settings.body_seconds:g} seconds. Send it faster, or split it."
        raise HTTPException(408, told, {"Connection": "close"}) from None
    return body


async def _received(request: Request, limit: int) -> bytes:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def too_large(limit: int) -> TooLarge:
    """The error for a body of more than `limit` bytes."""
    words = f"{limit / 2**20:g} MiB" if limit >= 2**20 else f"{limit:,} bytes"
    return TooLarge(f"The body may have at most {words}. Split it into several requests.")


def check_media_type(request: Request) -> None:
    """Raises UnsupportedMedia unless the body is said to be plain JSON in UTF-8."""
    media_type, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    if media_type != "application/json":
        raise UnsupportedMedia("Send JSON with the header Content-Type: application/json.")
    charsets = {part.removeprefix("charset=").strip('"') for part in parameters if part.startswith("charset=")}
    if charsets - {"utf-8", "utf8"}:
        raise UnsupportedMedia("Send the JSON in UTF-8.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMedia("Send the body uncompressed, without Content-Encoding.")


class JsonBody(Generic[M]):
    """A dependency: the body as a model. With `optional`, no body at all is the model's defaults."""

    def __init__(self, model: type[M], *, example: Mapping[str, Any], optional: bool = False) -> None:
        self.model = model
        self.example = example
        self.optional = optional

    def __call__(self, raw: Annotated[bytes, Depends(read_body)]) -> Body[M]:
        """Parsed in a worker thread: sixteen megabytes must not hold up those who wait for events."""
        if not raw.strip() and self.optional:
            raw = b"{}"
        return parse(self.model, raw)


@dataclass(frozen=True, slots=True)
class File:
    """A file that was sent as a request's body, and its SHA-256."""

    data: bytes
    fingerprint: str


@dataclass(frozen=True, slots=True)
class FileBody:
    """A dependency: the body as a file of this media type."""

    media_type: str

    async def __call__(self, request: Request) -> File:
        """Raises Malformed when there is none, UnsupportedMedia, TooLarge."""
        data = await received(request)
        if not data:
            raise Malformed("The body is empty. Send the file as the body.")
        said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if said != self.media_type:
            raise UnsupportedMedia(f"Send the file with the header Content-Type: {self.media_type}.")
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            raise UnsupportedMedia("Send the file uncompressed, without Content-Encoding.")
        return File(data, hashlib.sha256(data).hexdigest())


def parse(model: type[M], raw: bytes) -> Body[M]:
    """The model in these bytes; raises Malformed for what is no JSON, TooLarge, Invalid naming every wrong field."""
    if not raw.strip():
        raise Malformed("The body is empty. Send a JSON object.")
    try:
        data = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The body is not valid JSON: {error}.") from None
    if has_more_values(data, MAX_VALUES):
        raise TooLarge(f"The body may hold at most {MAX_VALUES:,} values. Split it into several requests.")
    try:
        value = model.model_validate_json(raw, strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        # Each takes a kilobyte to name: a body of nothing but mistakes would fill the memory.
        if (count := error.error_count()) > MAX_NAMED_ERRORS:
            told = (
                f"{count:,} values are wrong, too many to name them. Compare one entry with /v1/docs and send it alone."
            )
            raise Invalid([FieldError("", told)], told) from None
        problems = error.errors(include_url=False, include_input=False)
        if any(problem["type"] == "json_invalid" for problem in problems):
            raise Malformed("The body is not valid JSON: it is nested too deeply or holds broken text.") from None
        raise Invalid(field_errors(problems, data)) from None
    canonical = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    return Body(value, hashlib.sha256(canonical).hexdigest())


def has_more_values(data: object, most: int) -> bool:
    """Whether there are more than `most` entries in the lists and objects of this JSON, counted no further than that."""
    waiting, found = [data], 0
    while waiting:
        here = waiting.pop()
        entries = here.values() if isinstance(here, dict) else here if isinstance(here, list) else ()
        found += len(entries)
        if found > most:
            return True
        waiting.extend(entry for entry in entries if isinstance(entry, dict | list))
    return False
