"""The services behind scheduled functions, wired."""

from functools import cached_property
from typing import TYPE_CHECKING

from shared.services.engine import Engine, Ports
from shared.services.repeats import Repeats

if TYPE_CHECKING:
    from shared.services.cost_reports import CostReportService


class Jobs:
    """One of each service, loaded and made when it is first asked for."""

    def __init__(self, ports: Ports, engine: Engine) -> None:
        self._ports = ports
        self._engine = engine
        self._repeats = Repeats(ports.clock, ports.ids)

    @cached_property
    def cost_reports(self) -> "CostReportService":
        """What each day cost each organisation."""
        from shared.services.cost_reports import CostReportService

        ports = self._ports
        return CostReportService(
            ports.documents, objects=ports.objects, events=ports.events, repeats=self._repeats, clock=ports.clock
        )
