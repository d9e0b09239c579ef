"""Whom an empty embedded stack was begun with."""

from shared.domain.documents import Stored
from shared.ports.documents import Create, DocumentStore
from shared.repositories import paths
from shared.repositories.collections import Collection, Read


class FirstOrganisation(Stored):
    """Whom an empty embedded stack was begun with."""

    org: str
    member: str


class FirstOrganisationRepository(Collection[FirstOrganisation]):
    """The record by which a restart finds its organisation again."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, FirstOrganisation, "first organisation")

    def one(self) -> Read[FirstOrganisation] | None:
        """The record, or None on an empty stack."""
        return self.find(paths.first_organisation())

    def create(self, org: str, member: str) -> Create:
        """The write that keeps it."""
        return Create(paths.first_organisation(), FirstOrganisation(org=org, member=member).written())
