"""Money set aside: reserve on acceptance, extend in chunks, settle in the middle and at the end; always by guarded commits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.limits import Credits, Holder, Standing, Unit, smallest
from shared.domain.moments import NEVER
from shared.domain.money import EXPIRES_AFTER, Budget, Reservation
from shared.ports.clock import Clock
from shared.ports.documents import Create, DocumentStore, Write
from shared.repositories import paths
from shared.repositories.batches import BatchRepository
from shared.repositories.collections import Read, guarded
from shared.repositories.money import BudgetRepository, LedgerRepository, ReservationRepository
from shared.services.budget_warnings import BudgetWarnings
from shared.services.repeats import Repeats
from shared.services.standings import Account, Own, Standings

# What is spent shows in the budget at the latest then, where limits go by it.
SETTLES_EVERY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a batch's items add up to: spent, held for calls that may be under way, and how many of these there are."""

    spent_micros: int = 0
    held_micros: int = 0
    in_flight: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a batch would set aside beyond what is held, and the least of it that is of use; unless it `keeps` what it has, no more than that."""

    micros: int = 0
    least_micros: int = 0
    images: int = 0
    keeps: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """What one batch may still commit itself to; images are None where nothing limits them.

    `short` is the limit that leaves no room for all that was wished for, `is_over` says that not even what is held fits: a limit was lowered.
    """

    reserved_micros: int
    free_micros: int
    free_images: int | None = None
    short: Standing | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What a new batch gets, the limits that it was measured by, and the writes that set it aside."""

    micros: int
    images: int
    standings: list[Standing]
    writes: list[Write]


@dataclass(frozen=True, slots=True)
class Books:
    """A batch's reservation and its organisation's budget, read at one moment."""

    reservation: Read[Reservation]
    budget: Read[Budget]

    @property
    def is_stale(self) -> bool:
        """Whether limits were changed since the reservation was made."""
        return self.reservation.value.epoch != self.budget.value.epoch


class ReservationService:
    """The one place where budgets change."""

    def __init__(
        self,
        documents: DocumentStore,
        clock: Clock,
        repeats: Repeats,
        *,
        standings: Standings,
        warnings: BudgetWarnings,
    ) -> None:
        self._documents = documents
        self._batches = BatchRepository(documents)
        self._budgets = BudgetRepository(documents)
        self._reservations = ReservationRepository(documents)
        self._ledger = LedgerRepository(documents)
        self._clock = clock
        self._repeats = repeats
        self._standings = standings
        self._warnings = warnings

    def standings(self, account: Account) -> list[Standing]:
        """How every limit stands that binds this account."""
        read = self._budgets.one(account.org)
        return self._standings.of(account, read.value if read else Budget())[0]

    def credits(self, org: str, holders: Mapping[str, Credits], zone: ZoneInfo) -> dict[str, Standing]:
        """How credits stand, by their holders (a member, or "" for the organisation): three calls of the store for all."""
        read = self._budgets.one(org)
        return self._standings.of_credits(org, holders, read.value if read else Budget(), zone)

    def reserving(self, account: Account, *, wanted_micros: int, wanted_images: int) -> Granted:
        """How much a new batch gets, and the writes that set it aside, to go into the commit that accepts it.

        The writes are guarded: when the commit is refused, ask again.
        """
        read = self._budgets.one(account.org)
        budget = read.value if read else Budget()
        standings, _ = self._standings.of(account, budget)
        micros = max(_fitting(standings, Unit.MICROS, wanted_micros), 0)
        images = max(_fitting(standings, Unit.IMAGES, wanted_images), 0)
        reservation = Reservation(
            batch=account.batch,
            member=account.member,
            reserved_micros=micros,
            reserved_images=images,
            counts_images=smallest(standings, Unit.IMAGES) is not None,
            epoch=budget.epoch,
            settled_at=self._clock.now(),
            expires_at=self._clock.now() + EXPIRES_AFTER,
        )
        writes = [
            Create(paths.reservation(account.org, account.batch), reservation.written()),
            _kept(account.org, read, {"reserved_micros": budget.reserved_micros + micros}),
        ]
        return Granted(micros=micros, images=images, standings=standings, writes=writes)

    def extending(self, account: Account, *, wanted_micros: int) -> tuple[int, list[Standing], list[Write]]:
        """More for a batch that exists and is tried again: what it gets, the limits in force, and the writes that set it aside."""
        books = self.books(account.org, account.batch)
        budget, reservation = books.budget.value, books.reservation.value
        standings, _ = self._standings.of(account, budget)
        granted = max(_fitting(standings, Unit.MICROS, wanted_micros), 0)
        if not granted:
            return 0, standings, []
        fields = {
            "reserved_micros": reservation.reserved_micros + granted,
            "expires_at": self._clock.now() + EXPIRES_AFTER,
        }
        more = {"reserved_micros": budget.reserved_micros + granted}
        return granted, standings, [guarded(books.reservation, fields), guarded(books.budget, more)]

    def books(self, org: str, batch: str) -> Books:
        """What a batch has set aside, and the budget that guards it; raises NotFound."""
        ours, shared = paths.reservation(org, batch), paths.budget(org)
        found = self._documents.get_many([ours, shared])
        return Books(self._reservations.reading(found, ours), self._budgets.reading(found, shared))

    def is_overdrawn(self, books: Books) -> bool:
        """Whether what was set aside earlier may not fit any more, because somebody's call cost more than was held for it."""
        return self._standings.is_overdrawn(books.budget.value)

    def is_limited(self, books: Books) -> bool:
        """Whether what a batch sets aside may be missing elsewhere: a limit is in force that it shares with others."""
        return self._standings.is_limited(books.budget.value)

    def purse(self, account: Account, use: Use, books: Books) -> Purse:
        """What is free of what the batch has set aside, as it stands."""
        held = books.reservation.value
        free = held.reserved_micros - (use.spent_micros - held.settled_micros) - use.held_micros
        if account.budget_micros is not None:
            free = min(free, account.budget_micros - use.spent_micros - use.held_micros)
        images = None
        if held.counts_images:
            made = self._ledger.images_of(account.org, account.batch)
            images = held.reserved_images - (made - held.settled_images) - use.in_flight
        return Purse(reserved_micros=held.reserved_micros, free_micros=free, free_images=images)

    def adjust(self, account: Account, use: Use, wish: Wish) -> Purse:
        """Settle what the batch spent, and set aside anew what it holds and wishes for, as far as every limit allows.

        Nothing is set aside once the batch is over.
        """
        return self._repeats.until_unrefused(lambda: self._adjust(account, use, wish))

    def settling(self, org: str, batch: str, *, spent_micros: int) -> list[Write]:
        """The writes that turn what a batch spent into spending and give back what it did not use; [] when they are done."""
        books = self.books(org, batch)
        reservation, budget = books.reservation.value, books.budget.value
        delta = spent_micros - reservation.settled_micros
        if delta == 0 and reservation.reserved_micros == 0 and reservation.reserved_images == 0:
            return []
        fields = {
            "reserved_micros": 0,
            "settled_micros": spent_micros,
            "reserved_images": 0,
            "expires_at": NEVER,
        }
        after: dict[str, Any] = {
            "reserved_micros": budget.reserved_micros - reservation.reserved_micros,
            "spent_micros": budget.spent_micros + delta,
        }
        if budget.epoch:
            account = Account(org=org, member=reservation.member, batch=batch)
            own = Own(member=reservation.member, spent_micros=spent_micros, unsettled_micros=delta)
            standings, percent = self._standings.of(account, budget, own)
            shared = [one for one in standings if one.holder is not Holder.BATCH]
            after |= self._warnings.told(account, shared, percent, budget.warned)
        return [guarded(books.reservation, fields), guarded(books.budget, after)]

    def of(self, org: str, batch: str) -> Reservation:
        """What the batch has set aside."""
        return self._reservations.one(org, batch).value

    def _adjust(self, account: Account, use: Use, wish: Wish) -> Purse:
        books = self.books(account.org, account.batch)
        batch = self._batches.find(paths.batch(account.org, account.batch))
        if batch is not None and not batch.value.is_live:
            # Whoever asks lags behind the end: what it would set aside, nobody would give back.
            return Purse(reserved_micros=0, free_micros=0)
        before, budget = books.reservation.value, books.budget.value
        standings, percent = self._standings.of(account, budget, _own(before, use))
        left = _left(before, use, wish)
        fitting = _fitting(standings, Unit.MICROS, max(left, use.held_micros + wish.micros))
        images = self._images(account, before, standings, use, wish)
        # Less than one image's price, or money where no image may be made, would only be kept from others; so would images.
        pays = fitting >= use.held_micros + wish.least_micros
        of_use = pays and (not wish.images or images.get("reserved_images", use.in_flight + 1) > use.in_flight)
        if not pays and "reserved_images" in images:
            images["reserved_images"] = use.in_flight
        reserved = max(fitting, use.held_micros) if of_use else use.held_micros
        ours = [one for one in standings if one.holder is Holder.BATCH]
        fields: dict[str, Any] = {
            "member": account.member,
            "reserved_micros": reserved,
            "settled_micros": use.spent_micros,
            "epoch": budget.epoch,
            **images,
            **self._warnings.told(account, ours, percent, before.warned),
        }
        others = [one for one in standings if one.holder is not Holder.BATCH]
        told = self._warnings.told(account, others, percent, budget.warned)
        if told or not _can_wait(use, wish, reserved, left) or self._is_due(books, fields):
            self._commit(books, fields, told)
        counted = fields.get("reserved_images")
        return Purse(
            reserved_micros=reserved,
            free_micros=reserved - use.held_micros,
            free_images=None if counted is None else counted - use.in_flight,
            short=_short(standings, use, wish),
            is_over=fitting < use.held_micros,
        )

    def _images(
        self, account: Account, before: Reservation, standings: list[Standing], use: Use, wish: Wish
    ) -> dict[str, Any]:
        """The fields that count images, where anything limits them."""
        if smallest(standings, Unit.IMAGES) is None:
            return {"counts_images": False} if before.counts_images else {}
        made = self._ledger.images_of(account.org, account.batch)
        left = max(before.reserved_images - (made - before.settled_images) if wish.keeps else 0, use.in_flight)
        fitting = _fitting(standings, Unit.IMAGES, max(left, use.in_flight + wish.images))
        return {"counts_images": True, "reserved_images": max(fitting, use.in_flight), "settled_images": made}

    def _is_due(self, books: Books, fields: dict[str, Any]) -> bool:
        """Whether the reservation is to be written although it brings the batch nothing."""
        before = books.reservation.value
        is_old = before.settled_at is None or self._clock.now() - before.settled_at >= SETTLES_EVERY
        return is_old or books.is_stale or "warned" in fields or "reserved_images" in fields

    def _commit(self, books: Books, fields: dict[str, Any], told: dict[str, Any]) -> None:
        """Write what has changed, if anything has: a batch that waits for room looks often."""
        before, budget = books.reservation.value, books.budget.value
        if not told and all(getattr(before, name) == value for name, value in fields.items()):
            return
        now = self._clock.now()
        after = {
            "reserved_micros": budget.reserved_micros + fields["reserved_micros"] - before.reserved_micros,
            "spent_micros": budget.spent_micros + fields["settled_micros"] - before.settled_micros,
        }
        kept = {**fields, "settled_at": now, "expires_at": now + EXPIRES_AFTER}
        self._documents.commit([guarded(books.reservation, kept), guarded(books.budget, {**after, **told})])


def _own(before: Reservation, use: Use) -> Own:
    """The batch's part in what is reserved and spent."""
    return Own(
        member=before.member,
        reserved_micros=before.reserved_micros,
        reserved_images=before.reserved_images,
        spent_micros=use.spent_micros,
        unsettled_micros=use.spent_micros - before.settled_micros,
    )


def _left(before: Reservation, use: Use, wish: Wish) -> int:
    """What is set aside and not spent, where the batch keeps it; what it holds in any case."""
    kept = before.reserved_micros - (use.spent_micros - before.settled_micros) if wish.keeps else 0
    return max(kept, use.held_micros)


def _can_wait(use: Use, wish: Wish, reserved: int, left: int) -> bool:
    """Whether so little comes back that it is not worth a write yet: near a limit each image that ends leaves a little."""
    is_little = reserved <= left < use.held_micros + max(wish.least_micros, 1)
    return wish.keeps and use.in_flight > 0 and is_little


def _fitting(standings: list[Standing], unit: Unit, wanted: int) -> int:
    """As much of it as every limit has room for; negative where one is overdrawn."""
    least = smallest(standings, unit)
    return wanted if least is None else min(wanted, least.room)


def _short(standings: list[Standing], use: Use, wish: Wish) -> Standing | None:
    """The limit that leaves no room for all of the wish."""
    money, images = smallest(standings, Unit.MICROS), smallest(standings, Unit.IMAGES)
    if money is not None and money.room < use.held_micros + wish.micros:
        return money
    return images if images is not None and images.room < use.in_flight + wish.images else None


def _kept(org: str, read: Read[Budget] | None, fields: dict[str, Any]) -> Write:
    """The write that changes the budget under its guard, or makes it."""
    if read is None:
        return Create(paths.budget(org), {**Budget().written(), **fields})
    return guarded(read, fields)
