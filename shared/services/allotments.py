"""Which of the items that are due there is money for: each with its ceiling price kept free for it."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.batches import Batch
from shared.domain.errors import ProviderError
from shared.domain.items import Item
from shared.domain.limit_words import reached
from shared.domain.limits import WARN_PERCENT, Standing, Unit
from shared.ports.clock import Clock
from shared.repositories.collections import Read
from shared.services.budget_warnings import is_told
from shared.services.image_handler import ImageHandler
from shared.services.reservations import SETTLES_EVERY, Books, Purse, ReservationService, Use, Wish
from shared.services.standings import OPENS_AFTER, Account

# So many images' money is set aside at once: budgets are shared by an organisation's batches, and must not become hot.
_CHUNK_IMAGES = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotment:
    """The items that may go out, each with its ceiling; why others may not, in words, and when the limit opens again.

    `is_over` says that a lowered limit has no room even for what was sent out already.
    """

    affordable: list[tuple[Read[Item], int]] = field(default_factory=list)
    told: str | None = None
    opens_at: datetime | None = None
    is_over: bool = False
    reserved_micros: int = 0


class AllotmentService:
    """Measures items by what their batch has set aside, and extends that where there is room."""

    def __init__(self, handler: ImageHandler, reservations: ReservationService, clock: Clock) -> None:
        self._handler = handler
        self._reservations = reservations
        self._clock = clock

    def afford(self, org: str, batch: Batch, due: list[Read[Item]], use: Use, *, is_parked: bool = False) -> Allotment:
        """As many of these items as every limit in force has room for, the first ones first.

        A batch that `is_parked`, of which nothing can be made for a long time, gives back what others may need.
        """
        account = Account(org=org, member=batch.created_by, batch=batch.id, budget_micros=batch.cost.budget_micros)
        books = self._reservations.books(org, batch.id)
        ceilings = [(read, self._ceiling(read.value)) for read in due]
        fresh = [ceiling for read, ceiling in ceilings if not read.value.in_flight]
        purse = self._reservations.purse(account, use, books)
        fits = _fits(purse, fresh)
        is_due = books.is_stale or self._reservations.is_overdrawn(books) or self._settles(account, books, use)
        gives_back = is_parked and not fresh and bool(purse.free_micros or purse.free_images)
        gives_back = gives_back and self._reservations.is_limited(books)
        if not fits or is_due or gives_back:
            wish = replace(_wish(fresh), keeps=not gives_back) if fits else _chunk(batch, use, fresh)
            purse = self._reservations.adjust(account, use, wish)
        chosen = _chosen(ceilings, purse)
        short = purse.short if len(chosen) < len(ceilings) else None
        resets_at = short.window.resets_at if short else None
        return Allotment(
            affordable=chosen,
            told=_told(short, use, ceilings, chosen) if short else None,
            opens_at=resets_at + OPENS_AFTER if resets_at else None,
            is_over=purse.is_over,
            reserved_micros=purse.reserved_micros,
        )

    def _settles(self, account: Account, books: Books, use: Use) -> bool:
        """Whether what was spent is to be settled in the middle: where limits go by it, or somebody is to be warned."""
        reservation = books.reservation.value
        unsettled = use.spent_micros - reservation.settled_micros
        budget = account.budget_micros
        if unsettled and budget and not is_told(reservation.warned, budget):
            return use.spent_micros * 100 >= budget * WARN_PERCENT
        if not books.budget.value.epoch or not unsettled:
            return False
        return reservation.settled_at is None or self._clock.now() - reservation.settled_at >= SETTLES_EVERY

    def _ceiling(self, item: Item) -> int:
        try:
            return self._handler.ceiling_micros(item)
        except ProviderError:
            return 0


def earliest(*moments: datetime | None) -> datetime | None:
    """The first of these moments; None when there is none."""
    return min((moment for moment in moments if moment is not None), default=None)


def _told(
    short: Standing, use: Use, ceilings: list[tuple[Read[Item], int]], chosen: list[tuple[Read[Item], int]]
) -> str:
    """The limit that leaves out some of these, and whether it is used up or has too little left for the next one."""
    if short.unit is not Unit.MICROS:
        return reached(short)
    taken = {read.path for read, _ in chosen}
    fresh = [(read.path, ceiling) for read, ceiling in ceilings if not read.value.in_flight]
    left = short.room - use.held_micros - sum(ceiling for path, ceiling in fresh if path in taken)
    next_micros = min((ceiling for path, ceiling in fresh if path not in taken), default=0)
    return reached(short, left=left, next_micros=next_micros)


def _fits(purse: Purse, fresh: list[int]) -> bool:
    return sum(fresh) <= purse.free_micros and (purse.free_images is None or len(fresh) <= purse.free_images)


def _wish(fresh: list[int], *, more: int = 0) -> Wish:
    """Money for these, and for so many images more; where nothing is new, none."""
    if not fresh:
        return Wish()
    micros = sum(fresh) + more * max(fresh)
    return Wish(micros=micros, least_micros=min(fresh), images=len(fresh) + more)


def _chunk(batch: Batch, use: Use, fresh: list[int]) -> Wish:
    """Money for a chunk of images, and for no more than the batch still has to make."""
    remaining = batch.progress.total - batch.progress.finished - use.in_flight
    return _wish(fresh, more=max(min(remaining, _CHUNK_IMAGES) - len(fresh), 0))


def _chosen(ceilings: list[tuple[Read[Item], int]], purse: Purse) -> list[tuple[Read[Item], int]]:
    """What fits, in order; what was sent out before holds its price already, unless a limit was lowered below it."""
    free, images = purse.free_micros, purse.free_images
    chosen: list[tuple[Read[Item], int]] = []
    for read, ceiling in ceilings:
        if read.value.in_flight:
            if not purse.is_over:
                chosen.append((read, read.value.held_micros))
        elif ceiling <= free and (images is None or images > 0):
            chosen.append((read, ceiling))
            free -= ceiling
            images = None if images is None else images - 1
    return chosen
