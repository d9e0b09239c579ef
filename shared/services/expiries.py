"""Reservations that have expired: what nobody will spend is given back, what still may be is set aside longer."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.domain.batches import Batch
from shared.domain.moments import NEVER
from shared.domain.money import EXPIRES_AFTER, Reservation
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Where
from shared.repositories import paths
from shared.repositories.batches import BatchRepository, org_of
from shared.repositories.collections import Read, guarded
from shared.repositories.items import ItemRepository
from shared.repositories.leftovers import Leftovers
from shared.repositories.money import LedgerRepository, ReservationRepository
from shared.services.leftovers import Step, Sweep
from shared.services.repeats import Repeats
from shared.services.rounds import Time
from shared.services.step_requests import StepRequests

if TYPE_CHECKING:
    from shared.services.reservations import ReservationService

_log = logger(__name__)


class ExpiryService:
    """Acts on `expires_at`; batch, reservation and budget change in one guarded commit.

    Settling is loaded where something is left to be settled: that seldom comes.
    """

    def __init__(
        self,
        documents: DocumentStore,
        *,
        reservations: "Callable[[], ReservationService]",
        requests: StepRequests,
        repeats: Repeats,
        clock: Clock,
    ) -> None:
        self._documents = documents
        self._batches = BatchRepository(documents)
        self._items = ItemRepository(documents)
        self._ledger = LedgerRepository(documents)
        self._all = ReservationRepository(documents)
        self._reservations = reservations
        self._requests = requests
        self._repeats = repeats
        self._clock = clock

    def step(self) -> Step:
        """The step over every organisation's reservations."""
        leftovers = Leftovers(self._all, "reservations", "expires_at")
        return Sweep("expired_reservations", leftovers, self._clock, age=timedelta(0), remove=self._act)

    def _act(self, read: Read[Reservation], _time: Time) -> bool:
        org, batch = org_of(read.path), read.value.batch
        return self._repeats.until_unrefused(lambda: self._expire(org, batch))

    def _expire(self, org: str, batch: str) -> bool:
        """Whether money was given back; reads everything anew, for the answer depends on what the batch is now."""
        reservation = self._all.find(paths.reservation(org, batch))
        now = self._clock.now()
        if reservation is None or reservation.value.expires_at > now:
            return False
        if not reservation.value.reserved_micros and not reservation.value.reserved_images:
            self._documents.commit([guarded(reservation, {"expires_at": NEVER})])
            return False
        read = self._batches.find(paths.batch(org, batch))
        if read is not None and read.value.is_live:
            self._documents.commit([guarded(reservation, {"expires_at": now + EXPIRES_AFTER})])
            # A month is long: whatever it waits for, let it look.
            self._requests.soon(org, batch)
            return False
        self._give_back(org, batch, read)
        _log.warning("reservation_given_back", org=org, batch=batch, micros=reservation.value.reserved_micros)
        return True

    def _give_back(self, org: str, batch: str, read: Read[Batch] | None) -> None:
        """Settle what was spent, by the items, or where the batch is gone by the ledger; the rest is free again."""
        if read is None:
            sums = self._ledger.usage(org, {batch: (Where("batch", "==", batch), Where("at", "<=", self._clock.now()))})
            self._documents.commit(self._reservations().settling(org, batch, spent_micros=sums[batch].cost_micros))
            return
        spent = self._items.counts(org, batch, total=read.value.progress.total).spent_micros
        fields = {"cost.spent_micros": spent, "cost.reserved_micros": 0}
        settling = self._reservations().settling(org, batch, spent_micros=spent)
        self._documents.commit([guarded(read, fields), *settling])
