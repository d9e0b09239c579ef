"""What attempts cost, as entries of the ledger."""

from dataclasses import dataclass

from shared.domain.errors import ProviderError
from shared.domain.items import Item
from shared.domain.money import LedgerEntry, LedgerKind
from shared.ports.clock import Clock
from shared.repositories import money
from shared.services.image_handler import ImageHandler


@dataclass(frozen=True, slots=True)
class Charge:
    """What an attempt cost: the kind of its ledger entry, its units and its price."""

    kind: LedgerKind
    cost_micros: int
    usage: dict[str, int]
    images: int = 0


class Charges:
    """Prices attempts and writes them down."""

    def __init__(self, handler: ImageHandler, clock: Clock) -> None:
        self._handler = handler
        self._clock = clock

    def of_failure(self, item: Item, error: ProviderError) -> Charge | None:
        """What a failed call cost: its units if it was billed, the estimate if nobody knows, else nothing."""
        if error.usage:
            return Charge(LedgerKind.FAILED_CHARGE, self._handler.billed_micros(item, error.usage), error.usage)
        return None if error.outcome_known else self.estimated(item)

    def estimated(self, item: Item) -> Charge:
        """A call whose outcome is not known; at nothing when its model has left the catalogue."""
        try:
            return Charge(LedgerKind.UNKNOWN_OUTCOME, self._handler.estimate_micros(item), {})
        except ProviderError:
            return Charge(LedgerKind.UNKNOWN_OUTCOME, 0, {})

    def entry(self, item: Item, attempt: int, charge: Charge) -> LedgerEntry:
        """The ledger's entry of an attempt."""
        return LedgerEntry(
            id=money.entry_id(item.id, attempt),
            kind=charge.kind,
            at=self._clock.now(),
            batch=item.batch,
            item=item.id,
            attempt=attempt,
            member=item.created_by,
            provider=item.provider,
            model=item.model,
            images=charge.images,
            usage=charge.usage,
            cost_micros=charge.cost_micros,
            overrun_micros=self._overrun(item, charge) if charge.usage else 0,
        )

    def _overrun(self, item: Item, charge: Charge) -> int:
        """By how much a call cost more than the most that it was held to be able to cost."""
        try:
            return max(charge.cost_micros - self._handler.ceiling_micros(item), 0)
        except ProviderError:
            return 0
