"""Money set aside: reserve on acceptance, extend in chunks, settle at the end; always by guarded commits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from shared.domain.money import NEVER, Budget, Reservation
from shared.ports.clock import Clock
from shared.ports.documents import Create, DocumentStore, Write
from shared.repositories import paths
from shared.repositories.collections import guarded
from shared.repositories.money import BudgetRepository, ReservationRepository
from shared.services.repeats import Repeats

EXPIRES_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """What one batch may still commit itself to: reserved, already spent, and held for calls that may be under way."""

    reserved_micros: int
    settled_micros: int
    spent_micros: int
    held_micros: int
    budget_micros: int | None

    @property
    def free_micros(self) -> int:
        """What a new call's ceiling must fit into; negative after an overrun."""
        free = self.reserved_micros - (self.spent_micros - self.settled_micros) - self.held_micros
        return min(free, self.left_of_budget_micros(free))

    def left_of_budget_micros(self, otherwise: int) -> int:
        """What the batch's own budget still allows; `otherwise` when it has none."""
        if self.budget_micros is None:
            return otherwise
        return self.budget_micros - self.spent_micros - self.held_micros


class ReservationService:
    """The one place where budgets change."""

    def __init__(
        self, documents: DocumentStore, clock: Clock, repeats: Repeats, *, default_limit_micros: int | None
    ) -> None:
        self._documents = documents
        self._budgets = BudgetRepository(documents)
        self._reservations = ReservationRepository(documents)
        self._clock = clock
        self._repeats = repeats
        self._default_limit = default_limit_micros

    def room_micros(self, org: str) -> int | None:
        """What the organisation can still reserve; None without a limit."""
        return self._budget(org)[0].room_micros

    def reserving(self, org: str, batch: str, *, wanted_micros: int) -> tuple[int, list[Write]]:
        """How much a new batch gets, and the writes that set it aside, to go into the commit that accepts it.

        The writes are guarded: when the commit is refused, ask again.
        """
        budget, write = self._budget(org)
        granted = wanted_micros if budget.room_micros is None else min(wanted_micros, budget.room_micros)
        reservation = Reservation(batch=batch, reserved_micros=granted, expires_at=self._clock.now() + EXPIRES_AFTER)
        return granted, [
            Create(paths.reservation(org, batch), reservation.written()),
            write(budget.reserved_micros + granted, budget.spent_micros),
        ]

    def extending(self, org: str, batch: str, *, wanted_micros: int, least_micros: int) -> tuple[int, list[Write]]:
        """As `reserving`, for a batch that exists; (0, []) when less than `least_micros` is left."""
        budget, write = self._budget(org)
        granted = wanted_micros if budget.room_micros is None else min(wanted_micros, budget.room_micros)
        if granted < least_micros or granted <= 0:
            return 0, []
        reservation = self._reservations.one(org, batch)
        return granted, [
            guarded(
                reservation,
                {
                    "reserved_micros": reservation.value.reserved_micros + granted,
                    "expires_at": self._clock.now() + EXPIRES_AFTER,
                },
            ),
            write(budget.reserved_micros + granted, budget.spent_micros),
        ]

    def extend(self, org: str, batch: str, *, wanted_micros: int, least_micros: int) -> int:
        """Set more aside for a running batch; what it got, 0 when not even `least_micros` is left."""

        def attempt() -> int:
            granted, writes = self.extending(org, batch, wanted_micros=wanted_micros, least_micros=least_micros)
            if writes:
                self._documents.commit(writes)
            return granted

        return self._repeats.until_unrefused(attempt)

    def settling(self, org: str, batch: str, *, spent_micros: int) -> list[Write]:
        """The writes that turn what a batch spent into spending and give back what it did not use; [] when they are done."""
        reservation = self._reservations.one(org, batch)
        delta = spent_micros - reservation.value.settled_micros
        if delta == 0 and reservation.value.reserved_micros == 0:
            return []
        budget, write = self._budget(org)
        return [
            guarded(reservation, {"reserved_micros": 0, "settled_micros": spent_micros, "expires_at": NEVER}),
            write(budget.reserved_micros - reservation.value.reserved_micros, budget.spent_micros + delta),
        ]

    def of(self, org: str, batch: str) -> Reservation:
        """What the batch has set aside."""
        return self._reservations.one(org, batch).value

    def _budget(self, org: str) -> tuple[Budget, Callable[[int, int], Write]]:
        """The budget with the limit in force, and how to write its new sums under its guard."""
        read = self._budgets.one(org)
        if read is None:
            fresh = Budget(limit_micros=self._default_limit)
            return fresh, lambda reserved, spent: Create(
                paths.budget(org), {**Budget().written(), "reserved_micros": reserved, "spent_micros": spent}
            )
        found = read
        limit = self._default_limit if found.value.limit_micros is None else found.value.limit_micros
        return found.value.model_copy(update={"limit_micros": limit}), lambda reserved, spent: guarded(
            found, {"reserved_micros": reserved, "spent_micros": spent}
        )
