"""The composition root: the only place that knows all adapters. Everything is made when it is first needed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from shared import logging
from shared.config import Settings, settings
from shared.domain.catalogue import MODELS
from shared.domain.failures import RetryRules
from shared.domain.image_models import ImageModelSpec
from shared.domain.lanes import ADVANCE, EVENTS, IMAGE_LANES
from shared.domain.offers import Offer
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.events import EventBus
from shared.ports.identity import IdentityProvider, PasswordHasher
from shared.ports.ids import Ids
from shared.ports.objects import ObjectStore
from shared.ports.pictures import PictureStudio
from shared.ports.providers import ImageModel
from shared.ports.tasks import TaskQueue
from shared.services.dispatching import Pace
from shared.services.engine import Engine, EngineRules, Ports
from shared.services.row_checks import Limits
from shared.version import VERSION

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from shared.adapters.embedded.tasks import QueueConfig
    from shared.http.task_edge import TaskEdgeSettings
    from shared.services.library import Library

MICROS = 1_000_000
OBJECTS_PATH = "/objects"
_MOST_THREADS = 256
_STEPS_AT_ONCE = 8
_EVENTS_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The adapters of one stack: `secret(name)` gives 32 bytes of that name, `accounts` may send tasks."""

    documents: DocumentStore
    tasks: TaskQueue
    objects: ObjectStore
    events: EventBus
    identity: IdentityProvider
    passwords: PasswordHasher
    secret: Callable[[str], bytes]
    accounts: frozenset[str]
    boot_id: str
    close: Callable[[], None] = field(default=lambda: None)


class Container:
    """Everything that one process needs, made once. `specs` and `providers` are given by tests and benchmarks only."""

    def __init__(
        self,
        config: Settings,
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
        stack: Stack | None = None,
        specs: Sequence[ImageModelSpec] = MODELS,
        providers: Mapping[str, ImageModel] | None = None,
    ) -> None:
        from shared.adapters.system import SystemClock, SystemIds

        self.config = config
        self.clock: Clock = clock or SystemClock()
        self.ids: Ids = ids or SystemIds()
        self._given_stack = stack
        self._specs = specs
        self._providers: dict[str, ImageModel] = dict(providers or {})
        self._scripted = frozenset(self._providers)
        self._lock = Lock()

    @cached_property
    def stack(self) -> Stack:
        """The adapters that the settings choose."""
        return self._given_stack or embedded_stack(self.config, self.clock, self.ids)

    @cached_property
    def offer(self) -> Offer:
        """The models of the providers that are configured."""
        from shared.adapters.providers import registry

        configured = self._scripted or registry.available(self.config)
        return Offer(self._specs, configured, default=self.config.default_model)

    @cached_property
    def studio(self) -> PictureStudio:
        """What reads and makes pictures."""
        from shared.adapters.pictures import PillowPictureStudio

        return PillowPictureStudio()

    @cached_property
    def ports(self) -> Ports:
        """What the services stand on."""
        stack = self.stack
        return Ports(
            documents=stack.documents,
            tasks=stack.tasks,
            objects=stack.objects,
            events=stack.events,
            studio=self.studio,
            clock=self.clock,
            ids=self.ids,
            provider=self.provider,
            worker=stack.boot_id,
        )

    @cached_property
    def engine(self) -> Engine:
        """The services that make batches go."""
        return Engine(self.ports, self.offer, engine_rules(self.config))

    @cached_property
    def library(self) -> "Library":
        """The services around the engine."""
        from shared.services.library import Library, LibraryRules
        from shared.services.references import UploadLimits

        rules = LibraryRules(
            uploads=UploadLimits(bytes=self.config.max_upload_bytes, pixels=self.config.max_upload_pixels),
            link_hours=self.config.link_hours,
            submits_a_minute=self.config.submits_a_minute,
            page_key=self.stack.secret("pages"),
        )
        return Library(
            self.ports,
            self.engine,
            self.offer,
            identity=self.stack.identity,
            passwords=self.stack.passwords,
            rules=rules,
        )

    def close(self) -> None:
        """Let go of what the process holds."""
        if "library" in self.__dict__:
            self.library.live.close()
        if "stack" in self.__dict__:
            self.stack.close()

    def provider(self, name: str) -> ImageModel:
        """The provider of this name, made at its first use; raises ConfigurationWrong."""
        from shared.adapters.providers import registry

        with self._lock:
            if name not in self._providers:
                self._providers[name] = registry.build(name, self.config, self.clock)
            return self._providers[name]

    def api_app(self) -> "ASGIApp":
        """The application of functions/api."""
        return self._api

    def advance_batch_app(self) -> "ASGIApp":
        """The application of functions/advance_batch."""
        return self._advance_batch

    def generate_image_app(self) -> "ASGIApp":
        """The application of functions/generate_image."""
        return self._generate_image

    def reconcile_app(self) -> "ASGIApp":
        """The application of functions/reconcile."""
        return self._reconcile

    def on_upload_app(self) -> "ASGIApp":
        """The application of functions/on_upload."""
        return self._on_upload

    def function_url(self, name: str) -> str:
        """Where a task function answers; also the audience of the tokens that it takes."""
        return f"{self.config.functions_url.rstrip('/')}/{name}"

    @cached_property
    def _api(self) -> "ASGIApp":
        from shared.http.app import create_app
        from shared.http.services import ApiServices, ApiSettings

        engine, library, stack, config = self.engine, self.library, self.stack, self.config
        services = ApiServices(
            submissions=engine.submissions,
            submit_limits=library.submit_limits,
            controls=engine.controls,
            batches=library.batches,
            references=library.references,
            assets=library.assets,
            keys=library.keys,
            sign_ins=library.sign_ins,
            usage=library.usage,
            models=library.models,
            live=library.live,
            parts={"documents": stack.documents.ping, "tasks": stack.tasks.ping, "objects": stack.objects.ping},
            clock=self.clock,
            ids=self.ids,
        )
        limits = ApiSettings(
            version=VERSION,
            max_body_bytes=config.max_body_bytes,
            max_rows=config.max_rows,
            max_images=config.max_images,
            max_upload_bytes=config.max_upload_bytes,
            max_upload_pixels=config.max_upload_pixels,
            submits_a_minute=config.submits_a_minute,
            requests_a_minute=config.requests_a_minute,
        )
        return create_app(services, limits)

    @cached_property
    def _advance_batch(self) -> "ASGIApp":
        from shared.http import task_edge

        return task_edge.advance_batch_app(
            self.engine.steps, self.stack.identity, self._edge("advance_batch", _STEPS_AT_ONCE)
        )

    @cached_property
    def _generate_image(self) -> "ASGIApp":
        from shared.http import task_edge

        edge = self._edge("generate_image", min(len(IMAGE_LANES) * self.config.lane_concurrency, _MOST_THREADS))
        return task_edge.generate_image_app(self.engine.generations, self.stack.identity, edge)

    @cached_property
    def _reconcile(self) -> "ASGIApp":
        from shared.http import task_edge

        return task_edge.reconcile_app(self.engine.reconciliation, self.stack.identity, self._edge("reconcile", 1))

    @cached_property
    def _on_upload(self) -> "ASGIApp":
        from shared.http import event_edge

        edge = self._edge("on_upload", _EVENTS_AT_ONCE)
        return event_edge.on_upload_app(self.library.uploads, self.stack.identity, edge)

    def _edge(self, name: str, concurrency: int) -> "TaskEdgeSettings":
        from shared.http.task_edge import TaskEdgeSettings

        return TaskEdgeSettings(audience=self.function_url(name), accounts=self.stack.accounts, concurrency=concurrency)


def engine_rules(config: Settings) -> EngineRules:
    """The engine's settings out of all settings."""
    limit = config.organisation_budget_usd
    return EngineRules(
        limits=Limits(rows=config.max_rows, images=config.max_images),
        retry=RetryRules(
            max_tries=config.max_tries,
            base_seconds=config.retry_base_seconds,
            max_seconds=config.retry_max_seconds,
            max_age=timedelta(hours=config.max_batch_age_hours),
        ),
        pace=Pace(
            tick=timedelta(milliseconds=config.tick_ms),
            dispatch_timeout=timedelta(seconds=config.dispatch_timeout_seconds),
            model_concurrency=config.model_concurrency,
        ),
        step_lease=timedelta(seconds=config.step_lease_seconds),
        organisation_limit_micros=None if limit is None else int(limit * MICROS),
        stores_at_a_time=config.stores_at_a_time,
    )


def embedded_stack(config: Settings, clock: Clock, ids: Ids) -> Stack:
    """SQLite, files and local keys in the state folder, which this process holds alone from now on.

    Raises ConfigurationWrong with what to do when the folder is occupied, damaged, full or read-only.
    """
    from shared.adapters.embedded.documents import SqliteDocumentStore
    from shared.adapters.embedded.events import InProcessEventBus
    from shared.adapters.embedded.identity import SERVICE_ACCOUNT, LocalIdentityProvider
    from shared.adapters.embedded.keys import KeyFolder
    from shared.adapters.embedded.objects import FileObjectStore
    from shared.adapters.embedded.passwords import Argon2PasswordHasher
    from shared.adapters.embedded.state_folder import StateFolder
    from shared.adapters.embedded.tasks import SqliteTaskQueue
    from shared.repositories.indexes import INDEXES

    folder = StateFolder(config.home, ids=ids)
    keys = KeyFolder(folder.keys)
    lifetime = timedelta(hours=config.token_hours)
    identity = LocalIdentityProvider(keys.signing_key("identity"), clock=clock, lifetime=lifetime)
    documents = SqliteDocumentStore(folder.documents, clock=clock, indexes=INDEXES)
    tasks = SqliteTaskQueue(folder.tasks, clock=clock, token=identity.service_token, queues=embedded_queues(config))
    objects_url = f"{config.public_url.rstrip('/')}{OBJECTS_PATH}"

    def close() -> None:
        tasks.close()
        documents.close()
        folder.close()

    return Stack(
        documents=documents,
        tasks=tasks,
        objects=FileObjectStore(folder.objects, clock=clock, key=keys.secret("links"), base_url=objects_url),
        events=InProcessEventBus(),
        identity=identity,
        passwords=Argon2PasswordHasher(),
        secret=keys.secret,
        accounts=frozenset({SERVICE_ACCOUNT}),
        boot_id=folder.boot_id,
        close=close,
    )


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
        for name, concurrency in ((ADVANCE, _STEPS_AT_ONCE), (EVENTS, _EVENTS_AT_ONCE))
    ]
    return [*own, *lanes]


def container() -> Container:
    """The container of this process, made from its settings at the first call."""
    global _container  # noqa: PLW0603 - one a process is what a composition root is
    with _making:
        if _container is None:
            config = settings()
            logging.configure(config.log_level)
            _container = Container(config)
        return _container


def install(made: Container) -> None:
    """Let `container()` give this one: for a process that decides its settings itself (the local stack)."""
    global _container  # noqa: PLW0603 - as above
    with _making:
        _container = made


_container: Container | None = None
_making = Lock()
