"""Two servers in one process: the public one, and one on loopback for tasks and schedules."""

import asyncio
import errno
import logging
import os
import resource
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import uvicorn
import uvloop
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra.local.request_heads import BoundedHeads
from shared.domain.errors import ConfigurationWrong

_GRACE_SECONDS = 5
_BACKLOG = 2048
_POLL_SECONDS = 0.005
_FILES = 10_240


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises ConfigurationWrong when the port is taken or may not be used."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            told = f"Port {port} is in use. Stop what uses it, or choose another one: PORT={port + 1} make run"
        elif error.errno == errno.EACCES:
            told = f"Port {port} may not be used by this account. Choose one above 1023: PORT=8080 make run"
        else:
            told = f"Cannot listen on {host}:{port}: {error.strerror}."
        raise ConfigurationWrong(told) from None


def allow_files() -> None:
    """Let this process open as many files as it may: a few hundred watchers use up what some systems begin with."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class _Server(uvicorn.Server):
    """One of several servers of a process: the process handles signals, not the server."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


class _ToldOfTheEnd:
    """An application that hears its readers leave when the process ends: event streams would be cut off with a traceback."""

    def __init__(self, app: ASGIApp, ending: asyncio.Event) -> None:
        self._app = app
        self._ending = ending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        is_whole = False

        async def hear() -> Message:
            nonlocal is_whole
            message = await self._next(receive) if is_whole else await receive()
            is_whole = not message.get("more_body", False)
            return message

        await self._app(scope, hear, send)

    async def _next(self, receive: Receive) -> Message:
        """What comes after the body: that the reader has left, or that the process ends, which is told as the same."""
        left, ended = asyncio.ensure_future(receive()), asyncio.ensure_future(self._ending.wait())
        try:
            await asyncio.wait({left, ended}, return_when=asyncio.FIRST_COMPLETED)
            return left.result() if left.done() else {"type": "http.disconnect"}
        finally:
            left.cancel()
            ended.cancel()


def serve(
    apps: Sequence[tuple[socket.socket, ASGIApp]], *, started: Callable[[], None], stopping: Callable[[], None]
) -> None:
    """Serve each application on its socket until SIGINT or SIGTERM.

    `started` is called once all of them listen; `stopping` at the first signal, while they still answer. A second signal
    ends the process without waiting any longer.
    """
    # Each server tells of its start and end; the stack tells it once, for people.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    uvloop.run(_serve(apps, started, stopping))


async def _serve(
    apps: Sequence[tuple[socket.socket, ASGIApp]], started: Callable[[], None], stopping: Callable[[], None]
) -> None:
    wanted, ending = asyncio.Event(), asyncio.Event()
    servers = [_Server(_config(_ToldOfTheEnd(app, ending))) for _, app in apps]
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: _end_now() if wanted.is_set() else wanted.set())
    running = [
        asyncio.create_task(server.serve(sockets=[listening]))
        for server, (listening, _) in zip(servers, apps, strict=True)
    ]
    # uvicorn tells of its start by a flag only.
    while not all(server.started for server in servers):
        if any(task.done() for task in running):
            return
        await asyncio.sleep(_POLL_SECONDS)
    await asyncio.to_thread(started)
    await wanted.wait()
    await asyncio.to_thread(stopping)
    ending.set()
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*running)


def _end_now() -> None:
    """As after kill -9: everything is made to be found again."""
    os._exit(130)


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BoundedHeads,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        proxy_headers=False,
        date_header=True,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        backlog=_BACKLOG,
    )
