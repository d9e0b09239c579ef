"""Deliveries that come more than once, as an at-least-once queue may make them."""

import asyncio
from random import Random

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LATER_SECONDS = (0.3, 3.0)


class Doubled:
    """An application that gets a share of its requests twice at the same time, and once more a little later."""

    def __init__(self, app: ASGIApp, share: float, seed: int) -> None:
        self._app = app
        self._share = share
        self._random = Random(seed)
        self._running: set[asyncio.Task[None]] = set()
        self.doubled = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; the repetitions' answers go nowhere."""
        if self._random.random() >= self._share:
            await self._app(scope, receive, send)
            return
        self.doubled += 1
        body = await _whole(receive)
        for delay in (0.0, self._random.uniform(*LATER_SECONDS)):
            repeating = asyncio.create_task(self._repeat(scope, body, delay))
            self._running.add(repeating)
            repeating.add_done_callback(self._running.discard)
        await self._app(scope, _replayed(body), send)

    async def _repeat(self, scope: Scope, body: bytes, delay: float) -> None:
        async def nowhere(message: Message) -> None:
            del message

        if delay:
            await asyncio.sleep(delay)
        await self._app(dict(scope), _replayed(body), nowhere)


async def _whole(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body", False):
            return body


def _replayed(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
