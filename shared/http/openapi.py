"""The description of the API, OpenAPI 3.1, made from the routes themselves."""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

from shared.http.auth import Access
from shared.http.bodies import FileBody, JsonBody
from shared.http.problems import INTERNAL, KINDS, MEDIA_TYPE, Kind

DESCRIPTION = """\
Submit a batch of rows; every image is made in the background, with retries and under a budget; \
follow it by its status, its items or its event stream.

* Times are RFC 3339 in UTC, money is integer micros of US dollars (`_micros`: 1,000,000 are one dollar).
* Every error is a problem (RFC 9457, `application/problem+json`); 422 names every wrong field by its JSON pointer.
* Creates take an `Idempotency-Key`; lists take `page_size` and `page_token`; unknown fields and query parameters are refused.
* Every answer carries `X-Request-Id`; limits are announced by `RateLimit-Policy` and `RateLimit`.
"""
TAGS = [
    {"name": "batches", "description": "Rows that become images."},
    {"name": "items", "description": "One image each."},
    {"name": "drafts", "description": "Batches that are being written, each its author's alone."},
    {"name": "dead letters", "description": "Images that failed for good, for admins to try again or to give up."},
    {"name": "assets", "description": "Finished images, with signed links that expire."},
    {"name": "references", "description": "Pictures that guide images."},
    {"name": "models", "description": "What can be chosen, and what it costs."},
    {"name": "usage", "description": "What was made and spent."},
    {"name": "bills", "description": "What providers billed, beside what the ledger says."},
    {"name": "limits", "description": "What may be spent, by whom, and how much of it is left."},
    {"name": "members", "description": "People of the organisation, and the organisation itself."},
    {"name": "keys", "description": "Credentials of machines."},
    {"name": "sign-in", "description": "Credentials of people."},
    {"name": "system", "description": "Health, readiness, configuration."},
]
SECURITY_SCHEMES = {
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "A machine's key."},
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A person's token, from sign-in.",
    },
}
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "The kind of problem."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong and what to do, in words."},
        "instance": {"type": "string", "description": "The path that was asked."},
        "code": {"type": "string", "description": "The last part of `type`, for programs."},
        "request_id": {"type": "string", "description": "What to name when you ask for help."},
        "errors": {
            "type": "array",
            "description": "With 422: every wrong field.",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "A JSON pointer into the body, or `/query/…` or `/headers/…`.",
                    },
                    "detail": {"type": "string"},
                },
            },
        },
        "existing_id": {
            "type": "string",
            "description": "With 422, where an `Idempotency-Key` came with another request: the id of what its first request made.",
        },
    },
}
_SCHEMAS = "#/components/schemas/{model}"


def describe(routes: Sequence[APIRoute], *, version: str) -> dict[str, Any]:
    """The whole document."""
    document = get_openapi(
        title="Fanfold",
        version=version,
        openapi_version="3.1.0",
        summary="Rows in, finished images out.",
        description=DESCRIPTION,
        tags=TAGS,
        routes=list(routes),
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for surplus in ("HTTPValidationError", "ValidationError"):
        schemas.pop(surplus, None)
    _add_bodies(document, routes, schemas)
    schemas["Problem"] = PROBLEM_SCHEMA
    components["securitySchemes"] = SECURITY_SCHEMES
    kinds = {kind.status: kind for kind in (*KINDS.values(), INTERNAL) if kind.code != "changed-meanwhile"}
    components["responses"] = {f"Problem{status}": _problem_response(kind) for status, kind in kinds.items()}
    for route, operation in _operations(document, routes):
        _complete(route, operation)
    return document


def access_of(route: APIRoute) -> Access | None:
    """What a route asks of its caller; None when it is open to all."""
    return next((call for call in dependencies(route) if isinstance(call, Access)), None)


def dependencies(route: APIRoute) -> Iterator[Any]:
    """Everything that is called for a route before its function."""
    waiting = list(route.dependant.dependencies)
    while waiting:
        dependant = waiting.pop(0)
        yield dependant.call
        waiting += dependant.dependencies


def _operations(document: dict[str, Any], routes: Sequence[APIRoute]) -> Iterator[tuple[APIRoute, dict[str, Any]]]:
    for route in routes:
        for method in sorted(route.methods or ()) if route.include_in_schema else ():
            yield route, document["paths"][route.path_format][method.lower()]


def _add_bodies(document: dict[str, Any], routes: Sequence[APIRoute], schemas: dict[str, Any]) -> None:
    bodies = {route.unique_id: call for route in routes for call in dependencies(route) if isinstance(call, JsonBody)}
    models = sorted({body.model for body in bodies.values()}, key=lambda model: str(model.__name__))
    references, made = models_json_schema([(model, "validation") for model in models], ref_template=_SCHEMAS)
    for name, schema in made.get("$defs", {}).items():
        schemas.setdefault(name, schema)
    for route, operation in _operations(document, routes):
        if body := bodies.get(route.unique_id):
            content = {"schema": references[body.model, "validation"], "example": dict(body.example)}
            operation["requestBody"] = {"required": not body.optional, "content": {"application/json": content}}
        for file in dependencies(route):
            if isinstance(file, FileBody):
                told = {"schema": {"type": "string", "description": "The file as it is."}}
                operation["requestBody"] = {"required": True, "content": {file.media_type: told}}


def _statuses(route: APIRoute, operation: dict[str, Any], access: Access | None) -> list[int]:
    """The errors that a route can answer with."""
    methods = route.methods or set()
    has_body = "requestBody" in operation
    may = {
        400: access is not None or has_body,
        401: access is not None or has_body,
        403: access is not None,
        404: access is not None and (bool(route.param_convertors) or has_body),
        409: access is not None and methods != {"GET"},
        413: has_body,
        415: has_body,
        422: True,
        429: access is not None or has_body,
        500: True,
        503: access is not None or has_body,
    }
    return [status for status, can in may.items() if can]


def _complete(route: APIRoute, operation: dict[str, Any]) -> None:
    access = access_of(route)
    operation["operationId"] = route.name
    operation["summary"] = route.name.replace("_", " ").capitalize()
    operation["security"] = [] if access is None else [{"key": []}, {"token": []}]
    if access is not None:
        operation["description"] += f"\n\nNeeds the role `{access.role.value}` or a higher one."
    responses = operation["responses"]
    responses.pop("422", None)
    for status in _statuses(route, operation, access):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    for status, response in responses.items():
        if not status.startswith(("4", "5")):
            response["headers"] = {
                "X-Request-Id": {"schema": {"type": "string"}, "description": "What to name when you ask for help."}
            }
            response["description"] = response["description"].replace("Successful Response", "Done.")


def _problem_response(kind: Kind) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": f"urn:fanfold:problem:{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": "What is wrong and what to do.",
        "instance": "/v1/batches",
        "code": kind.code,
        "request_id": "req_abcdefghijklmnopqrst",
    }
    if kind.status == 422:
        example["errors"] = [{"pointer": "/rows/3/prompt", "detail": "This may not be empty."}]
    response: dict[str, Any] = {
        "description": f"{kind.title}.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }
    if kind.status in (429, 503):
        response["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
    return response
