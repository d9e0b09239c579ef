"""The platform on Google's emulators within this process, so that what it asks of Google Cloud can be counted."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from uuid import uuid4

from starlette.types import ASGIApp, Receive, Scope, Send

from infra.local.emulated import EmulatorsFoundation
from infra.local.functions import ByFirstPart
from shared.adapters.embedded.tasks import SqliteTaskQueue
from shared.adapters.google.documents import FirestoreDocumentStore
from shared.adapters.system import SystemClock, SystemIds
from shared.config import Settings
from shared.container import Container
from shared.container.google import google_stack
from shared.domain.batch_forms import BatchCreate
from shared.domain.batches import Batch
from shared.domain.callers import Caller
from shared.domain.ids import compose
from shared.domain.image_models import ImageModelSpec
from shared.domain.lanes import ALL_QUEUES
from shared.domain.modes import Role
from shared.ports.providers import ImageModel
from shared.repositories import paths
from tests.emulators import auth_host, firestore_host, pubsub_host
from tests.firestore_calls import FirestoreCalls
from tests.servers import serve, serve_on

ORG = compose("org", b"an organisation of ours")
_POLL_SECONDS = 0.1


@dataclass
class Uploads:
    """The stand-in for Cloud Storage, its uploads counted."""

    app: ASGIApp
    puts: int = 0
    lock: Lock = field(default_factory=Lock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in {"POST", "PUT"} and scope["path"].startswith("/upload/"):
            with self.lock:
                self.puts += 1
        await self.app(scope, receive, send)


@dataclass
class Platform:
    """A platform that runs: its container, what it asked of Google Cloud, and a view of its documents that costs nothing."""

    container: Container
    calls: FirestoreCalls
    uploads: Uploads
    queue: SqliteTaskQueue
    view: FirestoreDocumentStore
    clock: SystemClock = field(default_factory=SystemClock)

    def submit(self, create: BatchCreate) -> str:
        """Submit a batch; its id."""
        caller = Caller(org=ORG, id="key_test", member="mem_test", role=Role.EDITOR)
        return self.container.engine.submissions.submit(caller, create, idempotency_key=None, fingerprint="").id

    @property
    def tasks_created(self) -> int:
        """How many tasks were asked for, those among them that were there already."""
        engine = self.queue.engine
        return sum(engine.counted(name, what) for name in ALL_QUEUES for what in ("created", "existed"))

    def ended(self, batch: str) -> Batch:
        """The batch, once it is announced that it has ended; the test's time limit ends the waiting."""
        while True:
            document = self.view.get(paths.batch(ORG, batch))
            found = None if document is None else Batch.read(document.data)
            if found and found.status.is_terminal and found.announced_series == found.series:
                return found
            self.clock.sleep(_POLL_SECONDS)


@contextmanager
def platform(
    folder: Path,
    *,
    provider: ImageModel,
    specs: tuple[ImageModelSpec, ...],
    functions: Mapping[str, ASGIApp] = MappingProxyType({}),
    tick_ms: int = 1_000,
) -> Iterator[Platform]:
    """The functions that make images, in a project of their own on the session's emulators; `functions` replace ours."""
    clock, ids, calls = SystemClock(), SystemIds(), FirestoreCalls()
    with ExitStack() as opened:
        inner = opened.enter_context(serve())
        config = Settings.model_validate(
            {
                "stack": "emulators",
                "home": folder,
                "project": f"demo-{uuid4().hex[:12]}",
                "public_url": inner.url,
                "functions_url": inner.url,
                "tick_ms": tick_ms,
                "FIRESTORE_EMULATOR_HOST": firestore_host(),
                "PUBSUB_EMULATOR_HOST": pubsub_host(),
                "FIREBASE_AUTH_EMULATOR_HOST": auth_host(),
            }
        )
        foundation = opened.enter_context(EmulatorsFoundation(config))
        config = foundation.config
        container = Container(
            config,
            clock=clock,
            ids=ids,
            stack=google_stack(config, clock, ids, interceptors=[calls]),
            specs=specs,
            providers={"scripted": provider},
        )
        opened.callback(container.close)
        view = FirestoreDocumentStore(config.project, clock=clock, emulator_host=config.firestore_emulator_host)
        opened.callback(view.close)
        ground = foundation.ground(container)
        apps: dict[str, ASGIApp] = {
            "advance_batch": container.advance_batch_app(),
            "generate_image": container.generate_image_app(),
            **functions,
        }
        inner.mount("", ByFirstPart(apps))
        [(listening, storage)] = ground.others
        uploads = Uploads(storage)
        opened.enter_context(serve_on(listening, uploads))
        ground.begin([])
        opened.callback(ground.end, 10.0)
        yield Platform(container, calls, uploads, ground.queue, view)
