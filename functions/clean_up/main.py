"""Removes what has expired, was abandoned, or was deleted a month ago."""

import functions_framework.aio
from starlette.requests import Request

from shared.container import container
from shared.http.hosting import Hosted

# Made when the function starts, so that a wrong setting stops the start; its parts are made at the first request.
platform = container()


@functions_framework.aio.http
async def clean_up(request: Request) -> Hosted:  # noqa: ARG001 - the application reads it itself
    """The application that answers; made at the first request."""
    return Hosted(platform.clean_up_app())
