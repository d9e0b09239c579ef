"""One process's container."""

from collections.abc import Mapping, Sequence
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from shared.config import Settings
from shared.container.concurrencies import EVENTS_AT_ONCE, STEPS_AT_ONCE, WEBHOOKS_AT_ONCE
from shared.container.sign_ins import firebase_settings
from shared.container.stacks import Stack, chosen_stack, function_url
from shared.domain.lanes import IMAGE_LANES
from shared.ports.clock import Clock
from shared.ports.ids import Ids
from shared.services.made_once import made_once
from shared.version import VERSION

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from shared.adapters.telemetry import Exports
    from shared.domain.image_models import ImageModelSpec
    from shared.domain.offers import Offer
    from shared.http.service_edge import EdgeSettings
    from shared.http.services import ApiSettings
    from shared.ports.pictures import PictureStudio
    from shared.ports.providers import ImageProvider
    from shared.services.engine import Engine, Ports
    from shared.services.jobs import Jobs
    from shared.services.library import Library
    from shared.services.notifications import Notifications

_MOST_THREADS = 256
# Jobs stop by themselves before their functions are stopped, and go on where they were at the next call.
JOB_SECONDS = 600.0


class Container:
    """Everything that one process needs, made once. `specs` (else the catalogue) and `providers` are given by tests and benchmarks only."""

    def __init__(
        self,
        config: Settings,
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
        stack: Stack | None = None,
        specs: "Sequence[ImageModelSpec] | None" = None,
        providers: "Mapping[str, ImageProvider] | None" = None,
    ) -> None:
        from shared.adapters.system import SystemClock, SystemIds

        self.config = config
        self.clock: Clock = clock or SystemClock()
        self.ids: Ids = ids or SystemIds()
        self._given_stack = stack
        self._specs = specs
        self._providers: dict[str, ImageProvider] = dict(providers or {})
        self._scripted = frozenset(self._providers)
        self._lock = Lock()

    @made_once
    def stack(self) -> Stack:
        """The adapters that the settings choose."""
        return self._given_stack or chosen_stack(self.config, self.clock, self.ids)

    @made_once
    def offer(self) -> "Offer":
        """The models of the providers that are configured."""
        from shared.adapters.providers import registry
        from shared.domain.catalogue import MODELS
        from shared.domain.offers import Offer

        configured = self._scripted or registry.available(self.config)
        return Offer(MODELS if self._specs is None else self._specs, configured, default=self.config.default_model)

    @made_once
    def studio(self) -> "PictureStudio":
        """What reads and makes pictures."""
        from shared.adapters.pictures import PillowPictureStudio

        return PillowPictureStudio()

    @made_once
    def ports(self) -> "Ports":
        """What the services stand on."""
        from shared.services.engine import Ports

        stack = self.stack
        return Ports(
            documents=stack.documents,
            tasks=stack.tasks,
            objects=stack.objects,
            events=stack.events,
            studio=lambda: self.studio,
            clock=self.clock,
            ids=self.ids,
            provider=self.provider,
            worker=stack.boot_id,
        )

    @made_once
    def engine(self) -> "Engine":
        """The services that make batches go."""
        from shared.container.rules import engine_rules
        from shared.services.engine import Engine

        return Engine(self.ports, lambda: self.offer, engine_rules(self.config))

    @made_once
    def library(self) -> "Library":
        """The services around the engine."""
        from shared.services.library import Library, LibraryRules
        from shared.services.references import UploadLimits

        rules = LibraryRules(
            uploads=UploadLimits(bytes=self.config.max_upload_bytes, pixels=self.config.max_upload_pixels),
            link_hours=self.config.link_hours,
            submits_a_minute=self.config.submits_a_minute,
            page_key=self.stack.secret("pages"),
            upload_bucket=self.stack.upload_bucket,
        )
        return Library(
            self.ports,
            self.engine,
            lambda: self.offer,
            accounts=self.stack.people,
            rules=rules,
        )

    @made_once
    def jobs(self) -> "Jobs":
        """The services behind scheduled functions."""
        from shared.services.jobs import Jobs

        return Jobs(self.ports, self.engine)

    @made_once
    def notifications(self) -> "Notifications":
        """The services that tell the outside of events."""
        from shared.adapters.outbound import SafeOutbound
        from shared.services.notifications import Notifications

        return Notifications(
            self.stack.documents,
            tasks=self.stack.tasks,
            outbound=SafeOutbound(self.clock, allow_loopback=self.config.local_webhooks),
            secret=self.stack.secret,
            clock=self.clock,
            ids=self.ids,
        )

    @made_once
    def exports(self) -> "Exports | None":
        """What sends figures and spans out of this process, where the settings say so."""
        from shared.container.exports import exports

        return exports(self.config, self.clock, self.ids)

    def close(self) -> None:
        """Let go of what the process holds."""
        if self.__dict__.get("exports") is not None:
            self.__dict__["exports"].close()
        if "library" in self.__dict__:
            self.library.close()
        if "stack" in self.__dict__:
            self.stack.close()

    def provider(self, name: str) -> "ImageProvider":
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

    def report_costs_app(self) -> "ASGIApp":
        """The application of functions/report_costs."""
        return self._report_costs

    def on_event_app(self) -> "ASGIApp":
        """The application of functions/on_event."""
        return self._on_event

    def send_webhook_app(self) -> "ASGIApp":
        """The application of functions/send_webhook."""
        return self._send_webhook

    def clean_up_app(self) -> "ASGIApp":
        """The application of functions/clean_up."""
        return self._clean_up

    def function_url(self, name: str) -> str:
        """Where a task function answers; also the audience of the tokens that it takes."""
        return function_url(self.config, name)

    @made_once
    def _api(self) -> "ASGIApp":
        from shared.http.app import create_app
        from shared.http.services import ApiServices

        if self.config.default_model:
            self.offer.check()
        stack = self.stack
        services = ApiServices(
            lambda: self.engine,
            lambda: self.library,
            lambda: self.notifications,
            parts={"documents": stack.documents.ping, "tasks": stack.tasks.ping, "objects": stack.objects.ping},
            clock=self.clock,
            ids=self.ids,
        )
        return create_app(services, self._api_settings())

    def _api_settings(self) -> "ApiSettings":
        from shared.http.services import ApiSettings

        config = self.config
        return ApiSettings(
            version=VERSION,
            max_body_bytes=config.max_body_bytes,
            max_rows=config.max_rows,
            max_images=config.max_images,
            max_upload_bytes=config.max_upload_bytes,
            max_upload_pixels=config.max_upload_pixels,
            submits_a_minute=config.submits_a_minute,
            requests_a_minute=config.requests_a_minute,
            firebase=firebase_settings(config),
        )

    @made_once
    def _advance_batch(self) -> "ASGIApp":
        from shared.http import task_edge

        return task_edge.advance_batch_app(
            self.engine.steps, self.stack.services, self._edge("advance_batch", STEPS_AT_ONCE)
        )

    @made_once
    def _generate_image(self) -> "ASGIApp":
        from shared.http import task_edge

        edge = self._edge("generate_image", min(len(IMAGE_LANES) * self.config.lane_concurrency, _MOST_THREADS))
        return task_edge.generate_image_app(self.engine.generations, self.stack.services, edge)

    @made_once
    def _reconcile(self) -> "ASGIApp":
        from shared.http import task_edge

        sweeps = (self.engine.reconciliation, self.notifications.sweeps, self.engine.backlogs)
        return task_edge.reconcile_app(sweeps, self.stack.services, self._edge("reconcile", 1))

    @made_once
    def _report_costs(self) -> "ASGIApp":
        from shared.http import task_edge

        run = partial(self.jobs.cost_reports.run, seconds=JOB_SECONDS)
        return task_edge.scheduled_app(run, self.stack.services, self._edge("report_costs", 1))

    @made_once
    def _clean_up(self) -> "ASGIApp":
        from shared.http import task_edge

        run = partial(self.jobs.clean_up.run, seconds=JOB_SECONDS)
        return task_edge.scheduled_app(run, self.stack.services, self._edge("clean_up", 1))

    @made_once
    def _on_upload(self) -> "ASGIApp":
        from shared.http import event_edge

        edge = self._edge("on_upload", EVENTS_AT_ONCE)
        return event_edge.on_upload_app(self.library.uploads, self.stack.services, edge)

    @made_once
    def _on_event(self) -> "ASGIApp":
        from shared.http import event_edge

        edge = self._edge("on_event", EVENTS_AT_ONCE)
        return event_edge.on_event_app(self.notifications.events, self.stack.services, edge)

    @made_once
    def _send_webhook(self) -> "ASGIApp":
        from shared.http import task_edge

        edge = self._edge("send_webhook", WEBHOOKS_AT_ONCE)
        return task_edge.send_webhook_app(self.notifications.tries, self.stack.services, edge)

    def _edge(self, name: str, concurrency: int) -> "EdgeSettings":
        from shared.http.service_edge import EdgeSettings

        return EdgeSettings(
            audience=self.function_url(name), accounts=self.stack.accounts, concurrency=concurrency, function=name
        )
