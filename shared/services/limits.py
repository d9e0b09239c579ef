"""Limits as admins set them, and as everybody sees what binds them."""

from dataclasses import dataclass

from shared.domain.callers import Caller
from shared.domain.limit_settings import LimitSettings, MemberLimitSettings, OrganisationLimitSettings
from shared.domain.limits import LimitSet, MemberLimits, OrganisationLimits, Standing
from shared.domain.modes import Role
from shared.ports.documents import DocumentStore
from shared.repositories.limits import LimitsReader, MemberLimitsRepository
from shared.services.limit_changes import MAX_MEMBERS, LimitChanges, Said
from shared.services.reservations import ReservationService
from shared.services.standings import Account

CHANGED = "limits.changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What binds a member's work: the limits as they are set, and how those in force stand."""

    member: str
    time_zone: str
    warn_percent: int
    organisation: LimitSet
    members: LimitSet
    batches: LimitSet
    own: LimitSet | None
    in_force: list[Standing]


class LimitService:
    """Changes take effect at once."""

    def __init__(self, documents: DocumentStore, *, reservations: ReservationService, changes: LimitChanges) -> None:
        self._reader = LimitsReader(documents)
        self._own = MemberLimitsRepository(documents)
        self._reservations = reservations
        self._changes = changes

    def binding(self, caller: Caller, member: str | None = None) -> Binding:
        """What binds the caller, or for admins a member. Raises Forbidden, NotFound."""
        caller.require(Role.VIEWER)
        if member is not None:
            caller.require(Role.ADMIN)
            self._changes.check_member(caller.org, member)
        whose = member or caller.member
        rules = self._reader.in_force(caller.org, whose)
        return Binding(
            member=whose,
            time_zone=rules.time_zone,
            warn_percent=rules.organisation.warn_percent,
            organisation=rules.organisation.organisation,
            members=rules.organisation.members,
            batches=rules.organisation.batches,
            own=rules.member.limits,
            in_force=self._reservations.standings(Account(org=caller.org, member=whose)),
        )

    def of_members(self, caller: Caller) -> list[MemberLimits]:
        """Members who have limits of their own, with them; at most 500. Raises Forbidden."""
        caller.require(Role.ADMIN)
        found = [read.value for read in self._own.all(caller.org, limit=MAX_MEMBERS)]
        return [one for one in found if one.limits is not None]

    def set_organisation(self, caller: Caller, settings: OrganisationLimitSettings) -> Binding:
        """What the organisation may spend, instead of what was set before. Raises Forbidden."""

        def change(before: OrganisationLimits) -> tuple[OrganisationLimits, Said]:
            fields = {"organisation": _set(settings), "warn_percent": settings.warn_percent}
            return before.model_copy(update=fields), settings.model_dump()

        self._changes.ours(caller, CHANGED, "organisation", change)
        return self.binding(caller)

    def set_members(self, caller: Caller, settings: MemberLimitSettings) -> Binding:
        """What each member may spend who has no limits of their own. Raises Forbidden."""

        def change(before: OrganisationLimits) -> tuple[OrganisationLimits, Said]:
            return before.model_copy(update={"members": _set(settings)}), settings.model_dump()

        self._changes.ours(caller, CHANGED, "members", change)
        return self.binding(caller)

    def set_batches(self, caller: Caller, settings: LimitSettings) -> Binding:
        """What each batch may spend, whatever its own budget. Raises Forbidden."""

        def change(before: OrganisationLimits) -> tuple[OrganisationLimits, Said]:
            return before.model_copy(update={"batches": _set(settings)}), settings.model_dump()

        self._changes.ours(caller, CHANGED, "batches", change)
        return self.binding(caller)

    def set_member(self, caller: Caller, member: str, settings: MemberLimitSettings) -> Binding:
        """What one member may spend, instead of what holds for all. Raises Forbidden, NotFound, Conflict (too many)."""

        def change(before: MemberLimits) -> tuple[MemberLimits, Said]:
            return before.model_copy(update={"limits": _set(settings)}), settings.model_dump()

        self._changes.own(caller, CHANGED, member, change)
        return self.binding(caller, member)

    def clear_member(self, caller: Caller, member: str) -> None:
        """From now on what holds for all members holds for this one. Raises Forbidden, NotFound."""

        def change(before: MemberLimits) -> tuple[MemberLimits, Said]:
            return before.model_copy(update={"limits": None}), {}

        self._changes.own(caller, CHANGED, member, change)


def _set(settings: LimitSettings) -> LimitSet:
    return LimitSet(**settings.model_dump(exclude={"warn_percent"}))
