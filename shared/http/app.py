"""The API as one application."""

from functools import cache
from typing import cast

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from shared.domain.errors import FanfoldError, Invalid
from shared.http.edge import Edge
from shared.http.field_errors import field_errors
from shared.http.limits import TokenBuckets
from shared.http.problems import http_problem, respond
from shared.http.sections import Loading, api_routes
from shared.http.services import ApiServices, ApiSettings


def create_app(services: ApiServices, settings: ApiSettings) -> FastAPI:
    """The API. It needs no start-up event: everything is made here or when it is first used."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.services = services
    app.state.settings = settings
    app.state.requests = TokenBuckets(services.clock, name="requests", per_minute=settings.requests_a_minute)
    app.state.description = cache(lambda: _description(settings.version))
    app.add_middleware(Loading, routes=app.router.routes)
    app.add_middleware(Edge, clock=services.clock, new_id=lambda: services.ids.new("req"))
    app.exception_handler(FanfoldError)(_fanfold_error)
    app.exception_handler(RequestValidationError)(_validation_error)
    app.exception_handler(HTTPException)(_http_error)
    return app


def _description(version: str) -> bytes:
    from shared.http.openapi import describe

    return orjson.dumps(describe(api_routes(), version=version))


async def _fanfold_error(request: Request, error: FanfoldError) -> Response:
    return respond(request, error)


async def _validation_error(request: Request, error: RequestValidationError) -> Response:
    """Query parameters and headers; a wrong path parameter matched no route."""
    prefixed = cast("list[ErrorDetails]", [{**problem, "loc": _named(problem["loc"])} for problem in error.errors()])
    return respond(request, Invalid(field_errors(prefixed)))


def _named(location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The location of a query parameter or header, without the branches of a union behind its name."""
    place, *rest = location
    return ("headers" if place == "header" else place, *rest[:1])


async def _http_error(request: Request, error: HTTPException) -> Response:
    if error.status_code == 404:
        detail = f"There is nothing at {request.scope['path'][:200]}. The paths are listed at /v1/docs."
        return http_problem(request, 404, detail)
    if error.status_code == 405:
        allowed = ", ".join(_methods(request))
        return http_problem(request, 405, f"{request.method} is not taken here: use {allowed}.", {"Allow": allowed})
    return http_problem(request, error.status_code, str(error.detail), error.headers)


def _methods(request: Request) -> list[str]:
    """All methods that the routes of this path take together."""
    found: set[str] = set()
    for route in request.app.router.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return sorted(found)
