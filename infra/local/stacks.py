"""The whole platform in one process."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from socket import socket

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from infra.local import functions, servers
from infra.local.schedules import Schedule
from shared import logging
from shared.adapters.embedded.object_app import object_app
from shared.adapters.embedded.objects import FileObjectStore
from shared.adapters.embedded.pushes import Pushes, UploadNotices
from shared.adapters.embedded.service_tokens import LocalServiceTokens
from shared.adapters.embedded.tasks import SqliteTaskQueue
from shared.config import Settings
from shared.container import Container, install
from shared.container.embedded import OBJECTS_PATH
from shared.domain.errors import ConfigurationWrong
from shared.services.keys import new_secret
from shared.services.organisations import OrganisationCreate

LOOPBACK = "127.0.0.1"
FIRST_ORGANISATION = "Demo"
FIRST_EMAIL = "demo@fanfold.local"
FIRST_MEMBER = "Demo"
_PATIENCE_SECONDS = 60.0


class LocalStack:
    """Functions, objects, queue and schedule, on two ports: one for people, one for tasks.

    `make` composes the platform; benchmarks give one that counts and has a provider of its own.
    """

    def __init__(
        self, config: Settings, *, announce: Path | None = None, make: Callable[[Settings], Container] = Container
    ) -> None:
        self._config = config
        self._announce = announce
        self._make = make

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM. Raises ConfigurationWrong when a port or the state folder cannot be had."""
        servers.allow_files()
        with servers.listen(self._config.host, self._config.port) as public, servers.listen(LOOPBACK, 0) as inner:
            config = self._addressed(public, inner)
            logging.configure(config.log_level)
            container = self._make(config)
            install(container)
            try:
                self._serve(container, public, inner)
            finally:
                container.close()

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

    def _serve(self, container: Container, public: socket, inner: socket) -> None:
        stack = container.stack
        tasks, services, objects = stack.tasks, stack.services, stack.objects
        if not (
            isinstance(tasks, SqliteTaskQueue)
            and isinstance(services, LocalServiceTokens)
            and isinstance(objects, FileObjectStore)
        ):
            raise ConfigurationWrong("The local stack runs on the embedded adapters: set FANFOLD_STACK=embedded.")
        found = functions.load()
        targets = {function.name: function.app for function in found if function.trigger != "http"}
        sweep = Schedule(
            container.function_url("reconcile"),
            seconds=container.config.reconcile_seconds,
            token=services.token,
        )
        # What the process before this one held is free at once; nobody works yet.
        container.engine.restarts.release()
        made = first_credentials(container, container.config.home / "demo.json")

        def started() -> None:
            tasks.start({name: container.function_url(name) for name in targets})
            sweep.start()
            welcome(container.config, made)
            if self._announce is not None:
                write_secret(self._announce, {"url": container.config.public_url, **made})

        def stopping() -> None:
            say_running(sum(figures.running for figures in tasks.figures().values()))
            sweep.stop()
            tasks.stop(_PATIENCE_SECONDS)

        uploads = UploadNotices(Pushes(tasks, clock=container.clock), ids=container.ids)
        api = next(function.app for function in found if function.name == "api")
        apps: list[tuple[socket, ASGIApp]] = [
            (public, _Public(api, object_app(objects, uploaded=uploads.finalized))),
            (inner, functions.ByFirstPart(targets)),
        ]
        servers.serve(apps, started=started, stopping=stopping)


class _Public:
    """The public port: stored objects by signed links, everything else is the API's."""

    def __init__(self, api: ASGIApp, objects: ASGIApp) -> None:
        self._api = api
        self._objects = functions.ByFirstPart({OBJECTS_PATH.strip("/"): objects})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = scope.get("path", "")
        if path.startswith(f"{OBJECTS_PATH}/"):
            await self._objects(scope, receive, send)
        elif path == "/" and scope["type"] == "http":
            await RedirectResponse("/v1/docs")(scope, receive, send)
        else:
            await self._api(scope, receive, send)


def first_credentials(container: Container, file: Path) -> dict[str, str]:
    """The demo sign-in and key of this state folder, made at its first start and kept in a file for its owner only.

    The file is written first: a crash in between leaves credentials that the next start brings into force.
    Raises ConfigurationWrong when the file is damaged, or gone although the organisation exists.
    """
    is_new = not file.exists()
    if is_new:
        kept = {"email": FIRST_EMAIL, "password": container.ids.secret()[:16], "api_key": new_secret(container.ids)}
        write_secret(file, kept)
    else:
        kept = _kept_credentials(file)
    begun = container.library.organisations.bootstrap(
        OrganisationCreate(
            name=FIRST_ORGANISATION,
            email=kept["email"],
            member_name=FIRST_MEMBER,
            password=kept["password"],
            key=kept["api_key"],
        )
    )
    if is_new and begun.key is None:
        # What was just made opens nothing: the organisation is older than the file.
        file.unlink()
        raise _credentials_lost(file)
    return kept


def _kept_credentials(file: Path) -> dict[str, str]:
    """What the file says; raises ConfigurationWrong when it is damaged."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        return {name: str(said[name]) for name in ("email", "password", "api_key")}
    except (ValueError, KeyError, TypeError):
        raise _credentials_lost(file) from None


def _credentials_lost(file: Path) -> ConfigurationWrong:
    return ConfigurationWrong(
        f"The demo sign-in and key of this state folder are kept in {file}, which is missing or damaged. "
        f"Restore it from a copy, or set FANFOLD_HOME to a new folder."
    )


def write_secret(file: Path, said: dict[str, str]) -> None:
    """Write a file whole or not at all, for its owner only."""
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as writing:
        json.dump(said, writing)
        writing.flush()
        os.fsync(writing.fileno())
    draft.replace(file)


def say_running(count: int) -> None:
    """Say what is waited for at the end."""
    if count:
        images = f"{count} piece{'s' if count > 1 else ''} of work"
        print(f"Stopping: letting {images} finish. Ctrl-C again stops at once; nothing is lost.", flush=True)


def welcome(config: Settings, made: dict[str, str]) -> None:
    """Say where Fanfold is and how to get in."""
    lines = [
        f"Fanfold is running at {config.public_url}",
        "",
        f"  Sign in   {made['email']}  /  {made['password']}",
        f"  API key   {made['api_key']}",
        f"  API       {config.public_url}/v1/docs",
        f"  State     {config.home.resolve()}  (kept; Ctrl-C stops)",
        "",
        "Try it in another terminal:",
        f"  export FANFOLD_URL={config.public_url}",
        f"  export FANFOLD_API_KEY={made['api_key']}",
        "  .venv/bin/fanfold run samples/campaign.csv --out out/campaign",
    ]
    print("\n".join(lines), file=sys.stdout, flush=True)
