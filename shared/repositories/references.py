"""Reference pictures."""

from collections.abc import Sequence

from shared.domain.errors import NotFound
from shared.domain.references import Reference
from shared.ports.documents import DocumentStore
from shared.repositories import paths
from shared.repositories.collections import Collection, Read


class ReferenceRepository(Collection[Reference]):
    """Reference pictures."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, Reference, "reference")

    def one(self, org: str, reference: str) -> Read[Reference]:
        """The reference; raises NotFound, also when it was deleted."""
        found = self.get(paths.reference(org, reference))
        if found.value.deleted_at is not None:
            raise NotFound(f"There is no reference {reference}.")
        return found

    def named(self, org: str, ids: Sequence[str]) -> dict[str, Reference]:
        """Those of these ids that exist and are not deleted, by id."""
        found = self.get_many(paths.reference(org, reference) for reference in ids)
        return {read.value.id: read.value for read in found.values() if read.value.deleted_at is None}
