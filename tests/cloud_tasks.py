"""The stand-in for Cloud Tasks, dispatching, and a queue of the platform that speaks to it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.cloud_tasks import CloudTasksServer
from shared.adapters.embedded.tasks import QueueConfig, SqliteTaskQueue
from shared.adapters.google.tasks import CloudTasksQueue, connect
from tests.clocks import ManualClock

PROJECT, LOCATION = "demo-fanfold", "here"
ACCOUNT = "tasks@demo-fanfold.iam.gserviceaccount.com"
PLACE = f"projects/{PROJECT}/locations/{LOCATION}"


@dataclass(frozen=True)
class CloudTasks:
    """A stand-in: its engine, its server, and the clock of both."""

    engine: SqliteTaskQueue
    server: CloudTasksServer
    clock: ManualClock

    @contextmanager
    def queue(
        self, url: Callable[[str], str], queues: Sequence[str], address: str = "", **options: object
    ) -> Iterator[CloudTasksQueue]:
        """A queue over Google's client, to this server or another address, until the block ends."""
        values: dict[str, object] = {"project": PROJECT, "location": LOCATION, "service_account": ACCOUNT} | options
        made = CloudTasksQueue(
            lambda: connect(address or self.server.address),
            queues=queues,
            url=url,
            clock=self.clock,
            **values,  # type: ignore[arg-type]
        )
        try:
            yield made
        finally:
            made.close()


@contextmanager
def cloud_tasks(
    folder: Path, clock: ManualClock, *, queues: Sequence[QueueConfig], token: Callable[[str], str] = str
) -> Iterator[CloudTasks]:
    """A stand-in until the block ends."""
    engine = SqliteTaskQueue(folder / "tasks.sqlite", clock=clock, token=token, queues=queues)
    engine.start({})
    try:
        with CloudTasksServer(engine.engine, project=PROJECT, location=LOCATION, service_account=ACCOUNT) as server:
            yield CloudTasks(engine, server, clock)
    finally:
        engine.close()
