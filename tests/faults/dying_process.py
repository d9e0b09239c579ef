"""Lives of a small batch, each in a process of its own that is killed at one call to a port: `python -m … FOLDER [jobs]`.

The folder then holds one world a call, named `before-N` or `after-N`, with what was bought and announced in it. With
`jobs` the provider works on its own side, and goes on when the process is gone.
"""

import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog

from shared.domain.errors import ErrorKind, ProviderError
from shared.domain.items import ProviderJob
from shared.ports.events import Event
from shared.ports.providers import GeneratedImage, ImageRequest, StillRunning
from tests.engine.faults import FaultyWorld
from tests.engine.scripted import ScriptedJobs, ScriptedProvider, job_model, made

BOUGHT = "bought.jsonl"
ANNOUNCED = "announced.jsonl"
LIMIT = 200


class Journal:
    """What happened, on the disk before the process goes on."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, entry: Any) -> None:
        """Write one entry."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def read(self) -> list[Any]:
        """All entries."""
        return [json.loads(line) for line in self._path.read_text().splitlines()] if self._path.exists() else []


class Announcements(list[Event]):
    """A world's events, journalled."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    def append(self, event: Event) -> None:
        """Hear of one."""
        self._journal.append({"batch": event.data["batch"], "series": event.data["series"]})
        super().append(event)


def world_in(folder: Path, *, seed: int) -> FaultyWorld:
    """A world whose purchases are journalled; the prompt `unlucky` fails once."""
    folder.mkdir(exist_ok=True)
    bought = Journal(folder / BOUGHT)

    def answer(request: ImageRequest, _: int) -> GeneratedImage:
        asked = [request.prompt, request.variant]
        if request.prompt == "unlucky" and ["failed"] not in bought.read():
            bought.append(["failed"])
            raise ProviderError(ErrorKind.UNAVAILABLE, "The model is overloaded.")
        bought.append(asked)
        return made(request)

    return FaultyWorld(folder, provider=ScriptedProvider(answer), seed=seed)


class LastingJobs(ScriptedJobs):
    """Jobs whose provider keeps them on the disk: they go on when the process that submitted them is gone."""

    def __init__(self, bought: Journal) -> None:
        super().__init__()
        self._bought = bought

    def submit(self, request: ImageRequest) -> ProviderJob:
        """A new job; its name says what it makes."""
        if request.prompt == "unlucky" and ["failed"] not in self._bought.read():
            self._bought.append(["failed"])
            raise ProviderError(ErrorKind.UNAVAILABLE, "The model is overloaded.")
        self._bought.append([request.prompt, request.variant])
        return ProviderJob(id=f"{request.aspect_ratio}/{request.variant}")

    def poll(self, job: ProviderJob, *, deadline_seconds: float) -> GeneratedImage | StillRunning:
        """Still running at the first look of a process, there at the second."""
        self.looks[job.id] += 1
        if self.looks[job.id] == 1:
            return StillRunning()
        shape, _, variant = job.id.partition("/")
        request = ImageRequest(
            model="", prompt="", aspect_ratio=shape, size="1K", variant=int(variant), deadline_seconds=deadline_seconds
        )
        return made(request)


def world_of_jobs_in(folder: Path, *, seed: int) -> FaultyWorld:
    """As `world_in`, at a provider that works on its own side."""
    folder.mkdir(exist_ok=True)
    jobs = LastingJobs(Journal(folder / BOUGHT))
    # The clock of the next life is a minute ahead: a job has longer than that.
    return FaultyWorld(folder, provider=jobs, specs=(replace(job_model(), deadline_seconds=600),), seed=seed)


WORLDS = {"calls": world_in, "jobs": world_of_jobs_in}


def live(world: FaultyWorld) -> str:
    """Three images, one of which needs a second try."""
    batch = world.submit({"prompt": "a cup", "variants": 2}, {"prompt": "unlucky"}, key="once")
    world.run()
    return batch


def _die_at(folder: Path, kind: str, position: int, moment: str) -> None:
    world = WORLDS[kind](folder, seed=0)
    world.events = Announcements(Journal(folder / ANNOUNCED))
    world.restart()
    calls = 0

    def count(_: str) -> None:
        nonlocal calls
        calls += 1
        if calls == position:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(world.faults, moment, count)
    live(world)


def main(folder: Path, kind: str = "calls") -> None:
    """Lives and deaths, until a life is over before its death."""
    for moment in ("before", "after"):
        for position in range(1, LIMIT):
            child = os.fork()
            if child == 0:
                _die_at(folder / f"{moment}-{position}", kind, position, moment)
                os._exit(0)
            _, status = os.waitpid(child, 0)
            if not os.WIFSIGNALED(status):
                if os.WEXITSTATUS(status):
                    sys.exit(f"{moment}-{position} failed instead of dying")
                break


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    main(Path(sys.argv[1]), *sys.argv[2:])
