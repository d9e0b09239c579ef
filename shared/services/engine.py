"""The engine's services, wired to one another: what makes batches go, whatever stands behind the ports."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.services.made_once import made_once
from shared.services.repeats import Repeats
from shared.services.step_requests import StepRequests

if TYPE_CHECKING:
    from shared.domain.offers import Offer
    from shared.ports.clock import Clock
    from shared.ports.documents import DocumentStore
    from shared.ports.events import EventBus
    from shared.ports.ids import Ids
    from shared.ports.objects import ObjectStore
    from shared.ports.pictures import PictureStudio
    from shared.ports.providers import ImageProvider
    from shared.ports.tasks import TaskQueue
    from shared.repositories.rows import RowsRepository
    from shared.services.backlogs import BacklogService
    from shared.services.batch_controls import BatchControlService
    from shared.services.crowds import CrowdService
    from shared.services.dispatching import DispatchService
    from shared.services.engine_rules import EngineRules
    from shared.services.fallbacks import FallbackService
    from shared.services.generations import GenerationService
    from shared.services.image_handler import ImageHandler
    from shared.services.item_edits import ItemEditService
    from shared.services.item_orders import ItemOrderService
    from shared.services.model_places import ModelPlaces
    from shared.services.outcomes import OutcomeService
    from shared.services.pacers import PacerService
    from shared.services.provider_jobs import ProviderJobService
    from shared.services.reconciliation import ReconcileService
    from shared.services.reservations import ReservationService
    from shared.services.restarts import RestartService
    from shared.services.retries import RetryService
    from shared.services.retry_orders import RetryOrders
    from shared.services.steps import StepService
    from shared.services.submissions import SubmissionService
    from shared.services.turns import TurnService
    from shared.services.watched_models import WatchedModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the engine stands on; `provider(name)` gives an AI service, `worker` names this process in leases.

    Pictures are read and made by `studio()`: what no service of this process asks for is never loaded.
    """

    documents: "DocumentStore"
    tasks: "TaskQueue"
    objects: "ObjectStore"
    events: "EventBus"
    studio: "Callable[[], PictureStudio]"
    clock: "Clock"
    ids: "Ids"
    provider: "Callable[[str], ImageProvider]"
    worker: str


class Engine:
    """One of each service, loaded and made when it is first asked for: a function loads only what it uses.

    So is the catalogue, by `offer()`.
    """

    def __init__(self, ports: Ports, offer: "Callable[[], Offer]", rules: "EngineRules") -> None:
        self._ports = ports
        self._offered = offer
        self._rules = rules
        self.requests = StepRequests(ports.tasks, ports.clock, tick=rules.pace.tick)
        self._repeats = Repeats(ports.clock, ports.ids)

    @made_once
    def _offer(self) -> "Offer":
        return self._offered()

    @made_once
    def rows(self) -> "RowsRepository":
        """What was submitted."""
        from shared.repositories.rows import RowsRepository

        return RowsRepository(self._ports.objects)

    @made_once
    def reservations(self) -> "ReservationService":
        """Money set aside."""
        from shared.services.budget_warnings import BudgetWarnings
        from shared.services.reservations import ReservationService
        from shared.services.standings import Standings

        documents, clock = self._ports.documents, self._ports.clock
        return ReservationService(
            documents,
            clock,
            self._repeats,
            standings=Standings(documents, clock, default_limit_micros=self._rules.organisation_limit_micros),
            warnings=BudgetWarnings(self._ports.events, clock),
        )

    @made_once
    def submissions(self) -> "SubmissionService":
        """Accepting and estimating."""
        from shared.services.submissions import SubmissionService

        return SubmissionService(
            self._ports.documents,
            rows=self.rows,
            offer=self._offer,
            reservations=self.reservations,
            requests=self.requests,
            repeats=self._repeats,
            clock=self._ports.clock,
            ids=self._ports.ids,
            limits=self._rules.limits,
            model_concurrency=self._rules.pace.model_concurrency,
        )

    @made_once
    def controls(self) -> "BatchControlService":
        """What people want of a batch."""
        from shared.services.batch_controls import BatchControlService

        return BatchControlService(
            self._ports.documents,
            orders=self.orders,
            requests=self.requests,
            repeats=self._repeats,
            clock=self._ports.clock,
        )

    @made_once
    def edits(self) -> "ItemEditService":
        """Images that wait, made otherwise."""
        from shared.services.item_edits import ItemEditService

        return ItemEditService(
            self._ports.documents,
            handler=self._handler,
            offer=self._offer,
            requests=self.requests,
            repeats=self._repeats,
            clock=self._ports.clock,
        )

    @made_once
    def item_orders(self) -> "ItemOrderService":
        """The order in which images are made."""
        from shared.services.item_orders import ItemOrderService

        return ItemOrderService(
            self._ports.documents, requests=self.requests, repeats=self._repeats, clock=self._ports.clock
        )

    @made_once
    def orders(self) -> "RetryOrders":
        """Orders to try again."""
        from shared.services.named_references import NamedReferences
        from shared.services.retry_orders import RetryOrders

        return RetryOrders(
            handler=self._handler,
            offer=self._offer,
            retries=self._retries,
            references=NamedReferences(self._ports.documents),
            reservations=self.reservations,
            clock=self._ports.clock,
        )

    @made_once
    def generations(self) -> "GenerationService":
        """What a worker does with a delivery."""
        from shared.services.generations import GenerationService

        return GenerationService(
            self._ports.documents,
            handler=self._handler,
            outcomes=self._outcomes,
            provider_jobs=self._provider_jobs,
            requests=self.requests,
            places=self.places,
            offer=self._offer,
            pacers=self.pacers,
            clock=self._ports.clock,
            worker=self._ports.worker,
        )

    @made_once
    def places(self) -> "ModelPlaces":
        """Who calls a model at once in this process."""
        from shared.services.model_places import ModelPlaces

        return ModelPlaces(self._offer, self.pacers)

    @made_once
    def steps(self) -> "StepService":
        """What makes a batch go."""
        from shared.services.cancellations import CancellationService
        from shared.services.closings import ClosingService
        from shared.services.lost_work import LostWorkService
        from shared.services.planning import PlanService
        from shared.services.steps import StepService

        documents, clock = self._ports.documents, self._ports.clock
        return StepService(
            documents,
            plans=PlanService(documents, self.rows, self._offer, clock),
            dispatches=self._dispatches,
            crowds=self._crowds,
            turns=self._turns,
            lost_work=LostWorkService(
                documents, outcomes=lambda: self._outcomes, provider_jobs=lambda: self._provider_jobs, clock=clock
            ),
            retries=lambda: self._retries,
            cancellations=CancellationService(documents, clock),
            closings=ClosingService(documents, reservations=self.reservations, events=self._ports.events, clock=clock),
            reservations=self.reservations,
            requests=self.requests,
            clock=clock,
            ids=self._ports.ids,
            lease=self._rules.step_lease,
        )

    @made_once
    def reconciliation(self) -> "ReconcileService":
        """The sweep."""
        from shared.services.reconciliation import ReconcileService

        return ReconcileService(self._ports.documents, self.requests, self._ports.clock)

    @made_once
    def backlogs(self) -> "BacklogService":
        """What waits, measured."""
        from shared.services.backlogs import BacklogService

        return BacklogService(self._ports.documents, self._ports.clock, offer=self._offer, pacers=self.pacers)

    @made_once
    def restarts(self) -> "RestartService":
        """What a new process does first on the embedded stack."""
        from shared.services.restarts import RestartService

        return RestartService(self._ports.documents, self.requests, self._ports.clock)

    @made_once
    def pacers(self) -> "PacerService":
        """How fast each model may be asked."""
        from shared.services.pacers import PacerService

        pace = self._rules.pace
        return PacerService(
            self._ports.documents,
            self._ports.clock,
            self._ports.ids,
            tick=pace.tick,
            model_concurrency=pace.model_concurrency,
            model_rate_per_second=pace.model_rate_per_second,
        )

    @made_once
    def _retries(self) -> "RetryService":
        from shared.services.retries import RetryService

        return RetryService(self._ports.documents, self._offer, self._ports.clock)

    @made_once
    def _handler(self) -> "ImageHandler":
        from shared.services.image_handler import ImageHandler

        ports = self._ports
        return ImageHandler(
            offer=self._offer,
            providers=self._watched,
            objects=ports.objects,
            studio=ports.studio,
            clock=ports.clock,
            ids=ports.ids,
            stores_at_a_time=self._rules.stores_at_a_time,
        )

    def _watched(self, name: str) -> "WatchedModel":
        from shared.services.watched_models import WatchedModel

        return WatchedModel(self._ports.provider(name), self._offer, self.pacers)

    @made_once
    def _outcomes(self) -> "OutcomeService":
        from shared.services.outcomes import OutcomeService

        ports = self._ports
        return OutcomeService(
            ports.documents,
            self._handler,
            ports.clock,
            ports.ids,
            rules=self._rules.retry,
            fallbacks=self._fallbacks,
        )

    @made_once
    def _fallbacks(self) -> "FallbackService":
        from shared.services.fallbacks import FallbackService

        return FallbackService(self._ports.documents, offer=self._offer, pacers=self.pacers, clock=self._ports.clock)

    @made_once
    def _provider_jobs(self) -> "ProviderJobService":
        from shared.services.provider_jobs import ProviderJobService

        ports = self._ports
        return ProviderJobService(
            ports.documents,
            ports.tasks,
            offer=self._offer,
            handler=self._handler,
            outcomes=self._outcomes,
            clock=ports.clock,
            ids=ports.ids,
        )

    @made_once
    def _crowds(self) -> "CrowdService":
        from shared.services.crowds import CrowdService

        return CrowdService(self._ports.documents, self._ports.clock)

    @made_once
    def _turns(self) -> "TurnService":
        from shared.services.turns import TurnService

        return TurnService(
            self._offer,
            pacers=self.pacers,
            crowds=self._crowds,
            clock=self._ports.clock,
            tick=self._rules.pace.tick,
        )

    @made_once
    def _dispatches(self) -> "DispatchService":
        from shared.services.allotments import AllotmentService
        from shared.services.dispatching import DispatchService

        pace, clock = self._rules.pace, self._ports.clock
        return DispatchService(
            self._ports.documents,
            self._ports.tasks,
            offer=self._offer,
            allotments=AllotmentService(self._handler, self.reservations, clock),
            fallbacks=self._fallbacks,
            turns=self._turns,
            clock=clock,
            dispatch_timeout=pace.dispatch_timeout,
        )
