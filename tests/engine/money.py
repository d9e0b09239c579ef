"""Worlds whose organisation has limits, and what is asked of them."""

from datetime import datetime
from pathlib import Path
from typing import Any

from shared.domain.callers import Caller
from shared.domain.ids import compose
from shared.domain.limit_settings import LimitSettings, MemberLimitSettings, OrganisationLimitSettings
from shared.domain.modes import Role
from shared.domain.organisations import Organisation
from shared.domain.people import Member
from shared.ports.documents import Create, Update
from shared.repositories import paths
from shared.services.audit import AuditService
from shared.services.credits import CreditService
from shared.services.limit_changes import LimitChanges
from shared.services.limits import LimitService
from shared.services.repeats import Repeats
from tests.engine.faults import FaultyWorld
from tests.engine.worlds import ORG, World

ADA, BEN = compose("mem", b"a member of ours"), compose("mem", b"another of ours")
ADMIN = Caller(org=ORG, id=ADA, member=ADA, role=Role.ADMIN)


class LimitedWorld(FaultyWorld):
    """A world whose organisation has clocks of its own and two members."""

    def __init__(self, folder: Path, *, time_zone: str = "UTC", at: datetime | None = None, **settings: Any) -> None:
        super().__init__(folder, **settings)
        if at is not None:
            self.clock.advance((at - self.clock.now()).total_seconds())
        self.caller = ADMIN
        now = self.clock.now()
        organisation = Organisation(id=ORG, name="Ours", created_at=now, time_zone=time_zone)
        people = [
            Member(id=one, email=f"{one}@ours.example", name=one, role=Role.ADMIN, created_at=now) for one in (ADA, BEN)
        ]
        self.store.commit(
            [
                Create(paths.organisation(ORG), organisation.written()),
                *(Create(paths.member(ORG, one.id), one.written()) for one in people),
            ]
        )

    def limit(self, **limits: Any) -> None:
        """What the organisation may spend from now on."""
        limit_service(self).set_organisation(ADMIN, OrganisationLimitSettings(**limits))

    def limit_members(self, **limits: Any) -> None:
        """What each member may spend from now on."""
        limit_service(self).set_members(ADMIN, MemberLimitSettings(**limits))

    def limit_member(self, member: str, **limits: Any) -> None:
        """What one member may spend from now on."""
        limit_service(self).set_member(ADMIN, member, MemberLimitSettings(**limits))

    def limit_batches(self, **limits: Any) -> None:
        """What each batch may spend from now on."""
        limit_service(self).set_batches(ADMIN, LimitSettings(**limits))

    def sleep(self, until: datetime) -> None:
        """Let the clock go to a moment without a look at anything, then see what happens in the minutes after it."""
        self.advance_to(until)
        self.run(seconds=120)

    def deliver_one(self) -> None:
        """Deliver the image that waits longest, or let a tick pass."""
        images = [delivery for delivery in self.due() if delivery.function == "generate_image"]
        if not images:
            self.clock.advance(0.3)
            return
        self.deliver(images[0])
        self.done(images[0])

    def move(self, time_zone: str) -> None:
        """The organisation lives by other clocks."""
        self.store.commit([Update(paths.organisation(ORG), {"time_zone": time_zone})])

    def by(self, member: str) -> Caller:
        """One of the members."""
        return Caller(org=ORG, id=member, member=member, role=Role.EDITOR)


def changes(world: World) -> LimitChanges:
    """What changes limits, in a process of its own."""
    return LimitChanges(
        world.store,
        requests=world.engine.requests,
        audit=AuditService(world.clock, world.ids),
        repeats=Repeats(world.clock, world.ids),
    )


def limit_service(world: World) -> LimitService:
    """Limits as admins set them."""
    return LimitService(world.store, reservations=world.engine.reservations, changes=changes(world))


def credit_service(world: World) -> CreditService:
    """Credits as admins grant them."""
    return CreditService(world.store, reservations=world.engine.reservations, changes=changes(world), clock=world.clock)


def calls(world: FaultyWorld) -> int:
    """How often the provider was asked."""
    return len(world.scripted.requests)


def spent(world: World, since: datetime, until: datetime, **where: str) -> int:
    """What the ledger says was spent from a moment until before another."""
    return sum(
        entry.cost_micros
        for entry in world.ledger()
        if since <= entry.at < until and all(getattr(entry, name) == value for name, value in where.items())
    )
