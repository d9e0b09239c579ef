"""The API as one application."""

from functools import cache
from typing import cast

import orjson
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic_core import ErrorDetails
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from shared.domain.errors import FanfoldError, Invalid
from shared.http.edge import Edge
from shared.http.field_errors import field_errors
from shared.http.limits import TokenBuckets
from shared.http.openapi import describe
from shared.http.problems import http_problem, respond
from shared.http.services import ApiServices, ApiSettings


class _IdConvertor(Convertor[str]):
    """An id in a path: what looks like none leads to no route."""

    regex = "[A-Za-z0-9_-]{1,64}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("id", _IdConvertor())


def routers() -> tuple[APIRouter, ...]:
    """Every router, imported when it is needed: their paths use the convertor above."""
    from shared.http.routes import (
        assets,
        auth,
        batches,
        bills,
        credit_accounts,
        dead_letters,
        docs,
        events,
        items,
        keys,
        limits,
        models,
        monitor,
        references,
        reports,
        system,
        usage,
        webhooks,
    )

    of_work = (batches, events, items, dead_letters, assets, references, models)
    of_money = (usage, reports, limits, credit_accounts, bills)
    of_all = (*of_work, *of_money, monitor, keys, webhooks, auth, system, docs)
    return tuple(module.router for module in of_all)


def api_routes() -> list[APIRoute]:
    """Every route, in the order of matching."""
    return [route for router in routers() for route in router.routes if isinstance(route, APIRoute)]


def create_app(services: ApiServices, settings: ApiSettings) -> FastAPI:
    """The API. It needs no start-up event: everything is made here or when it is first used."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.services = services
    app.state.settings = settings
    app.state.requests = TokenBuckets(services.clock, name="requests", per_minute=settings.requests_a_minute)
    app.state.description = cache(lambda: orjson.dumps(describe(api_routes(), version=settings.version)))
    # The routers' own routes, not copies: including a router builds every route a second time at each cold start.
    app.router.routes.extend(route for router in routers() for route in router.routes)
    app.add_middleware(Edge, clock=services.clock, new_id=lambda: services.ids.new("req"))
    app.exception_handler(FanfoldError)(_fanfold_error)
    app.exception_handler(RequestValidationError)(_validation_error)
    app.exception_handler(HTTPException)(_http_error)
    return app


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
    for route in api_routes():
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return sorted(found)
