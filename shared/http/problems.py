"""Problem details (RFC 9457) for every error: which class of error has which status, title and words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from shared.domain.errors import (
    Conflict,
    FanfoldError,
    FieldError,
    Forbidden,
    GuardRefused,
    Invalid,
    KeyReused,
    Malformed,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
)
from shared.logging import logger

_log = logger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:fanfold:problem:"
BUSY_RETRY_SECONDS = 2
MAX_FIELD_ERRORS = 1_000


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its status, the code that programs go by, its title."""

    status: int
    code: str
    title: str


KINDS: Mapping[type[FanfoldError], Kind] = {
    Malformed: Kind(400, "malformed", "The request cannot be read"),
    Unauthenticated: Kind(401, "unauthenticated", "No valid credentials"),
    Forbidden: Kind(403, "forbidden", "Not allowed"),
    NotFound: Kind(404, "not-found", "Not found"),
    Conflict: Kind(409, "conflict", "Not possible in this state"),
    GuardRefused: Kind(409, "changed-meanwhile", "Changed by someone else at the same moment"),
    TooLarge: Kind(413, "too-large", "Too large"),
    UnsupportedMedia: Kind(415, "unsupported-media-type", "Media type not taken here"),
    Invalid: Kind(422, "invalid", "Some fields are wrong"),
    RateLimited: Kind(429, "rate-limited", "Too many requests"),
    Unavailable: Kind(503, "unavailable", "Busy or not reachable"),
}
INTERNAL = Kind(500, "internal", "Something went wrong here")


def kind_of(error: FanfoldError) -> Kind:
    """The kind of the nearest class that is in the table; INTERNAL for what should never reach a client."""
    for ancestor in type(error).__mro__:
        if ancestor in KINDS:
            kind = KINDS[ancestor]
            return Kind(kind.status, error.code, kind.title) if isinstance(error, Conflict) else kind
    return INTERNAL


def respond(request: Request, error: FanfoldError) -> Response:
    """The problem answer to an error of ours; what is no business of the client's stays out of it."""
    kind = kind_of(error)
    headers: dict[str, str] = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, RateLimited):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_seconds)))
        request.scope["state"]["rate_limit_policy"] = error.policy
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(BUSY_RETRY_SECONDS)
    if kind is INTERNAL:
        _log.error("request_failed", method=request.method, path=request.url.path, exc_info=error)
        return problem(request, INTERNAL, internal_detail(request))
    if isinstance(error, GuardRefused):
        return problem(request, kind, "Someone else changed it at the same moment. Read it again and repeat.")
    errors = error.errors if isinstance(error, Invalid) else None
    existing_id = error.existing_id if isinstance(error, KeyReused) else None
    return problem(request, kind, error.detail, headers=headers, errors=errors, existing_id=existing_id)


def internal_detail(request: Request) -> str:
    """What a client is told of an error that nobody foresaw."""
    return f"This is our mistake, and it was logged as request {request_id(request)}. Try again later."


def http_problem(request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """A problem of HTTP itself (no such path, a method that is not taken)."""
    phrase = HTTPStatus(status).phrase
    own = next((kind for kind in KINDS.values() if kind.status == status), None)
    return problem(request, own or Kind(status, phrase.lower().replace(" ", "-"), phrase), detail, headers=headers)


def problem(
    request: Request,
    kind: Kind,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[FieldError] | None = None,
    existing_id: str | None = None,
) -> Response:
    """An `application/problem+json` answer."""
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + kind.code,
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": request.scope["path"],
        "code": kind.code,
        "request_id": request_id(request),
    }
    if errors is not None:
        shown = errors[:MAX_FIELD_ERRORS]
        body["errors"] = [{"pointer": error.pointer, "detail": error.detail} for error in shown]
        if len(errors) > len(shown):
            body["detail"] = f"{len(errors)} fields are wrong; the first {len(shown)} are named."
    if existing_id is not None:
        body["existing_id"] = existing_id
    content = orjson.dumps(body, default=str)
    return Response(content, status_code=kind.status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def request_id(request: Request) -> str:
    """The id that this request is logged under."""
    return str(request.scope["state"]["request_id"])
