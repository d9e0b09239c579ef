"""Organisations."""

from zoneinfo import ZoneInfo

from shared.domain.days import zone_of
from shared.domain.organisations import Organisation
from shared.ports.documents import DocumentStore, Query
from shared.repositories import paths
from shared.repositories.collections import Collection, Read


class OrganisationRepository(Collection[Organisation]):
    """Organisations."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, Organisation, "organisation")

    def one(self, org: str) -> Read[Organisation]:
        """The organisation; raises NotFound."""
        return self.get(paths.organisation(org))

    def zone(self, org: str) -> ZoneInfo:
        """The time zone that its days are of; raises NotFound, ConfigurationWrong."""
        return zone_of(self.one(org).value.time_zone)

    def after(self, org: str, *, limit: int) -> list[Read[Organisation]]:
        """Organisations by their ids, those after this one; "" for the first."""
        start_after = (paths.organisation(org),) if org else None
        return self.query(Query(paths.organisations(), limit=limit, start_after=start_after))
