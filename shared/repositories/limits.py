"""Limits of organisations and of their members."""

from dataclasses import dataclass

from shared.domain.limits import LimitSet, MemberLimits, OrganisationLimits
from shared.ports.documents import DocumentStore, Guard, Query, Set
from shared.repositories import paths
from shared.repositories.collections import Collection, Read
from shared.repositories.organisations import OrganisationRepository


@dataclass(frozen=True, slots=True)
class InForce:
    """What binds one member's work, read at one moment, and the organisation's time zone."""

    organisation: OrganisationLimits
    member: MemberLimits
    time_zone: str

    @property
    def of_member(self) -> LimitSet:
        """The member's own limits, or else what holds for all members."""
        return self.member.limits or self.organisation.members


class OrganisationLimitsRepository(Collection[OrganisationLimits]):
    """All limits of an organisation but members' own."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, OrganisationLimits, "limits")

    def one(self, org: str) -> Read[OrganisationLimits] | None:
        """The organisation's limits, or None before the first were set."""
        return self.find(paths.organisation_limits(org))

    def kept(self, org: str, limits: OrganisationLimits, before: Read[OrganisationLimits] | None) -> Set:
        """The write that replaces them, guarded."""
        return Set(paths.organisation_limits(org), limits.written(), before.version if before else Guard.ABSENT)


class MemberLimitsRepository(Collection[MemberLimits]):
    """Members' own limits."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, MemberLimits, "limits")

    def one(self, org: str, member: str) -> Read[MemberLimits] | None:
        """The member's own limits, or None."""
        return self.find(paths.member_limits(org, member))

    def all(self, org: str, *, limit: int) -> list[Read[MemberLimits]]:
        """Members' own limits, by their ids; the organisation's document is none of them."""
        found = self._documents.query(Query(paths.limits(org), limit=limit + 1))
        return [self._read(one) for one in found if one.path != paths.organisation_limits(org)][:limit]

    def kept(self, org: str, limits: MemberLimits, before: Read[MemberLimits] | None) -> Set:
        """The write that replaces them, guarded."""
        return Set(
            paths.member_limits(org, limits.member), limits.written(), before.version if before else Guard.ABSENT
        )


class LimitsReader:
    """What is in force, in one call of the store."""

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents
        self._organisations = OrganisationRepository(documents)
        self._ours = OrganisationLimitsRepository(documents)
        self._members = MemberLimitsRepository(documents)

    def in_force(self, org: str, member: str) -> InForce:
        """The limits that bind a member's work, or without a member the organisation's; none where none were set."""
        ours, whose = paths.organisation_limits(org), paths.organisation(org)
        own = paths.member_limits(org, member) if member else ""
        found = self._documents.get_many([path for path in (ours, whose, own) if path])
        return InForce(
            self._ours.reading(found, ours).value if ours in found else OrganisationLimits(),
            self._members.reading(found, own).value if own in found else MemberLimits(member=member),
            self._organisations.reading(found, whose).value.time_zone if whose in found else "UTC",
        )
