"""The whole platform in one process: every function, its queue and its schedules."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from socket import socket

from starlette.types import ASGIApp, Receive, Scope, Send

from infra.local import functions, servers
from infra.local.credentials import first_credentials, write_secret
from infra.local.figures import PATH, Figures
from infra.local.foundations import Foundation, Ground
from infra.local.functions import Function
from infra.local.schedules import Schedule, cron, every
from infra.local.web_pages import WebPages
from shared import logging
from shared.config import Settings
from shared.container import Container, install

LOOPBACK = "127.0.0.1"
SWEEP = "reconcile"
_PATIENCE_SECONDS = 60.0


class LocalStack:
    """Functions, objects, queue and schedules, on two ports: one for people, one for tasks.

    `make` composes the platform; benchmarks give one that counts and has a provider of its own.
    """

    def __init__(
        self, config: Settings, *, announce: Path | None = None, make: Callable[[Settings], Container] = Container
    ) -> None:
        self._config = config
        self._announce = announce
        self._make = make

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM.

        Raises ConfigurationWrong when a port, the state folder or an emulator cannot be had, and Unavailable when one
        does not start.
        """
        servers.allow_files()
        with ExitStack() as open_:
            public = open_.enter_context(servers.listen(self._config.host, self._config.port))
            inner = open_.enter_context(servers.listen(LOOPBACK, self._config.inner_port))
            config = self._addressed(public, inner)
            logging.configure(config.log_level)
            foundation = open_.enter_context(laid(config))
            container = self._make(foundation.config)
            open_.callback(container.close)
            install(container)
            self._serve(container, foundation.ground(container), public, inner)

    def _addressed(self, public: socket, inner: socket) -> Settings:
        """The settings with the addresses that were really taken."""
        port = public.getsockname()[1]
        return self._config.model_copy(
            update={
                "port": port,
                "public_url": self._config.public_url or f"http://localhost:{port}",
                "functions_url": f"http://{LOOPBACK}:{inner.getsockname()[1]}",
            }
        )

    def _serve(self, container: Container, ground: Ground, public: socket, inner: socket) -> None:
        found = functions.load()
        targets = {function.name: function.app for function in found if function.trigger != "http"}
        figures = Figures(ground.queue, container.exports)
        schedules = [_schedule(function, container, ground) for function in found if function.cron]
        # What the process before this one held is free at once; nobody works yet.
        container.engine.restarts.release()
        made = first_credentials(container, container.config.home / "demo.json")

        def started() -> None:
            ground.begin(found)
            for schedule in schedules:
                schedule.start()
            welcome(container.config, made, [*ground.told, f"Figures   {container.config.functions_url}/{PATH}"])
            if self._announce is not None:
                write_secret(self._announce, {"url": container.config.public_url, **made})

        def stopping() -> None:
            say_running(sum(figures.running for figures in ground.queue.figures().values()))
            for schedule in schedules:
                schedule.stop()
            ground.end(_PATIENCE_SECONDS)

        api = next(function.app for function in found if function.name == "api")
        apps: list[tuple[socket, ASGIApp]] = [
            (public, Public(api, WebPages(container.config), ground.public)),
            (inner, functions.ByFirstPart({**targets, PATH: figures})),
            *ground.others,
        ]
        servers.serve(apps, started=started, stopping=stopping)
        print("Fanfold has stopped.", flush=True)


def laid(config: Settings) -> Foundation:
    """What the settings choose to stand on; only that is imported."""
    if config.stack == "emulators":
        from infra.local.emulated import EmulatorsFoundation

        return EmulatorsFoundation(config)
    from infra.local.embedded import EmbeddedFoundation

    return EmbeddedFoundation(config)


def _schedule(function: Function, container: Container, ground: Ground) -> Schedule:
    """The schedule of a function, as its description says; that of the sweep may be closer here."""
    seconds = container.config.reconcile_seconds if function.name == SWEEP else None
    return Schedule(
        container.function_url(function.name),
        due=every(seconds) if seconds is not None else cron(function.cron, function.time_zone),
        token=ground.token,
        clock=container.clock,
        timeout_seconds=function.timeout_seconds,
    )


class Public:
    """The public port: the API below /v1, what the foundation serves by the first part of its paths, else the web app."""

    def __init__(self, api: ASGIApp, pages: ASGIApp, beside: dict[str, ASGIApp]) -> None:
        self._api = api
        self._pages = pages
        self._names = frozenset(beside)
        self._beside = functions.ByFirstPart(beside)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        first, slash, _ = scope.get("path", "").removeprefix("/").partition("/")
        if slash and first in self._names:
            await self._beside(scope, receive, send)
        elif scope["type"] == "http" and first != "v1" and scope["method"] in {"GET", "HEAD"}:
            await self._pages(scope, receive, send)
        else:
            await self._api(scope, receive, send)


def say_running(count: int) -> None:
    """Say what is waited for at the end."""
    if count:
        images = f"{count} piece{'s' if count > 1 else ''} of work"
        print(f"Stopping: letting {images} finish. Ctrl-C again stops at once; nothing is lost.", flush=True)


def welcome(config: Settings, made: dict[str, str], told: list[str]) -> None:
    """Say where Fanfold is and how to get in; `told` are the foundation's own lines."""
    lines = [
        f"Fanfold is running at {config.public_url}",
        "",
        f"  Sign in   {made['email']}  /  {made['password']}",
        f"  API key   {made['api_key']}",
        f"  API       {config.public_url}/v1/docs",
        *(f"  {line}" for line in told),
        "",
        "Try it in another terminal:",
        f"  export FANFOLD_URL={config.public_url}",
        f"  export FANFOLD_API_KEY={made['api_key']}",
        "  .venv/bin/fanfold run samples/campaign.csv --out out/campaign",
    ]
    print("\n".join(lines), flush=True)
