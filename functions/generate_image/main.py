"""Makes one image: claims the item, asks the provider, stores the result."""

import functions_framework.aio
from starlette.requests import Request

from shared.container import container
from shared.http.hosting import Hosted


@functions_framework.aio.http
async def generate_image(request: Request) -> Hosted:  # noqa: ARG001 - the application reads it itself
    """The application that answers; made at the first request."""
    return Hosted(container().generate_image_app())
