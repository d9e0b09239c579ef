"""functions/generate_image as a process of its own, on the emulators' stack: `python -m tests.faults.workers PORT JOURNAL`.

Its provider takes a moment for each picture and keeps its own book; one delivery in a hundred comes three times.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path

import httpx
import uvicorn
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from functions_framework.aio import create_asgi_app
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.platform.doublings import Doubled
from benchmarks.platform.journals import JournalWriter
from benchmarks.platform.providers import Manner, PunctualProvider
from shared.adapters.system import SystemClock
from shared.config import Settings, settings, variable
from shared.container import Container, install
from shared.domain.image_models import ImageModelSpec
from tests.engine.scripted import model

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "functions" / "generate_image" / "main.py"
CALLS_AT_ONCE = 32
# A short deadline, so that what a killed worker held is free again soon.
MODEL: ImageModelSpec = replace(model(concurrency=CALLS_AT_ONCE, rate_per_second=500), deadline_seconds=1)
SECONDS_A_CALL = 0.1
THREADS = 128
DOUBLED = 0.01


class Worker:
    """A worker that runs until it is killed or the test ends; `config` is the platform's."""

    def __init__(self, config: Settings, port: int, journal: Path) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.workers", str(port), str(journal)],
            cwd=ROOT,
            env={**os.environ, **_environment(config)},
        )

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


def _environment(config: Settings) -> Mapping[str, str]:
    """The settings that a deployed function would find."""
    names = ("stack", "project", "region", "bucket", "upload_bucket", "task_account", "functions_url", "public_url")
    addresses = ("firestore_emulator_host", "pubsub_emulator_host", "firebase_auth_emulator_host", "tasks_address")
    named = {variable(name): getattr(config, name) for name in (*names, *addresses, "storage_url", "certs_url")}
    key = config.page_key.get_secret_value() if config.page_key else ""
    return {**named, variable("page_key"): key, variable("log_level"): "ERROR"}


class Balancer:
    """An application that hands each request to the next worker; 503 when that one is gone."""

    def __init__(self) -> None:
        self.workers: list[Worker] = []
        self._turn = count()
        self._client = httpx.Client(timeout=60, trust_env=False, limits=httpx.Limits(max_connections=THREADS))
        self._limiter: CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._limiter = self._limiter or CapacityLimiter(THREADS)
        request = Request(scope, receive)
        headers = {"Authorization": request.headers["authorization"], "Content-Type": "application/json"}
        status = await run_sync(self._pass_on, await request.body(), headers, limiter=self._limiter)
        await Response(status_code=status)(scope, receive, send)

    def close(self) -> None:
        """End the workers and the connections to them."""
        for worker in self.workers:
            worker.kill()
        self._client.close()

    def _pass_on(self, body: bytes, headers: dict[str, str]) -> int:
        worker = self.workers[next(self._turn) % len(self.workers)]
        try:
            return self._client.post(worker.url, content=body, headers=headers).status_code
        except httpx.HTTPError:
            return 503


def main() -> None:
    """Serve until killed."""
    port, journal = sys.argv[1:]
    clock = SystemClock()
    writer = JournalWriter(Path(journal), lambda: clock.now().timestamp())
    provider = PunctualProvider(writer, clock, {MODEL.id: Manner(SECONDS_A_CALL)})
    install(Container(settings(), specs=(MODEL,), providers={MODEL.provider: provider}))
    # The framework has no types.
    app: ASGIApp = create_asgi_app("generate_image", str(SOURCE), "http")  # type: ignore[no-untyped-call]
    config = uvicorn.Config(
        Doubled(app, DOUBLED, seed=os.getpid()), host="127.0.0.1", port=int(port), log_config=None, lifespan="off"
    )
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
