"""The services behind scheduled functions, wired."""

from typing import TYPE_CHECKING

from shared.services.engine import Engine, Ports
from shared.services.made_once import made_once
from shared.services.repeats import Repeats

if TYPE_CHECKING:
    from shared.services.clean_up import CleanUpService
    from shared.services.cost_reports import CostReportService


class Jobs:
    """One of each service, loaded and made when it is first asked for."""

    def __init__(self, ports: Ports, engine: Engine) -> None:
        self._ports = ports
        self._engine = engine
        self._repeats = Repeats(ports.clock, ports.ids)

    @made_once
    def cost_reports(self) -> "CostReportService":
        """What each day cost each organisation."""
        from shared.services.cost_reports import CostReportService

        ports = self._ports
        return CostReportService(
            ports.documents, objects=ports.objects, events=ports.events, repeats=self._repeats, clock=ports.clock
        )

    @made_once
    def clean_up(self) -> "CleanUpService":
        """What removes leftovers."""
        from shared.services import leftovers
        from shared.services.audit import AuditService
        from shared.services.clean_up import CleanUpService
        from shared.services.expiries import ExpiryService
        from shared.services.purges import Purges

        documents, objects, clock = self._ports.documents, self._ports.objects, self._ports.clock
        expiries = ExpiryService(
            documents,
            reservations=lambda: self._engine.reservations,
            requests=self._engine.requests,
            repeats=self._repeats,
            clock=clock,
        )
        purges = Purges(documents, objects=objects, audit=AuditService(clock, self._ports.ids), clock=clock)
        steps = [
            expiries.step(),
            leftovers.IdempotencyRecords(documents, clock),
            leftovers.CommitNotes(documents, clock),
            leftovers.webhook_deliveries(documents, clock),
            leftovers.abandoned_references(documents, objects, clock),
            leftovers.abandoned_drafts(documents, clock),
            *purges.steps(),
        ]
        return CleanUpService(documents, objects=objects, steps=steps, clock=clock)
