"""The stack of Google Cloud, and the same one on this machine's emulators: only addresses and credentials differ."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from shared.config import Settings, variable
from shared.container.stacks import Stack, function_url
from shared.domain.errors import ConfigurationWrong
from shared.domain.lanes import ALL_QUEUES
from shared.ports.clock import Clock
from shared.ports.ids import Ids
from shared.ports.objects import ObjectStore

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from shared.adapters.google.accounts import FirebaseAccounts
    from shared.adapters.google.documents import FirestoreDocumentStore
    from shared.adapters.google.documents.connections import Interceptor
    from shared.adapters.google.events import PubSubEventBus
    from shared.adapters.google.tasks import CloudTasksQueue

# What a process needs an address of before it can do anything on the emulators.
_ADDRESSES = (
    "firestore_emulator_host",
    "pubsub_emulator_host",
    "firebase_auth_emulator_host",
    "tasks_address",
    "storage_url",
    "certs_url",
    "functions_url",
)


def google_stack(config: Settings, clock: Clock, ids: Ids, *, interceptors: "Sequence[Interceptor]" = ()) -> Stack:
    """Firestore, Cloud Tasks, Cloud Storage and Pub/Sub; Google's clients are loaded and connected when first used.

    `interceptors` stand around every call of Firestore, for tests that count. Raises ConfigurationWrong when the settings lack an address of an emulator.
    """
    from shared.adapters.google.certificates import OAUTH_URL
    from shared.adapters.google.service_tokens import GoogleServiceTokens

    if config.stack == "emulators":
        _check_addresses(config)
    secret = partial(_derived, config.page_key_bytes)
    with ExitStack() as making:
        documents = _documents(config, clock, interceptors)
        making.callback(documents.close)
        tasks = _tasks(config, clock)
        making.callback(tasks.close)
        objects, close_objects = _objects(config, clock, ids)
        making.callback(close_objects)
        events = _events(config)
        making.callback(events.close)
        closing = making.pop_all()

    def people() -> "FirebaseAccounts":
        made = _people(config, clock)
        closing.callback(made.close)
        return made

    return Stack(
        documents=documents,
        tasks=tasks,
        objects=objects,
        events=events,
        people=people,
        services=GoogleServiceTokens(clock=clock, certs_url=config.certs_url or OAUTH_URL),
        secret=secret,
        accounts=config.task_callers,
        boot_id=ids.new("boot"),
        upload_bucket=config.upload_bucket,
        close=closing.close,
    )


def _documents(config: Settings, clock: Clock, interceptors: "Sequence[Interceptor]") -> "FirestoreDocumentStore":
    from shared.adapters.google.documents import FirestoreDocumentStore

    return FirestoreDocumentStore(
        config.project,
        clock=clock,
        database=config.database,
        emulator_host=config.firestore_emulator_host or None,
        interceptors=interceptors,
    )


def _tasks(config: Settings, clock: Clock) -> "CloudTasksQueue":
    from shared.adapters.google.tasks import CloudTasksQueue, connect

    return CloudTasksQueue(
        lambda: connect(config.tasks_address or None),
        project=config.project,
        location=config.region,
        queues=ALL_QUEUES,
        url=partial(function_url, config),
        service_account=config.task_account,
        clock=clock,
        queue_prefix=config.queue_prefix,
    )


def _objects(config: Settings, clock: Clock, ids: Ids) -> tuple[ObjectStore, Callable[[], None]]:
    """The objects, and what lets go of their connections."""
    from shared.adapters.google.buckets import TwoBuckets
    from shared.adapters.google.objects import CloudStorageObjectStore
    from shared.adapters.google.sessions import STORAGE_URL, authorized_session, storage_client
    from shared.adapters.google.signers import IAM_URL, IamSigner

    # The stand-in signs for itself; elsewhere each function signs as the account that it runs as.
    is_local = config.stack == "emulators"
    url = config.storage_url or STORAGE_URL
    signer = IamSigner(
        lambda: authorized_session(_credentials(config)),
        email=config.task_account if is_local else "",
        url=config.storage_url or IAM_URL,
    )
    stores = [
        CloudStorageObjectStore(
            lambda: storage_client(config.project, credentials=_credentials(config), url=url),
            bucket,
            clock=clock,
            ids=ids,
            signer=signer,
            url=url,
        )
        for bucket in (config.bucket, config.upload_bucket)
    ]

    def close() -> None:
        for store in stores:
            store.close()
        signer.close()

    return TwoBuckets(*stores), close


def _events(config: Settings) -> "PubSubEventBus":
    from shared.adapters.embedded.events import InProcessEventBus
    from shared.adapters.google.events import PubSubEventBus, connect

    return PubSubEventBus(
        lambda: connect(config.pubsub_emulator_host or None),
        project=config.project,
        topic=config.topic,
        local=InProcessEventBus(),
    )


def _people(config: Settings, clock: Clock) -> "FirebaseAccounts":
    from shared.adapters.google.accounts import FirebaseAccounts

    return FirebaseAccounts(
        config.project,
        api_key=config.firebase_api_key,
        clock=clock,
        emulator_host=config.firebase_auth_emulator_host,
    )


def _credentials(config: Settings) -> "Credentials | None":
    """None: those of the process; the emulators ask for none."""
    if config.stack == "google":
        return None
    from google.auth.credentials import AnonymousCredentials

    return AnonymousCredentials()  # type: ignore[no-untyped-call]


def _check_addresses(config: Settings) -> None:
    missing = [variable(name) for name in _ADDRESSES if not getattr(config, name)]
    if missing:
        raise ConfigurationWrong(
            f"FANFOLD_STACK=emulators needs {', '.join(missing)}: `make run` starts the emulators and sets them."
        )


def _derived(key: bytes, name: str) -> bytes:
    """The secret of this name: the same in every function, and nothing that another one could be told from."""
    return hmac.digest(key, f"fanfold:{name}".encode(), hashlib.sha256)
