"""What only batches' steps need."""

from shared.domain.step_controls import StepControl
from shared.ports.documents import DocumentStore, Query, Where
from shared.repositories import paths
from shared.repositories.collections import Collection, Read


class StepControlRepository(Collection[StepControl]):
    """The lease and the memory of steps."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, StepControl, "step control")

    def one(self, org: str, batch: str) -> Read[StepControl] | None:
        """The control document of a batch, or None."""
        return self.find(paths.step_control(org, batch))

    def held(self, *, limit: int) -> list[Read[StepControl]]:
        """Step leases of every organisation that name an owner."""
        return self.query(Query("control", (Where("lease_owner", ">", ""),), limit=limit, group=True))
