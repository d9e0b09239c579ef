"""What providers billed."""

from shared.domain.bills import Bill
from shared.ports.documents import Create, DocumentStore
from shared.repositories import paths
from shared.repositories.collections import Collection, Position, Read


class BillRepository(Collection[Bill]):
    """Bills that admins brought."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, Bill, "bill")

    def one(self, org: str, bill: str) -> Read[Bill]:
        """The bill; raises NotFound."""
        return self.get(paths.bill(org, bill))

    def any(self, org: str, bill: str) -> Read[Bill] | None:
        """The bill, or None."""
        return self.find(paths.bill(org, bill))

    def page(self, org: str, *, limit: int, start_after: Position | None) -> list[Read[Bill]]:
        """The organisation's bills, the newest first."""
        return self.newest(paths.bills(org), (), limit=limit, start_after=start_after)

    def create(self, org: str, bill: Bill) -> Create:
        """The write that keeps a new one."""
        return Create(paths.bill(org, bill.id), bill.written())
