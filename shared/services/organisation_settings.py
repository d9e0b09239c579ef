"""What an organisation is called, and in which time zone its days begin."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.domain.callers import Caller
from shared.domain.days import Day, zone_of
from shared.domain.members import OrganisationUpdate
from shared.domain.modes import Role
from shared.domain.organisations import Organisation
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.repositories.collections import guarded
from shared.repositories.organisations import OrganisationRepository
from shared.services.limit_changes import LimitChanges


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationNow:
    """An organisation, and its day at this moment."""

    organisation: Organisation
    day: date
    day_starts_at: datetime
    day_ends_at: datetime


class OrganisationSettingsService:
    """Seen by everyone, changed by admins."""

    def __init__(self, documents: DocumentStore, *, changes: LimitChanges, clock: Clock) -> None:
        self._organisations = OrganisationRepository(documents)
        self._changes = changes
        self._clock = clock

    def get(self, caller: Caller) -> OrganisationNow:
        """The organisation and when its day of now began and ends. Raises NotFound."""
        caller.require(Role.VIEWER)
        organisation = self._organisations.one(caller.org).value
        zone = zone_of(organisation.time_zone)
        today = Day(self._clock.now().astimezone(zone).date(), zone)
        return OrganisationNow(
            organisation=organisation, day=today.date, day_starts_at=today.starts_at, day_ends_at=today.ends_at
        )

    def update(self, caller: Caller, update: OrganisationUpdate) -> OrganisationNow:
        """Another name or time zone. A time zone counts at once: limits measure the day and the month that it has now, and
        reports of the last days are made anew. Raises Forbidden.
        """

        def writes() -> tuple[list[Any], dict[str, str]]:
            read = self._organisations.one(caller.org)
            said: dict[str, str] = update.model_dump(exclude_none=True)
            fields = {name: value for name, value in said.items() if getattr(read.value, name) != value}
            return [guarded(read, fields)] if fields else [], fields

        self._changes.beside(caller, "organisation.changed", caller.org, writes)
        return self.get(caller)
