"""Budgets, reservations and the ledger."""

from shared.domain.ids import derived
from shared.domain.money import Budget, LedgerEntry, Reservation
from shared.ports.documents import Create, DocumentStore
from shared.repositories import paths
from shared.repositories.collections import Collection, Read


class BudgetRepository(Collection[Budget]):
    """What organisations may spend."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, Budget, "budget")

    def one(self, org: str) -> Read[Budget] | None:
        """The organisation's budget, or None before its first batch."""
        return self.find(paths.budget(org))


class ReservationRepository(Collection[Reservation]):
    """What batches have set aside."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, Reservation, "reservation")

    def one(self, org: str, batch: str) -> Read[Reservation]:
        """The reservation of a batch; raises NotFound."""
        return self.get(paths.reservation(org, batch))


class LedgerRepository(Collection[LedgerEntry]):
    """Every call to a provider, once."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, LedgerEntry, "ledger entry")

    def of_attempt(self, org: str, item: str, attempt: int) -> Read[LedgerEntry] | None:
        """The entry of one attempt, or None."""
        return self.find(paths.ledger_entry(org, entry_id(item, attempt)))


def entry_id(item: str, attempt: int) -> str:
    """The id of the ledger entry of an attempt: a repeat meets itself."""
    return derived("led", item, attempt)


def create(org: str, entry: LedgerEntry) -> Create:
    """The write that makes an entry."""
    return Create(paths.ledger_entry(org, entry.id), entry.written())
