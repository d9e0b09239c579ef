"""What providers billed: brought by admins, kept once each, compared with the ledger."""

from datetime import UTC
from decimal import Decimal

from shared.domain.bill_files import read
from shared.domain.bills import (
    MAX_DAYS,
    MAX_KEPT,
    MAX_NAMES_BYTES,
    MOST_USD,
    PROVIDERS,
    ZONES,
    Bill,
    BillCreate,
    Line,
    ReadBill,
    bill_id,
    kept_lines,
    micros,
)
from shared.domain.callers import Caller
from shared.domain.errors import Conflict, FieldError, Invalid, TooLarge
from shared.domain.modes import Role
from shared.ports.clock import Clock
from shared.ports.documents import Delete, DocumentStore, Write
from shared.ports.ids import Ids
from shared.repositories.bills import BillRepository
from shared.repositories.collections import check_id
from shared.repositories.idempotency import IdempotencyRepository
from shared.repositories.pages import Listing, Page, PageTokens, checked_size, gather
from shared.services.audit import AuditService
from shared.services.bill_differences import BillComparison, BillDifferences
from shared.services.repeats import Repeats

ROUTE = "bills"


class BillService:
    """The bills of an organisation; only admins see or bring them."""

    def __init__(
        self, documents: DocumentStore, *, pages: PageTokens, audit: AuditService, clock: Clock, ids: Ids
    ) -> None:
        self._documents = documents
        self._bills = BillRepository(documents)
        self._differences = BillDifferences(documents)
        self._idempotency = IdempotencyRepository(documents)
        self._repeats = Repeats(clock, ids)
        self._pages = pages
        self._audit = audit
        self._clock = clock

    def create(self, caller: Caller, create: BillCreate, *, idempotency_key: str | None, fingerprint: str) -> Bill:
        """Keep a bill that comes in rows. Raises Forbidden, Invalid, TooLarge, Conflict (this very bill is there)."""
        caller.require(Role.ADMIN)
        _check_provider(create.provider, "/provider")
        days = [line.day for line in create.lines]
        told = ReadBill(
            source="rows",
            lines=tuple(Line(line.day, line.model, line.cost_usd) for line in create.lines),
            first=create.from_ or min(days),
            last=create.to or max(days),
        )
        _check_days(told, "/from", "/to")
        errors = [
            FieldError(
                f"/lines/{number}/day", f"This day is outside of {told.first} to {told.last}, which the bill covers."
            )
            for number, day in enumerate(days)
            if not told.first <= day <= told.last
        ]
        if errors:
            raise Invalid(errors[:100])
        return self._keep(caller, self._bill(caller, create.provider, create.name, told), idempotency_key, fingerprint)

    def bring(
        self, caller: Caller, data: bytes, *, provider: str, name: str, idempotency_key: str | None, fingerprint: str
    ) -> Bill:
        """Keep a bill that comes as a file. Raises Forbidden, Malformed, Invalid naming rows and columns, TooLarge, Conflict."""
        caller.require(Role.ADMIN)
        _check_provider(provider, "/query/provider")
        told = read(data)
        if told.provider and told.provider != provider:
            detail = f"This is a bill of {told.provider}: say so, or send the bill of {provider}."
            raise Invalid([FieldError("/query/provider", detail)])
        _check_days(told, "", "")
        return self._keep(caller, self._bill(caller, provider, name, told), idempotency_key, fingerprint)

    def list(self, caller: Caller, *, page_size: int | None = None, page_token: str = "") -> Page[Bill]:
        """The bills, the newest first. Raises Forbidden, Invalid (size), Malformed (a token of another list)."""
        caller.require(Role.ADMIN)
        listing = Listing(org=caller.org, resource="bills", sort="-created_at")
        found, position = gather(
            lambda position, limit: self._bills.page(caller.org, limit=limit, start_after=position),
            size=checked_size(page_size),
            start=self._pages.position(listing, page_token),
            position_of=lambda one: (one.value.created_at, one.path),
            keep=lambda _: True,
        )
        return Page([one.value for one in found], self._pages.token(listing, position))

    def compare(self, caller: Caller, bill: str) -> BillComparison:
        """One bill beside the ledger as it is now. Raises Forbidden, NotFound."""
        caller.require(Role.ADMIN)
        check_id("bil", bill, "bill")
        return self._differences.of(caller.org, self._bills.one(caller.org, bill).value)

    def delete(self, caller: Caller, bill: str) -> None:
        """Remove it; the ledger stays as it is. Raises Forbidden, NotFound."""
        caller.require(Role.ADMIN)
        check_id("bil", bill, "bill")
        self._repeats.until_unrefused(lambda: self._delete(caller, bill))

    def _delete(self, caller: Caller, bill: str) -> None:
        found = self._bills.one(caller.org, bill)
        entry = self._audit.entry(caller, "bill.deleted", bill, provider=found.value.provider, first=found.value.first)
        self._documents.commit([Delete(found.path, found.version), entry])

    def _keep(self, caller: Caller, bill: Bill, idempotency_key: str | None, fingerprint: str) -> Bill:
        return self._repeats.until_unrefused(lambda: self._create(caller, bill, idempotency_key, fingerprint))

    def _bill(self, caller: Caller, provider: str, name: str, told: ReadBill) -> Bill:
        lines = kept_lines(told.lines, provider)
        if len(lines) > MAX_KEPT:
            raise TooLarge(f"The bill has more than {MAX_KEPT:,} days and models. Bring a shorter time.")
        if sum(len(line.model.encode()) for line in lines) > MAX_NAMES_BYTES:
            raise TooLarge("The names of the bill's lines are too long to be kept together. Bring a shorter time.")
        if sum(abs(line.cost_micros) for line in lines) + abs(told.credits_usd * 1_000_000) > MOST_USD * 1_000_000:
            raise Invalid([FieldError("", f"No bill is of more than {MOST_USD:,} dollars in all.")])
        return Bill(
            id=bill_id(caller.org, provider, told.first, told.last, lines),
            provider=provider,
            name=name or f"{provider} {told.first} to {told.last}",
            source=told.source,
            first=told.first.isoformat(),
            last=told.last.isoformat(),
            time_zone=ZONES.get(provider, str(UTC)),
            billed_micros=sum(line.cost_micros for line in lines),
            credits_micros=micros(told.credits_usd or Decimal(0)),
            left_out=told.left_out,
            lines=lines,
            created_at=self._clock.now(),
            created_by=caller.member,
        )

    def _create(self, caller: Caller, bill: Bill, key: str | None, fingerprint: str) -> Bill:
        now = self._clock.now()
        if key:
            record = self._idempotency.answered(caller.org, caller.id, ROUTE, key, fingerprint=fingerprint, now=now)
            if record is not None:
                return self._bills.one(caller.org, record.resource).value
        if self._bills.any(caller.org, bill.id) is not None:
            raise Conflict(f"This very bill is there already: {bill.id}.", code="bill-exists")
        writes: list[Write] = [
            self._bills.create(caller.org, bill),
            self._audit.entry(
                caller, "bill.created", bill.id, provider=bill.provider, first=bill.first, last=bill.last
            ),
        ]
        if key:
            writes.append(
                self._idempotency.record(
                    caller.org, caller.id, ROUTE, key, fingerprint=fingerprint, resource=bill.id, now=now
                )
            )
        self._documents.commit(writes)
        return bill


def _check_provider(provider: str, pointer: str) -> None:
    if provider not in PROVIDERS:
        raise Invalid([FieldError(pointer, f"There is no such provider. Choose one of: {', '.join(PROVIDERS)}.")])


def _check_days(told: ReadBill, first: str, last: str) -> None:
    """Raise Invalid, with these pointers, for days in the wrong order or more of them than a bill covers."""
    if told.first > told.last:
        raise Invalid([FieldError(first, f"The first day is after the last one, {told.last}. Swap them.")])
    if (told.last - told.first).days >= MAX_DAYS:
        raise Invalid([FieldError(last, f"A bill covers at most {MAX_DAYS} days. Split it by month.")])
