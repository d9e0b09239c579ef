"""Carries out one step of a batch: plans, dispatches, counts, settles, finishes."""

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.container import container


@functions_framework.aio.http
async def advance_batch(request: Request) -> ASGIApp:  # noqa: ARG001 - the application reads it itself
    """The application that answers; made at the first request."""
    return container().advance_batch_app()
