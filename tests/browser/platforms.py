"""A platform that runs for the browser's tests, its images painted here."""

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from infra.local.children import Child
from shared.adapters.system import SystemClock
from shared.domain.modes import BatchStatus
from shared.repositories import paths
from tests.browser.wires import Wire

_clock = SystemClock()
_POLL_SECONDS = 0.1


def until(holds: Callable[[], bool]) -> None:
    """Wait for what holds at last; the test's time limit ends the waiting."""
    while not holds():
        _clock.sleep(_POLL_SECONDS)


class Platform:
    """The platform's API as the demo sign-in sees it, and the gate that its patient images wait at."""

    def __init__(self, wire: Wire, port: int, announcement: Path, gate: Path) -> None:
        said = json.loads(announcement.read_text(encoding="utf-8"))
        self.wire = wire
        self.email, self.password = said["email"], said["password"]
        self._gate = gate
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)
        login = self.http.post("/v1/auth/login", json={"email": self.email, "password": self.password})
        signed_in = login.raise_for_status().json()
        self.org, self.member = str(signed_in["organisation"]["id"]), str(signed_in["user"]["id"])
        self.http.headers["Authorization"] = f"Bearer {signed_in['token']}"

    @property
    def url(self) -> str:
        """Where browsers go, by the wire that can be cut; the tests' own requests do not depend on it."""
        return self.wire.url

    @property
    def configuration(self) -> dict[str, Any]:
        """What the platform tells a browser."""
        return self.read("/v1/config")

    def read(self, path: str, **parameters: Any) -> dict[str, Any]:
        """The answer to a GET."""
        told: dict[str, Any] = self.http.get(path, params=parameters).raise_for_status().json()
        return told

    def send(self, method: str, path: str, body: Mapping[str, Any]) -> None:
        """Have something made or changed."""
        answer = self.http.request(method, path, json=body)
        assert answer.is_success, answer.text

    def submit(self, body: Mapping[str, Any]) -> str:
        """Have images made; the batch's id."""
        answer = self.http.post("/v1/batches", json=body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def ended(self, batch: str) -> dict[str, Any]:
        """The batch, once it is over."""
        until(lambda: BatchStatus(self.read(f"/v1/batches/{batch}")["status"]).is_terminal)
        return self.read(f"/v1/batches/{batch}")

    def revisions(self, batch: str) -> dict[str, int]:
        """The revision of the batch and of each of its items (at most 200) as they are stored, by path."""
        items = self.read(f"/v1/batches/{batch}/items", page_size=200)["items"]
        found = {paths.item(self.org, batch, item["id"]): int(item["revision"]) for item in items}
        return found | {paths.batch(self.org, batch): int(self.ended(batch)["revision"])}

    def hold(self) -> None:
        """Let patient images wait from now on."""
        self._gate.touch()

    def release(self) -> None:
        """Let them be painted."""
        self._gate.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the connections, and of whatever still waits."""
        self.release()
        self.http.close()


@contextmanager
def running(home: Path, settings: Mapping[str, str], *options: str) -> Iterator[Platform]:
    """A platform on this state folder until the block ends."""
    gate = home.with_name("gate")
    program = ("tests.browser.painted", "--gate", str(gate), *options)
    with closing(Wire()) as wire:
        port = _free_port()
        told = {"FANFOLD_DEFAULT_MODEL": "preview", "FANFOLD_PUBLIC_URL": wire.url, **settings}
        with Child(home, port=port, settings=told, program=program):
            wire.lead_to(port)
            with closing(Platform(wire, port, home.with_name(f"{home.name}.json"), gate)) as platform:
                yield platform


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
