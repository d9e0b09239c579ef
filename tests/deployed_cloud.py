"""Every function as it is deployed, each a process of its own, over Google's emulators and the stand-ins."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from uuid import uuid4

import httpx
import uvicorn
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from infra.local import functions
from infra.local.emulated import EmulatorsFoundation
from infra.local.service_tokens import TokenIssuer
from shared.config import Settings, variable
from shared.container import Container
from tests.deployed import DESCRIPTIONS, Deployed, Layout
from tests.emulators import auth_host, firestore_host, pubsub_host
from tests.servers import serve

# What the platform in front of the functions passes on.
_PASSED = ("authorization", "content-type", "x-api-key", "idempotency-key", "x-cloudtasks-taskname")


@dataclass(frozen=True)
class DeployedCloud:
    """The functions by name, what they were deployed with, and who signs the tokens that they take."""

    functions: Mapping[str, Deployed]
    settings: Mapping[str, str]
    container: Container
    issuer: TokenIssuer

    def audience(self, name: str) -> str:
        """The address for which a function takes tokens."""
        return self.container.function_url(name)


def told(config: Settings) -> dict[str, str]:
    """The settings as a function is given them: those that are not as they would be anyway."""
    said = {}
    for name, field in Settings.model_fields.items():
        value = getattr(config, name)
        if value not in (field.default, None) and name not in {"home", "port", "host"}:
            said[variable(name)] = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    return said


@contextmanager
def deployed_cloud(folder: Path, layout: Layout) -> Iterator[DeployedCloud]:
    """All of it until the block ends; queues and pushes deliver, schedules are the test's."""
    with ExitStack() as opened:
        front = opened.enter_context(serve())
        config = Settings(
            stack="emulators",
            home=folder,
            project=f"demo-{uuid4().hex[:12]}",
            functions_url=front.url,
            public_url=f"{front.url}/api",
            firestore_emulator_host=firestore_host(),
            pubsub_emulator_host=pubsub_host(),
            firebase_auth_emulator_host=auth_host(),
        )
        foundation = opened.enter_context(EmulatorsFoundation(config))
        container = Container(foundation.config)
        opened.callback(container.close)
        settings = told(foundation.config)
        processes = {name: opened.enter_context(Deployed(layout, name, settings)) for name in DESCRIPTIONS}
        for process in processes.values():
            process.wait()
        front.mount("", _front(processes))
        ground = foundation.ground(container)
        for listening, app in ground.others:
            opened.enter_context(_served(listening, app))
        opened.callback(ground.end, 20)
        ground.begin(functions.load())
        yield DeployedCloud(processes, settings, container, foundation._issuer)


def _front(processes: Mapping[str, Deployed]) -> Router:
    """One address in front of all functions, as cloudfunctions.net is."""

    async def forward(request: Request) -> Response:
        process = processes[request.path_params["name"]]
        headers = {name: request.headers[name] for name in _PASSED if name in request.headers}
        async with httpx.AsyncClient(timeout=100, trust_env=False) as client:
            answer = await client.request(
                request.method,
                f"{process.url}/{request.path_params.get('rest', '')}",
                params=request.query_params,
                headers=headers,
                content=await request.body(),
            )
        kept = {name: answer.headers[name] for name in ("content-type", "location") if name in answer.headers}
        return Response(answer.content, answer.status_code, kept)

    methods = ["GET", "POST", "DELETE"]
    return Router([Route("/{name}", forward, methods=methods), Route("/{name}/{rest:path}", forward, methods=methods)])


@contextmanager
def _served(listening: socket, app: ASGIApp) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
