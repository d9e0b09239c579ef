"""Credits: amounts that admins grant, that are spent down, and that are renewed on their day."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from shared.domain.callers import Caller
from shared.domain.days import Day, zone_of
from shared.domain.errors import FieldError, Invalid, NotFound
from shared.domain.limit_settings import MAX_MICROS, CreditGrant, granted
from shared.domain.limit_words import dollars
from shared.domain.limits import Credits, MemberLimits, OrganisationLimits, Standing
from shared.domain.modes import Role
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Write
from shared.repositories.idempotency import IdempotencyRepository
from shared.repositories.limits import InForce, LimitsReader, MemberLimitsRepository
from shared.services.limit_changes import MAX_MEMBERS, NO_WRITES, LimitChanges, Said
from shared.services.reservations import ReservationService

ROUTE: Final = "credits"
OURS: Final = "organisation"
GRANTED, ENDED = "credits.granted", "credits.ended"

Holding = TypeVar("Holding", OrganisationLimits, MemberLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditAccount:
    """Credits of the organisation (`organisation`) or of a member, and how they stand."""

    holder: str
    credits: Credits
    standing: Standing


class CreditService:
    """Grants, shows and ends credits."""

    def __init__(
        self, documents: DocumentStore, *, reservations: ReservationService, changes: LimitChanges, clock: Clock
    ) -> None:
        self._reader = LimitsReader(documents)
        self._own = MemberLimitsRepository(documents)
        self._idempotency = IdempotencyRepository(documents)
        self._reservations = reservations
        self._changes = changes
        self._clock = clock

    def grant(
        self, caller: Caller, grant: CreditGrant, *, idempotency_key: str | None, fingerprint: str
    ) -> CreditAccount:
        """Credits on top of what is left, and how they are renewed from now on where that is said.

        A repeated key and body grants nothing more. Raises Forbidden, NotFound, Invalid (a renewal that is over, another body).
        """
        caller.require(Role.ADMIN)
        holder = grant.member or OURS

        def beside() -> Sequence[Write]:
            return self._record(caller, idempotency_key, fingerprint)

        if not self._is_repeat(caller, idempotency_key, fingerprint):
            if grant.member is None:
                self._changes.ours(caller, GRANTED, OURS, lambda before: self._granting(caller, before, grant), beside)
            else:
                self._changes.own(
                    caller, GRANTED, grant.member, lambda before: self._granting(caller, before, grant), beside
                )
        return self._account(caller, holder)

    def list(self, caller: Caller) -> Sequence[CreditAccount]:
        """The organisation's credits and the caller's, or for admins every member's. Raises Forbidden."""
        caller.require(Role.VIEWER)
        rules = self._reader.in_force(caller.org, caller.member)
        own = [rules.member]
        if caller.role is Role.ADMIN:
            own = [read.value for read in self._own.all(caller.org, limit=MAX_MEMBERS)]
        return self._accounts(caller.org, rules, own)

    def end(self, caller: Caller, holder: str) -> None:
        """The organisation's (`organisation`) or a member's credits bind no longer. Raises Forbidden, NotFound."""
        if holder == OURS:
            self._changes.ours(caller, ENDED, OURS, lambda before: _ended(before, holder))
        else:
            self._changes.own(caller, ENDED, holder, lambda before: _ended(before, holder))

    def _granting(self, caller: Caller, before: Holding, grant: CreditGrant) -> tuple[Holding, Said]:
        now, zone = self._clock.now(), zone_of(self._reader.in_force(caller.org, "").time_zone)
        if grant.renewal is not None and Day(grant.renewal.on, zone).starts_at <= now:
            raise Invalid([FieldError("/renewal/on", "Credits are renewed on a day to come: give one after today.")])
        after = granted(before.credits, grant, now, zone)
        if after.granted_micros > MAX_MICROS:
            told = f"With what is left that would be more than {dollars(MAX_MICROS)} of credits. Grant less."
            raise Invalid([FieldError("/amount_micros", told)])
        renewal = grant.renewal.amount_micros if grant.renewal else None
        said: Said = {"granted_micros": grant.amount_micros, "renewal_micros": renewal}
        return before.model_copy(update={"credits": after}), said

    def _account(self, caller: Caller, holder: str) -> CreditAccount:
        rules = self._reader.in_force(caller.org, "" if holder == OURS else holder)
        for account in self._accounts(caller.org, rules, [rules.member]):
            if account.holder == holder:
                return account
        raise NotFound(f"There are no credits of {holder}.")

    def _accounts(self, org: str, rules: InForce, own: Sequence[MemberLimits]) -> Sequence[CreditAccount]:
        """The organisation's credits and those of its own, as far as there are any: a fixed number of calls of the store."""
        kept = {"": rules.organisation.credits, **{one.member: one.credits for one in own if one.member}}
        holders = {member: found for member, found in kept.items() if found is not None}
        standings = self._reservations.credits(org, holders, zone_of(rules.time_zone)) if holders else {}
        return [
            CreditAccount(holder=member or OURS, credits=found, standing=standings[member])
            for member, found in holders.items()
        ]

    def _is_repeat(self, caller: Caller, key: str | None, fingerprint: str) -> bool:
        if not key:
            return False
        now = self._clock.now()
        found = self._idempotency.answered(caller.org, caller.id, ROUTE, key, fingerprint=fingerprint, now=now)
        return found is not None

    def _record(self, caller: Caller, key: str | None, fingerprint: str) -> Sequence[Write]:
        if not key:
            return NO_WRITES
        now = self._clock.now()
        idempotency = self._idempotency
        # A grant has no id: whose credits they are would be told as what was made.
        return [idempotency.record(caller.org, caller.id, ROUTE, key, fingerprint=fingerprint, resource=ROUTE, now=now)]


def _ended(before: Holding, holder: str) -> tuple[Holding, Said]:
    if before.credits is None:
        raise NotFound(f"There are no credits of {holder}.")
    return before.model_copy(update={"credits": None}), {}
