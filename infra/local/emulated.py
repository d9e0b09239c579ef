"""The foundation of the emulators' stack: Google's emulators and our stand-ins, all on loopback and free ports."""

import base64
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from socket import socket
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pydantic import SecretStr
from starlette.types import ASGIApp

from infra.local import emulators, servers
from infra.local.cloud_storage import StoredObjects, ThrowAwayAccount, storage_app
from infra.local.cloud_storage.notifications import Notifications
from infra.local.cloud_tasks import CloudTasksServer
from infra.local.emulators import Emulator
from infra.local.foundations import Ground
from infra.local.functions import Function
from infra.local.pubsub_pushes import PubSubPushes, connect_subscriber
from infra.local.service_tokens import TokenIssuer
from shared.adapters.embedded.keys import KeyFolder
from shared.adapters.embedded.state_folder import EMULATORS, StateFolder
from shared.adapters.embedded.tasks import SqliteTaskQueue
from shared.adapters.google.events import connect
from shared.adapters.system import SystemClock, SystemIds
from shared.config import Settings
from shared.container import Container
from shared.container.embedded import embedded_queues

if TYPE_CHECKING:
    from google.pubsub_v1 import PublisherClient

LOOPBACK = "127.0.0.1"
RULES = Path(__file__).parents[1] / "firestore.rules"
# As function.yaml calls them.
EVENTS_TOPIC, UPLOADS_TOPIC = "events", "uploads"
_OBJECTS = "objects.sqlite"


class EmulatorsFoundation:
    """Firestore, Pub/Sub and Firebase Authentication by Google's emulators, Cloud Tasks and Cloud Storage by stand-ins, until the block ends.

    An emulator whose address is among the settings is used, not started: it outlives this process, and so does what it
    holds. Without Firestore's, everything begins empty. Raises ConfigurationWrong with what to install, or Unavailable.
    """

    def __init__(self, config: Settings) -> None:
        with ExitStack() as opening:
            folder = opening.enter_context(StateFolder(config.home / EMULATORS, ids=SystemIds()))
            self._keeps = bool(config.firestore_emulator_host)
            _clear(folder, keep_objects=self._keeps)
            self.config = self._emulated(config, folder, opening)
            self._issuer = opening.enter_context(TokenIssuer(account=config.task_account, clock=SystemClock()))
            self._storage, storage_url = self._stored(folder, opening)
            self._queue, tasks_address = self._queued(folder, opening)
            self.config = self.config.model_copy(
                update={
                    "certs_url": self._issuer.certs_url,
                    "storage_url": storage_url,
                    "tasks_address": tasks_address,
                }
            )
            self._opened = opening.pop_all()

    def ground(self, container: Container) -> Ground:
        """The stand-ins' queue and objects, and Pub/Sub's pushes."""
        config = self.config
        pushes = PubSubPushes(
            lambda: connect_subscriber(config.pubsub_emulator_host), project=config.project, token=self._issuer.token
        )

        def begin(found: Sequence[Function]) -> None:
            # Cloud Tasks' tasks carry their addresses.
            self._queue.start({})
            for one in found:
                if one.topic:
                    topic = config.topic if one.topic == EVENTS_TOPIC else one.topic
                    url = container.function_url(one.name)
                    pushes.subscribe(topic, one.name, url, timeout_seconds=one.timeout_seconds)

        def end(seconds: float) -> None:
            pushes.stop(seconds)
            self._queue.stop(seconds)

        return Ground(
            queue=self._queue, token=self._issuer.token, begin=begin, end=end, others=[self._storage], told=self._told()
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def _emulated(self, config: Settings, folder: StateFolder, opening: ExitStack) -> Settings:
        """The settings with the emulators' addresses; those that are missing are started, all at once."""
        starters: dict[str, Callable[[], Emulator]] = {
            "firestore_emulator_host": lambda: emulators.firestore(rules=RULES),
            "pubsub_emulator_host": emulators.pubsub,
            "firebase_auth_emulator_host": lambda: emulators.auth(config.project),
        }
        missing = {name: start for name, start in starters.items() if not getattr(config, name)}
        with ThreadPoolExecutor(len(starters)) as pool:
            started = {name: pool.submit(start) for name, start in missing.items()}
        for future in started.values():
            if future.exception() is None:
                opening.enter_context(future.result())
        hosts = {name: future.result().host for name, future in started.items()}
        page_key = base64.b64encode(KeyFolder(folder.keys).secret("pages")).decode()
        return config.model_copy(
            update={**hosts, "home": folder.path, "page_key": config.page_key or SecretStr(page_key)}
        )

    def _stored(self, folder: StateFolder, opening: ExitStack) -> tuple[tuple[socket, ASGIApp], str]:
        """Cloud Storage's stand-in, where it will be served, and its address."""
        config = self.config
        publisher = connect(config.pubsub_emulator_host)
        opening.callback(publisher.transport.close)
        for topic in (config.topic, UPLOADS_TOPIC):
            _make_topic(publisher, f"projects/{config.project}/topics/{topic}")
        notices = Notifications(
            publisher, bucket=config.upload_bucket, topic=f"projects/{config.project}/topics/{UPLOADS_TOPIC}"
        )
        objects = StoredObjects(
            folder.path / _OBJECTS,
            buckets=[config.bucket, config.upload_bucket],
            clock=SystemClock(),
            finalized=notices.finalized,
        )
        opening.callback(objects.close)
        listening = opening.enter_context(servers.listen(LOOPBACK, 0))
        app = storage_app(objects, ThrowAwayAccount(config.task_account), clock=SystemClock())
        return (listening, app), f"http://{LOOPBACK}:{listening.getsockname()[1]}"

    def _queued(self, folder: StateFolder, opening: ExitStack) -> tuple[SqliteTaskQueue, str]:
        """Cloud Tasks' stand-in, and its address."""
        config = self.config
        queue = SqliteTaskQueue(
            folder.tasks, clock=SystemClock(), token=self._issuer.token, queues=embedded_queues(config)
        )
        opening.callback(queue.close)
        server = CloudTasksServer(
            queue.engine, project=config.project, location=config.region, service_account=config.task_account
        )
        opening.enter_context(server)
        return queue, server.address

    def _told(self) -> list[str]:
        config = self.config
        kept = (
            "kept as long as its emulator runs" if self._keeps else "empty at every start: its emulator keeps nothing"
        )
        return [
            f"Firestore {config.firestore_emulator_host}  ({kept})",
            f"Pub/Sub   {config.pubsub_emulator_host}",
            f"Sign-in   {config.firebase_auth_emulator_host}  (Firebase Authentication)",
            f"Tasks     {config.tasks_address}  (a stand-in for Cloud Tasks)",
            f"Storage   {config.storage_url}  (a stand-in for Cloud Storage)",
            "Ctrl-C stops them all",
        ]


def _clear(folder: StateFolder, *, keep_objects: bool) -> None:
    """Remove what belongs to a run that is over: tasks know its ports, objects the documents that Firestore forgot."""
    gone = [folder.tasks.name] if keep_objects else [folder.tasks.name, _OBJECTS]
    for name in gone:
        for suffix in ("", "-wal", "-shm"):
            (folder.path / f"{name}{suffix}").unlink(missing_ok=True)


def _make_topic(publisher: "PublisherClient", name: str) -> None:
    from google.api_core.exceptions import AlreadyExists

    try:
        publisher.create_topic(name=name)
    except AlreadyExists:
        return
