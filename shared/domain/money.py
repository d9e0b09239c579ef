"""Money as documents: budgets, reservations, and the ledger of every call."""

from datetime import UTC, datetime
from enum import StrEnum

from pydantic import Field

from shared.domain.documents import Stored


class Budget(Stored):
    """What a whole organisation may spend and has: `orgs/{org}/budgets/organisation`. No limit when it is None."""

    limit_micros: int | None = None
    reserved_micros: int = 0
    spent_micros: int = 0

    @property
    def room_micros(self) -> int | None:
        """What can still be reserved; None when there is no limit."""
        if self.limit_micros is None:
            return None
        return max(self.limit_micros - self.reserved_micros - self.spent_micros, 0)


# Where nothing is set aside any more nothing expires; a moment, because every version reads one.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


class Reservation(Stored):
    """What one batch has set aside of the budget (`reserved_micros`, beyond what is settled), at `orgs/{org}/reservations/{batch}`.

    `settled_micros` is how much of the batch's spending the budget counts as spent already.
    """

    batch: str
    reserved_micros: int
    settled_micros: int = 0
    expires_at: datetime


class LedgerKind(StrEnum):
    """What a ledger entry stands for."""

    CHARGE = "charge"
    FAILED_CHARGE = "failed_charge"
    UNKNOWN_OUTCOME = "unknown_outcome"
    DUPLICATE = "duplicate"
    REUSED = "reused"


class LedgerEntry(Stored):
    """One call to a provider, once and only once, at `orgs/{org}/ledger/{h(item, attempt)}`."""

    id: str
    kind: LedgerKind
    at: datetime
    batch: str
    item: str
    attempt: int
    member: str
    provider: str
    model: str
    images: int = 0
    usage: dict[str, int] = Field(default_factory=dict)
    cost_micros: int = 0
    overrun_micros: int = 0
