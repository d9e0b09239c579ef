"""Asks for a step of every batch whose step is overdue."""

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.container import container


@functions_framework.aio.http
async def reconcile(request: Request) -> ASGIApp:  # noqa: ARG001 - the application reads it itself
    """The application that answers; made at the first request."""
    return container().reconcile_app()
