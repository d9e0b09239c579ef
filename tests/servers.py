"""Real HTTP on a free loopback port, for a test."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.routing import Mount, Router
from starlette.types import ASGIApp


@dataclass
class Server:
    """A server that runs; applications may be mounted once its address is known."""

    url: str
    router: Router = field(default_factory=Router)

    def mount(self, path: str, app: ASGIApp) -> None:
        """Serve the application below `path`."""
        self.router.routes.append(Mount(path, app))


@contextmanager
def serve() -> Iterator[Server]:
    """A server on 127.0.0.1 until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(f"http://127.0.0.1:{listening.getsockname()[1]}")
        with serve_on(listening, server.router):
            yield server


@contextmanager
def serve_on(listening: socket.socket, app: ASGIApp, **settings: Any) -> Iterator[None]:
    """Serve the application on this socket until the block ends."""
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=5, **settings
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield
    finally:
        running.should_exit = True
        thread.join()
