"""The composition root of the measured platform: the same parts, with counters between them."""

from functools import cached_property
from pathlib import Path

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from benchmarks.platform.counters import CountedDocuments, CountedObjects, CountedTasks, Meter, Origin, TimedStudio
from benchmarks.platform.doublings import Doubled
from benchmarks.platform.journals import JournalWriter
from benchmarks.platform.providers import MODELS, PROVIDER, PunctualProvider
from shared.adapters.system import SystemClock
from shared.config import Settings
from shared.container import Container
from shared.services.engine import Ports
from shared.services.organisations import OrganisationCreate

# Below /v1, like all that the public port gives the API.
FIGURES_PATH = "/v1/bench"
ORGANISATIONS_PATH = "/v1/bench/organisations"


class MeasuredContainer(Container):
    """A Container whose ports count, whose provider is punctual, and whose API also tells the figures at FIGURES_PATH and makes organisations."""

    def __init__(self, config: Settings, *, journal: Path, doubled: float) -> None:
        clock = SystemClock()
        writer = JournalWriter(journal, lambda: clock.now().timestamp())
        super().__init__(config, clock=clock, specs=MODELS, providers={PROVIDER: PunctualProvider(writer, clock)})
        self._doubled = doubled
        self.meter = Meter()

    @cached_property
    def ports(self) -> Ports:
        """What the services stand on, with a counter at each store."""
        stack, meter = self.stack, self.meter
        return Ports(
            documents=CountedDocuments(stack.documents, meter),
            tasks=CountedTasks(stack.tasks, meter),
            objects=CountedObjects(stack.objects, meter),
            events=stack.events,
            studio=lambda: TimedStudio(self.studio, meter),
            clock=self.clock,
            ids=self.ids,
            provider=self.provider,
            worker=stack.boot_id,
        )

    def api_app(self) -> ASGIApp:
        """The application of functions/api, and the figures beside it."""
        return self._measured_api

    def advance_batch_app(self) -> ASGIApp:
        """The application of functions/advance_batch."""
        return self._measured_steps

    def generate_image_app(self) -> ASGIApp:
        """The application of functions/generate_image."""
        return self._measured_images

    def reconcile_app(self) -> ASGIApp:
        """The application of functions/reconcile."""
        return self._measured_sweeps

    @cached_property
    def _measured_api(self) -> ASGIApp:
        api = Origin(super().api_app(), "api")

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and scope["path"] == FIGURES_PATH:
                await self._figures()(scope, receive, send)
            elif scope["type"] == "http" and scope["path"] == ORGANISATIONS_PATH:
                name = Request(scope).query_params["name"]
                await (await run_in_threadpool(self._organisation, name))(scope, receive, send)
            else:
                await api(scope, receive, send)

        return app

    @cached_property
    def _measured_steps(self) -> Doubled:
        return Doubled(Origin(super().advance_batch_app(), "step"), self._doubled, seed=1)

    @cached_property
    def _measured_images(self) -> Doubled:
        return Doubled(Origin(super().generate_image_app(), "image"), self._doubled, seed=2)

    @cached_property
    def _measured_sweeps(self) -> Origin:
        return Origin(super().reconcile_app(), "sweep")

    def _organisation(self, name: str) -> Response:
        """One more organisation, and its key."""
        email = f"{name.lower()}@fanfold.local"
        begun = self.library.organisations.create(OrganisationCreate(name=name, email=email, member_name=name))
        return Response(orjson.dumps({"api_key": begun.key}), media_type="application/json")

    def _figures(self) -> Response:
        doubled = self._measured_steps.doubled + self._measured_images.doubled
        figures = {**self.meter.figures(), "doubled": doubled}
        return Response(orjson.dumps(figures), media_type="application/json")
