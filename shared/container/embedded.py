"""The embedded stack: SQLite, files and local keys."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from shared.config import Settings
from shared.container.concurrencies import EVENTS_AT_ONCE, STEPS_AT_ONCE, WEBHOOKS_AT_ONCE
from shared.container.stacks import Stack
from shared.domain.lanes import ADVANCE, EVENTS, IMAGE_LANES, WEBHOOKS
from shared.ports.clock import Clock
from shared.ports.ids import Ids

if TYPE_CHECKING:
    from shared.adapters.embedded.keys import KeyFolder
    from shared.adapters.embedded.tasks import QueueConfig
    from shared.ports.documents import DocumentStore
    from shared.ports.identity import Accounts

OBJECTS_PATH = "/objects"


def embedded_stack(config: Settings, clock: Clock, ids: Ids) -> Stack:
    """SQLite, files and local keys in the state folder, which this process holds alone from now on.

    Raises ConfigurationWrong with what to do when the folder is occupied, damaged, full or read-only.
    """
    from shared.adapters.embedded.documents import SqliteDocumentStore
    from shared.adapters.embedded.events import InProcessEventBus, PushedEventBus
    from shared.adapters.embedded.keys import KeyFolder
    from shared.adapters.embedded.objects import FileObjectStore
    from shared.adapters.embedded.pushes import UPLOAD_BUCKET, Pushes
    from shared.adapters.embedded.service_tokens import SERVICE_ACCOUNT, LocalServiceTokens
    from shared.adapters.embedded.state_folder import StateFolder
    from shared.adapters.embedded.tasks import SqliteTaskQueue
    from shared.repositories.indexes import INDEXES

    folder = StateFolder(config.home, ids=ids)
    keys = KeyFolder(folder.keys)
    services = LocalServiceTokens(keys.signing_key("services"), clock=clock)
    documents = SqliteDocumentStore(folder.documents, clock=clock, indexes=INDEXES)
    tasks = SqliteTaskQueue(folder.tasks, clock=clock, token=services.token, queues=embedded_queues(config))
    objects_url = f"{config.public_url.rstrip('/')}{OBJECTS_PATH}"

    def close() -> None:
        tasks.close()
        documents.close()
        folder.close()

    return Stack(
        documents=documents,
        tasks=tasks,
        objects=FileObjectStore(folder.objects, clock=clock, key=keys.secret("links"), base_url=objects_url),
        events=PushedEventBus(Pushes(tasks, clock=clock), function="on_event", local=InProcessEventBus()),
        people=partial(_people, config, documents, keys, clock),
        services=services,
        secret=keys.secret,
        accounts=frozenset({SERVICE_ACCOUNT}),
        boot_id=folder.boot_id,
        upload_bucket=UPLOAD_BUCKET,
        close=close,
    )


def _people(config: Settings, documents: "DocumentStore", keys: "KeyFolder", clock: Clock) -> "Accounts":
    from shared.adapters.embedded.accounts import LocalAccounts
    from shared.adapters.embedded.passwords import Argon2PasswordHasher

    key, lifetime = keys.signing_key("identity"), timedelta(hours=config.token_hours)
    return LocalAccounts(documents, passwords=Argon2PasswordHasher(), key=key, clock=clock, lifetime=lifetime)


def embedded_queues(config: Settings) -> "list[QueueConfig]":
    """The queues of the embedded stack: the lanes as the settings say, and the steps' own."""
    from shared.adapters.embedded.tasks import QueueConfig, RetryConfig

    # A delivery that fails never reached a claim: it is made until it does, and the engine alone gives up.
    retry = RetryConfig(max_attempts=-1, min_backoff_seconds=0.5, max_backoff_seconds=60)
    lanes = [
        QueueConfig(
            name=name,
            max_dispatches_per_second=config.lane_rate_per_second,
            max_concurrent_dispatches=config.lane_concurrency,
            retry=retry,
        )
        for name in IMAGE_LANES.values()
    ]
    own = [
        QueueConfig(name=name, max_concurrent_dispatches=concurrency, retry=retry)
        for name, concurrency in ((ADVANCE, STEPS_AT_ONCE), (EVENTS, EVENTS_AT_ONCE), (WEBHOOKS, WEBHOOKS_AT_ONCE))
    ]
    return [*own, *lanes]
