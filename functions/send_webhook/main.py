"""Sends one webhook once."""

import functions_framework.aio
from starlette.requests import Request

from shared.container import container
from shared.http.hosting import Hosted

# Made when the function starts, so that a wrong setting stops the start; its parts are made at the first request.
platform = container()


@functions_framework.aio.http
async def send_webhook(request: Request) -> Hosted:  # noqa: ARG001 - the application reads it itself
    """The application that answers; made at the first request."""
    return Hosted(platform.send_webhook_app())
