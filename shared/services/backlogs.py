"""Measuring what waits in all live batches, and which models are not asked: a few counts each minute."""

from shared import telemetry
from shared.domain.errors import Unavailable
from shared.domain.offers import Offer
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.repositories.batches import BatchRepository
from shared.repositories.items import ItemRepository
from shared.services.pacers import PacerService

# So long nothing of a healthy platform waits: a model that is asked too fast holds its images back for seconds.
_LONG_SECONDS = 900

_log = logger(__name__)


class BacklogService:
    """Tells nobody's work apart: what is measured are sums over all organisations."""

    def __init__(self, documents: DocumentStore, clock: Clock, *, offer: Offer, pacers: PacerService) -> None:
        self._batches = BatchRepository(documents)
        self._items = ItemRepository(documents)
        self._clock = clock
        self._offer = offer
        self._pacers = pacers

    def sweep(self) -> int:
        """Measure; nothing is found overdue by it, and what cannot be measured now is measured in a minute."""
        try:
            self._measure()
        except Unavailable as error:
            _log.warning("backlog_not_measured", detail=error.detail)
        return 0

    def _measure(self) -> None:
        now = self._clock.now()
        by_lane = self._batches.pending_by_lane()
        due_at = self._items.longest_due()
        age = 0.0 if due_at is None else max((now - due_at).total_seconds(), 0.0)
        telemetry.backlog_seen({lane.value: count for lane, count in by_lane.items()}, oldest_age_seconds=age)
        if age > _LONG_SECONDS:
            _log.warning("backlog_waits", oldest_seconds=round(age), waiting=sum(by_lane.values()))
        # Whoever measures is given no provider's key, so it cannot tell which models are offered.
        for spec in self._offer.known():
            if not spec.is_shut_down(now.date()):
                telemetry.breaker_seen(spec.provider, spec.id, is_open=self._pacers.of(spec).is_shut)
