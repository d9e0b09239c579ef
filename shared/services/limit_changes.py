"""How limits change: in one commit with the budget that guards whatever is set aside, and remembered with who did it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from shared.domain.callers import Caller
from shared.domain.errors import Conflict, NotFound
from shared.domain.limits import MemberLimits, OrganisationLimits
from shared.domain.modes import Role
from shared.domain.money import Budget
from shared.ports.documents import Create, DocumentStore, Write
from shared.repositories import paths
from shared.repositories.batches import BatchRepository
from shared.repositories.collections import check_id, guarded
from shared.repositories.limits import MemberLimitsRepository, OrganisationLimitsRepository
from shared.repositories.members import MemberRepository
from shared.repositories.money import BudgetRepository
from shared.services.audit import AuditService
from shared.services.repeats import Repeats
from shared.services.step_requests import StepRequests

MAX_MEMBERS: Final = 500
_ASKED_AT_ONCE = 500

Said = Mapping[str, int | str | None]
NO_WRITES: Final[tuple[Write, ...]] = ()


class LimitChanges:
    """Commits changes by admins and has the batches look that may go on now, or must not."""

    def __init__(
        self,
        documents: DocumentStore,
        *,
        requests: StepRequests,
        audit: AuditService,
        repeats: Repeats,
    ) -> None:
        self._documents = documents
        self._budgets = BudgetRepository(documents)
        self._ours = OrganisationLimitsRepository(documents)
        self._own = MemberLimitsRepository(documents)
        self._members = MemberRepository(documents)
        self._batches = BatchRepository(documents)
        self._requests = requests
        self._audit = audit
        self._repeats = repeats

    def ours(
        self,
        caller: Caller,
        action: str,
        subject: str,
        change: Callable[[OrganisationLimits], tuple[OrganisationLimits, Said]],
        beside: Callable[[], Sequence[Write]] = lambda: NO_WRITES,
    ) -> None:
        """Change what holds for the organisation, all members or all batches. Raises Forbidden, and what `change` raises."""
        caller.require(Role.ADMIN)

        def attempt() -> None:
            before = self._ours.one(caller.org)
            after, said = change(before.value if before else OrganisationLimits())
            kept = self._ours.kept(caller.org, after, before)
            self._commit(caller, action, subject, said, [kept, *beside()])

        self._repeats.until_unrefused(attempt)
        self._look(caller.org)

    def own(
        self,
        caller: Caller,
        action: str,
        member: str,
        change: Callable[[MemberLimits], tuple[MemberLimits, Said]],
        beside: Callable[[], Sequence[Write]] = lambda: NO_WRITES,
    ) -> None:
        """Change what holds for one member. Raises Forbidden, NotFound, Conflict (too many), and what `change` raises."""
        caller.require(Role.ADMIN)
        self.check_member(caller.org, member)

        def attempt() -> None:
            before = self._own.one(caller.org, member)
            if before is None and len(self._own.all(caller.org, limit=MAX_MEMBERS)) >= MAX_MEMBERS:
                raise Conflict(
                    f"{MAX_MEMBERS} members have limits of their own already. Set the members' default instead.",
                    code="too-many-limits",
                )
            after, said = change(before.value if before else MemberLimits(member=member))
            kept = self._own.kept(caller.org, after, before)
            self._commit(caller, action, member, said, [kept, *beside()])

        self._repeats.until_unrefused(attempt)
        self._look(caller.org)

    def beside(self, caller: Caller, action: str, subject: str, change: Callable[[], tuple[list[Write], Said]]) -> None:
        """Write something else that limits are measured by; nothing is done without writes. Raises Forbidden."""
        caller.require(Role.ADMIN)

        def attempt() -> bool:
            writes, said = change()
            if writes:
                self._commit(caller, action, subject, said, writes)
            return bool(writes)

        if self._repeats.until_unrefused(attempt):
            self._look(caller.org)

    def check_member(self, org: str, member: str) -> None:
        """Raise NotFound unless there is such a member."""
        check_id("mem", member, "member")
        if self._members.one(org, member) is None:
            raise NotFound(f"There is no member {member}.")

    def _commit(self, caller: Caller, action: str, subject: str, said: Said, writes: list[Write]) -> None:
        """What was set aside under other limits is measured anew from now on, and what is being set aside is refused."""
        read = self._budgets.one(caller.org)
        if read is None:
            writes.append(Create(paths.budget(caller.org), Budget(epoch=1).written()))
        else:
            writes.append(guarded(read, {"epoch": read.value.epoch + 1}))
        details = {name: str(value) for name, value in said.items() if value is not None}
        self._documents.commit([*writes, self._audit.entry(caller, action, subject, **details)])

    def _look(self, org: str) -> None:
        """Ask for a step of the live batches; beyond so many, they look by themselves within a minute."""
        live = self._batches.live(org, limit=_ASKED_AT_ONCE)
        self._requests.soon_for([(org, read.value.id) for read in live])
