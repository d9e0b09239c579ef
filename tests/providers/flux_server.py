"""A server on this machine that speaks Flux's protocol: a job is taken, asked for, and its picture fetched."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from tests.providers.replies import Reply, colour_of, of_json, painted
from tests.providers.servers import ProviderServer


@dataclass(frozen=True, kw_only=True)
class Received:
    """One request as it came over the wire: what for, of which job, and a submit's JSON."""

    number: int
    kind: Literal["submit", "look", "picture"]
    path: str
    job: str
    headers: dict[str, str]
    wishes: dict[str, Any]


Script = Callable[[Received], Reply | int]


class FluxServer(ProviderServer[Received]):
    """Speaks Flux's protocol. A job is ready at the `looks_needed`-th look; `result` and `taken` add to what is answered.

    A script that is given answers instead, and may hand on to `speak`.
    """

    def __init__(self, script: Script | None = None, *, looks_needed: int = 1, **settings: Any) -> None:
        super().__init__(script or self.speak, **settings)
        self.looks_needed = looks_needed
        self.taken: dict[str, Any] = {}
        self.result: dict[str, Any] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.looks: Counter[str] = Counter()

    @property
    def submits(self) -> list[Received]:
        """The billable calls."""
        return [each for each in self.requests if each.kind == "submit"]

    def received(self, number: int, path: str, headers: dict[str, str], body: bytes) -> Received:
        asked = urlsplit(path)
        if body:
            wishes = json.loads(body)
            return Received(
                number=number, kind="submit", path=path, job=f"job-{number}", headers=headers, wishes=wishes
            )
        job = parse_qs(asked.query).get("id", [""])[0]
        kind: Literal["look", "picture"] = "look" if asked.path.endswith("/get_result") else "picture"
        return Received(number=number, kind=kind, path=path, job=job, headers=headers, wishes={})

    def speak(self, received: Received) -> Reply:
        """As Flux does."""
        if received.kind == "submit":
            self.jobs[received.job] = received.wishes
            taken = {"id": received.job, "polling_url": f"{self.url}/v1/get_result?id={received.job}", **self.taken}
            return of_json(taken)
        if received.kind == "look":
            return self._standing(received)
        return self._picture(self.jobs[received.job], received.job)

    def turn_away(self) -> Reply:
        headers = [("Retry-After", "1")] if self.tells_wait else []
        return of_json({"detail": "You have reached the maximum number of active tasks."}, status=429, headers=headers)

    def error(self, status: int) -> Reply:
        return of_json({"detail": "scripted"}, status=status)

    def _standing(self, received: Received) -> Reply:
        wishes = self.jobs.get(received.job)
        if wishes is None:
            return of_json({"id": received.job, "status": "Task not found"})
        self.looks[received.job] += 1
        if self.looks[received.job] < self.looks_needed:
            return of_json({"id": received.job, "status": "Pending", "progress": 0.5})
        result = {"sample": f"{self.url}/delivery/picture.png?id={received.job}&sig=s", "seed": wishes["seed"]}
        return of_json({"id": received.job, "status": "Ready", "result": {**result, **self.result}})

    def _picture(self, wishes: dict[str, Any], job: str) -> Reply:
        red, green, blue = colour_of(wishes["prompt"], wishes["seed"], wishes.get("strength"))
        picture = painted(int(wishes["width"]), int(wishes["height"]), (red, green, blue))
        return Reply(body=picture, media_type="image/png", headers=(("X-Job", job),))
