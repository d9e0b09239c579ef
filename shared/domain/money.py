"""Money as documents: budgets, reservations, and the ledger of every call."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from pydantic import Field

from shared.domain.documents import Stored

# How long money is set aside for a batch of which nothing is heard.
EXPIRES_AFTER: Final = timedelta(days=30)


class Budget(Stored):
    """What a whole organisation has spent and set aside: `orgs/{org}/budgets/organisation`.

    Every commit that changes a reservation of the organisation, or one of its limits, is guarded by this document.
    """

    limit_micros: int | None = None
    reserved_micros: int = 0
    spent_micros: int = 0
    # How often limits were changed: 0 says that there is no other limit to be looked up.
    epoch: int = 0
    # Of which limits people were warned, and in which of their windows.
    warned: dict[str, str] = Field(default_factory=dict)


class Reservation(Stored):
    """What one batch has set aside of the budget (`reserved_micros`, beyond what is settled), at `orgs/{org}/reservations/{batch}`.

    `settled_micros` is how much of the batch's spending the budget counts as spent already. Images are counted alike, from
    the moment on that its member has a limit of them (`counts_images`). `epoch` is that of the limits it was made under.
    """

    batch: str
    member: str = ""
    reserved_micros: int
    settled_micros: int = 0
    reserved_images: int = 0
    settled_images: int = 0
    counts_images: bool = False
    epoch: int = 0
    settled_at: datetime | None = None
    warned: dict[str, str] = Field(default_factory=dict)
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
