"""The measured platform as its clients see it: over HTTP, with the provider's book beside it."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from benchmarks.platform.containers import FIGURES_PATH, ORGANISATIONS_PATH
from benchmarks.platform.journals import Journal
from infra.local.children import Child

SETTINGS = {
    "FANFOLD_SUBMITS_A_MINUTE": "10000",
    "FANFOLD_REQUESTS_A_MINUTE": "1000000",
    # The model itself takes 64 calls at a time; what is being stored needs no place of the provider's.
    "FANFOLD_LANE_CONCURRENCY": "96",
    "FANFOLD_LANE_RATE_PER_SECOND": "500",
    "FANFOLD_LOG_LEVEL": "WARNING",
}
ENDED = frozenset({"completed", "completed_with_failures", "failed", "cancelled"})
POLL_SECONDS = 0.2


class BenchmarkFailed(Exception):
    """The platform did something that makes its figures worthless, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A batch that was accepted: when its request left and when its answer was there, in seconds since 1970."""

    id: str
    tag: str
    images: int
    sent_at: float
    answered_at: float

    @property
    def seconds(self) -> float:
        """How long acceptance took."""
        return self.answered_at - self.sent_at


@dataclass(frozen=True, slots=True)
class Figures:
    """What the platform counted since its start."""

    counts: Mapping[str, int]
    cpu_seconds: float
    picture_seconds: float
    doubled: int

    def since(self, earlier: "Figures") -> "Figures":
        """What was added after an earlier look."""
        counts = {name: count - earlier.counts.get(name, 0) for name, count in self.counts.items()}
        return Figures(
            counts,
            self.cpu_seconds - earlier.cpu_seconds,
            self.picture_seconds - earlier.picture_seconds,
            self.doubled - earlier.doubled,
        )

    def sum(self, what: str, *origins: str) -> int:
        """How often something was done by these origins (none named: by all)."""
        return sum(
            count
            for name, count in self.counts.items()
            if name.endswith(f".{what}") and (not origins or name.partition(".")[0] in origins)
        )


class Platform:
    """A running platform and one client of it."""

    def __init__(self, child: Child, folder: Path, journal: Path, *, api_key: str | None = None) -> None:
        self.child = child
        self.folder = folder
        self._book = journal
        self.journal = Journal(journal)
        # The platform listens on one address family; asking the resolver for the other would only cost time.
        self.address = child.url.replace("//localhost", "//127.0.0.1")
        self.headers = {"X-API-Key": api_key or child.api_key}
        self._client = httpx.Client(base_url=self.address, headers=self.headers, timeout=60, trust_env=False)

    @contextmanager
    def another_organisation(self, name: str) -> Iterator["Platform"]:
        """The same platform as a client of a second organisation, made just now."""
        answer = self._client.post(ORGANISATIONS_PATH, params={"name": name})
        _expect(answer, 200)
        other = Platform(self.child, self.folder, self._book, api_key=answer.json()["api_key"])
        try:
            yield other
        finally:
            other.close()

    def organisation(self) -> str:
        """The id of the organisation that the key belongs to."""
        said = json.loads((self.folder / "home.json").read_text(encoding="utf-8"))
        answer = self._client.post("/v1/auth/login", json={"email": said["email"], "password": said["password"]})
        _expect(answer, 200)
        return str(answer.json()["organisation"]["id"])

    def configuration(self) -> dict[str, Any]:
        """What the platform tells a browser."""
        answer = self._client.get("/v1/config")
        _expect(answer, 200)
        said: dict[str, Any] = answer.json()
        return said

    def submit(self, tag: str, *, rows: int, variants: int = 1, model: str, **more: Any) -> Submitted:
        """Send a batch whose prompts begin with `tag/`, and wait for the 202."""
        body = {
            "name": tag,
            "rows": [{"prompt": f"{tag}/{row}", "variants": variants} for row in range(rows)],
            "defaults": {"model": model},
            **more,
        }
        request = self._client.build_request("POST", "/v1/batches", json=body)
        sent_at = time.time()
        answer = self._client.send(request)
        answered_at = time.time()
        _expect(answer, 202)
        said = answer.json()
        return Submitted(id=said["id"], tag=tag, images=said["images"], sent_at=sent_at, answered_at=answered_at)

    def batch(self, batch: str) -> dict[str, Any]:
        """The batch as it is now."""
        answer = self._client.get(f"/v1/batches/{batch}")
        _expect(answer, 200)
        said: dict[str, Any] = answer.json()
        return said

    def items(self, batch: str) -> Iterator[dict[str, Any]]:
        """All items of a batch."""
        token = ""
        while True:
            answer = self._client.get(f"/v1/batches/{batch}/items", params={"page_size": 200, "page_token": token})
            _expect(answer, 200)
            page = answer.json()
            yield from page["items"]
            token = page["next_page_token"]
            if not token:
                return

    def finished_before(self, batch: str, at: float) -> set[str]:
        """The images (as the provider's book names them) that had succeeded by then, in seconds since 1970."""
        return {
            f"{item['prompt']}#{item['variant']}"
            for item in self.items(batch)
            if item["status"] == "succeeded" and moment(item["finished_at"]) < at
        }

    def usage(self) -> list[dict[str, Any]]:
        """What was spent today, in a row."""
        answer = self._client.get("/v1/usage")
        _expect(answer, 200)
        rows: list[dict[str, Any]] = answer.json()["usage"]
        return rows

    def cancel(self, batch: str) -> None:
        """Give up what has not started."""
        _expect(self._client.post(f"/v1/batches/{batch}:cancel"), 200)

    def wait(
        self, batch: str, *, seconds: float, tell: Callable[[dict[str, Any]], None] | None = None
    ) -> dict[str, Any]:
        """Poll until the batch has ended; raises BenchmarkFailed when that takes longer than `seconds`."""
        end = time.monotonic() + seconds
        while True:
            said = self.batch(batch)
            if tell is not None:
                tell(said)
            if said["status"] in ENDED:
                return said
            if time.monotonic() > end:
                raise BenchmarkFailed(
                    f"The batch {said['name']} had not ended after {seconds:.0f} s: {said['progress']}"
                )
            time.sleep(POLL_SECONDS)

    def figures(self) -> Figures:
        """What was counted so far."""
        answer = self._client.get(FIGURES_PATH)
        _expect(answer, 200)
        said = answer.json()
        return Figures(said["counts"], said["cpu_seconds"], said["picture_seconds"], said["doubled"])

    def idle_share(self, seconds: float) -> float:
        """The share of one core that the platform takes while nothing is asked of it."""
        before, begun = self.figures().cpu_seconds, time.monotonic()
        time.sleep(seconds)
        return (self.figures().cpu_seconds - before) / (time.monotonic() - begun)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


@contextmanager
def platform(folder: Path, *, double: float = 0.0, settings: Mapping[str, str] | None = None) -> Iterator[Platform]:
    """A platform whose state lies in this folder, stopped (or found killed) when the block ends; with more settings."""
    folder.mkdir(parents=True, exist_ok=True)
    journal = folder / "journal.jsonl"
    program = ["benchmarks.platform", "--journal", str(journal), "--double", str(double)]
    with Child(folder / "home", settings={**SETTINGS, **(settings or {})}, program=program) as child:
        running = Platform(child, folder, journal)
        try:
            yield running
        finally:
            running.close()


def moment(text: str) -> float:
    """A time of the API in seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()


def _expect(answer: httpx.Response, status: int) -> None:
    if answer.status_code != status:
        raise BenchmarkFailed(
            f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:300]}"
        )
