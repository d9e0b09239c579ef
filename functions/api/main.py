"""Serves the HTTP API under /v1."""

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.container import container


@functions_framework.aio.http
async def api(request: Request) -> ASGIApp:  # noqa: ARG001 - the application reads it itself
    """The application that answers; made at the first request."""
    return container().api_app()
