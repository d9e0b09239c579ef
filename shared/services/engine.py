"""The engine's services, wired to one another: what makes batches go, whatever stands behind the ports."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from shared.domain.failures import RetryRules
from shared.domain.offers import Offer
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.events import EventBus
from shared.ports.ids import Ids
from shared.ports.objects import ObjectStore
from shared.ports.pictures import PictureStudio
from shared.ports.providers import ImageModel
from shared.ports.tasks import TaskQueue
from shared.repositories.rows import RowsRepository
from shared.services.batch_controls import BatchControlService
from shared.services.cancellations import CancellationService
from shared.services.closings import ClosingService
from shared.services.dispatching import DispatchService, Pace
from shared.services.generations import GenerationService
from shared.services.image_handler import ImageHandler
from shared.services.model_places import ModelPlaces
from shared.services.outcomes import OutcomeService
from shared.services.planning import PlanService
from shared.services.reconciliation import ReconcileService
from shared.services.repeats import Repeats
from shared.services.reservations import ReservationService
from shared.services.restarts import RestartService
from shared.services.retries import RetryService
from shared.services.row_checks import Limits
from shared.services.step_requests import StepRequests
from shared.services.steps import StepService
from shared.services.submissions import SubmissionService


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the engine stands on; `provider(name)` gives an AI service, `worker` names this process in leases."""

    documents: DocumentStore
    tasks: TaskQueue
    objects: ObjectStore
    events: EventBus
    studio: PictureStudio
    clock: Clock
    ids: Ids
    provider: Callable[[str], ImageModel]
    worker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRules:
    """The engine's settings."""

    limits: Limits = field(default_factory=lambda: Limits(rows=1_000, images=10_000))
    retry: RetryRules = field(default_factory=RetryRules)
    pace: Pace = field(
        default_factory=lambda: Pace(tick=timedelta(milliseconds=250), dispatch_timeout=timedelta(seconds=60))
    )
    step_lease: timedelta = timedelta(seconds=30)
    organisation_limit_micros: int | None = None


class Engine:
    """One of each service."""

    def __init__(self, ports: Ports, offer: Offer, rules: EngineRules) -> None:
        documents, clock, ids = ports.documents, ports.clock, ports.ids
        rows = RowsRepository(ports.objects)
        self.requests = StepRequests(ports.tasks, clock, tick=rules.pace.tick)
        repeats = Repeats(clock, ids)
        self.reservations = ReservationService(
            documents, clock, repeats, default_limit_micros=rules.organisation_limit_micros
        )
        handler = ImageHandler(
            offer=offer, providers=ports.provider, objects=ports.objects, studio=ports.studio, clock=clock, ids=ids
        )
        outcomes = OutcomeService(documents, handler, clock, ids, rules=rules.retry)
        retries = RetryService(documents, offer, clock)
        self.submissions = SubmissionService(
            documents,
            rows=rows,
            offer=offer,
            reservations=self.reservations,
            requests=self.requests,
            repeats=repeats,
            clock=clock,
            ids=ids,
            limits=rules.limits,
            model_concurrency=rules.pace.model_concurrency,
        )
        self.controls = BatchControlService(
            documents,
            handler=handler,
            offer=offer,
            retries=retries,
            reservations=self.reservations,
            requests=self.requests,
            repeats=repeats,
            clock=clock,
        )
        self.generations = GenerationService(
            documents,
            handler=handler,
            outcomes=outcomes,
            requests=self.requests,
            places=ModelPlaces(offer, concurrency=rules.pace.model_concurrency),
            clock=clock,
            worker=ports.worker,
        )
        self.steps = StepService(
            documents,
            plans=PlanService(documents, rows, offer, clock),
            dispatches=DispatchService(
                documents,
                ports.tasks,
                offer=offer,
                handler=handler,
                reservations=self.reservations,
                clock=clock,
                pace=rules.pace,
            ),
            outcomes=outcomes,
            retries=retries,
            cancellations=CancellationService(documents, clock),
            closings=ClosingService(documents, reservations=self.reservations, events=ports.events, clock=clock),
            reservations=self.reservations,
            requests=self.requests,
            clock=clock,
            ids=ids,
            lease=rules.step_lease,
        )
        self.rows = rows
        self.reconciliation = ReconcileService(documents, self.requests, clock)
        self.restarts = RestartService(documents, self.requests, clock)
