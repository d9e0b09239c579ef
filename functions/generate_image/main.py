"""Makes one image: claims the item, asks the provider, stores the result."""

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.container import container


@functions_framework.aio.http
async def generate_image(request: Request) -> ASGIApp:  # noqa: ARG001 - the application reads it itself
    """The application that answers; made at the first request."""
    return container().generate_image_app()
