"""Lives of a small batch, each in a process of its own that is killed at one call to a port: `python -m … FOLDER`.

The folder then holds one world a call, named `before-N` or `after-N`, with what was bought and announced in it.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import structlog

from shared.domain.errors import ErrorKind, ProviderError
from shared.ports.events import Event
from shared.ports.providers import GeneratedImage, ImageRequest
from tests.engine.faults import FaultyWorld
from tests.engine.scripted import ScriptedProvider, made

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


def live(world: FaultyWorld) -> str:
    """Three images, one of which needs a second try."""
    batch = world.submit({"prompt": "a cup", "variants": 2}, {"prompt": "unlucky"}, key="once")
    world.run()
    return batch


def _die_at(folder: Path, position: int, moment: str) -> None:
    world = world_in(folder, seed=0)
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


def main(folder: Path) -> None:
    """Lives and deaths, until a life is over before its death."""
    for moment in ("before", "after"):
        for position in range(1, LIMIT):
            child = os.fork()
            if child == 0:
                _die_at(folder / f"{moment}-{position}", position, moment)
                os._exit(0)
            _, status = os.waitpid(child, 0)
            if not os.WIFSIGNALED(status):
                if os.WEXITSTATUS(status):
                    sys.exit(f"{moment}-{position} failed instead of dying")
                break


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    main(Path(sys.argv[1]))
