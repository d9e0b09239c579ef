"""Whole applications behind the functions framework."""

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send


class Hosted(Response):
    """An answer that lets an application answer: the framework's one handler serves all of its paths."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__()
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request over as it came."""
        await self._app(scope, receive, send)
