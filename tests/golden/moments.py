"""What a version writes, kept as files: every document, stored rows and tasks, in the middle of a batch and at its end.

`python -m tests.golden.moments` keeps what this version writes as tests/golden/VERSION/; what is kept of versions that
were deployed is never written again, since their documents are out there.
"""

import gzip
import json
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from shared.domain.errors import ErrorKind, RefusalStage
from shared.domain.modes import BatchStatus, Desired, ItemStatus, Priority, ReferenceMode, Role
from shared.domain.money import LedgerKind
from shared.domain.references import ReferenceStatus
from shared.ports.providers import GeneratedImage, ImageRequest
from shared.repositories import paths
from shared.services.organisations import OrganisationCreate
from shared.version import VERSION
from tests.api.stacks import PASSWORD, ApiStack, refusing
from tests.engine.scripted import ScriptedProvider
from tests.engine.worlds import Delivery

FOLDER = Path(__file__).parent
ROWS: list[dict[str, Any]] = [
    {"prompt": "A {{colour}} boat on a lake", "variants": 2, "metadata": {"sku": "B-1"}, "seed": 7},
    {"prompt": "A kite, refuse it"},
    {"prompt": "A walker on a beach", "tags": ["summer"], "expand": {"aspect_ratio": ["1:1", "16:9"]}},
]
STATES: tuple[type[StrEnum], ...] = (
    BatchStatus,
    Desired,
    ErrorKind,
    ItemStatus,
    LedgerKind,
    Priority,
    ReferenceMode,
    ReferenceStatus,
    RefusalStage,
    Role,
)
_TIME = "time:"


@dataclass(frozen=True)
class Moment:
    """Everything that is stored at one moment: documents and tasks by path and name, each batch's rows as lines."""

    org: str
    now: datetime
    documents: dict[str, dict[str, Any]]
    tasks: list[dict[str, Any]]
    rows: dict[str, list[str]]

    def dumped(self) -> str:
        """As it is kept in a file."""
        said = {
            "org": self.org,
            "now": self.now,
            "documents": dict(sorted(self.documents.items())),
            "tasks": self.tasks,
            "rows": self.rows,
        }
        return json.dumps(said, indent=1, sort_keys=False, ensure_ascii=False, default=_timed) + "\n"


def _timed(value: object) -> str:
    if isinstance(value, datetime):
        return f"{_TIME}{value.isoformat()}"
    raise TypeError(f"{type(value).__name__} is not stored anywhere")


def _untimed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _untimed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_untimed(inner) for inner in value]
    if isinstance(value, str) and value.startswith(_TIME):
        return datetime.fromisoformat(value.removeprefix(_TIME)).astimezone(UTC)
    return value


def load(file: Path) -> Moment:
    """A moment that was kept."""
    return Moment(**_untimed(json.loads(file.read_text(encoding="utf-8"))))


def taken(stack: ApiStack) -> Moment:
    """What the machine has stored now."""
    with closing(sqlite3.connect(stack.folder / "documents.sqlite")) as connection:
        found = connection.execute("SELECT parent, id FROM documents").fetchall()
    names = [f"{collection}/{name}" for collection, name in found]
    documents = {path: document.data for path, document in stack.store.get_many(names).items()}
    assert len(documents) == len(found)
    org = stack.ours.org
    batches = [path.rpartition("/")[2] for path in documents if shape(path) == "orgs/*/batches/*"]
    rows = {
        batch: gzip.decompress(stack.files.get(paths.rows_object(org, batch))).decode().split("\n") for batch in batches
    }
    tasks = [_told(delivery) for delivery in stack.waiting()]
    return Moment(org=org, now=stack.clock.now(), documents=documents, tasks=tasks, rows=rows)


def _told(delivery: Delivery) -> dict[str, Any]:
    return {
        "queue": delivery.queue,
        "name": delivery.name,
        "function": delivery.function,
        "payload": delivery.payload,
        "due_at": delivery.due_at,
    }


def shape(path: str) -> str:
    """A document's path with each id as `*`."""
    parts = path.split("/")
    return "/".join(part if place % 2 == 0 else "*" for place, part in enumerate(parts))


def play(folder: Path) -> tuple[Moment, Moment]:
    """A batch in the middle (an image made, others under way) and at its end, with all that stands around it."""
    with closing(ApiStack(folder)) as stack:
        stack.library.organisations.bootstrap(
            OrganisationCreate(name="First", email="first@first.example", member_name="First", password=PASSWORD)
        )
        body: dict[str, Any] = {
            "rows": [{**ROWS[0], "references": [stack.reference()], "variables": {"colour": "red"}}, *ROWS[1:]],
            "name": "Boats",
            "reuse": True,
        }
        accepted = stack.ask("POST", "/v1/batches", json=body, headers={"Idempotency-Key": '"golden"'})
        assert accepted.status_code == 202, accepted.text
        batch = accepted.json()["id"]
        # The third call is under way: its item is running, its recipe is locked, others are made or wait.
        midway: list[Moment] = []

        def answer(request: ImageRequest, earlier: int) -> GeneratedImage:
            if len(watched.requests) == 3:
                midway.append(taken(stack))
            return refusing(request, earlier)

        stack.provider = watched = ScriptedProvider(answer)
        stack.run(until=lambda: stack.batch(batch, stack.ours.org).next_step_at is None)
        return midway[0], taken(stack)


def main(folder: Path = FOLDER) -> int:
    """Keep what this version writes."""
    home = folder / VERSION
    home.mkdir(exist_ok=True)
    with TemporaryDirectory() as place:
        for name, moment in zip(("midway", "ended"), play(Path(place)), strict=True):
            (home / f"{name}.json").write_text(moment.dumped(), encoding="utf-8")
    states = {kind.__name__: [state.value for state in kind] for kind in STATES}
    (home / "states.json").write_text(json.dumps(states, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
