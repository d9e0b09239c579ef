"""Which pending items go into the queue now: bounded by each model's room and by the money that is left."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from threading import Lock

from shared.domain import item_machine
from shared.domain.batches import Batch
from shared.domain.errors import ProviderError
from shared.domain.ids import derived
from shared.domain.image_models import ImageModelSpec
from shared.domain.items import Item
from shared.domain.lanes import image_lane
from shared.domain.modes import ItemStatus
from shared.domain.offers import Offer
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.tasks import Task, TaskQueue
from shared.repositories.batches import BatchRepository
from shared.repositories.collections import Read, guarded
from shared.repositories.commits import Lead, commit_groups
from shared.repositories.items import ItemRepository
from shared.services.image_handler import ImageHandler
from shared.services.reservations import Purse, ReservationService

FUNCTION = "generate_image"
_OUTSTANDING = 1.5
_ACTIVE_KEPT_SECONDS = 1.0
_OF_NO_MODEL = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The configured pace: the step's tick, how long an unclaimed task is waited for, a concurrency instead of the models' own."""

    tick: timedelta
    dispatch_timeout: timedelta
    model_concurrency: int | None = None


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What one turn did: how many items went out, whether more wait for the model's rate, and why money holds back others, in words."""

    count: int
    is_paced: bool
    out_of_money: str | None


class DispatchService:
    """Commits an item's next dispatch, then creates its task: a crash in between is repaired by `dispatched_until`."""

    def __init__(
        self,
        documents: DocumentStore,
        tasks: TaskQueue,
        *,
        offer: Offer,
        handler: ImageHandler,
        reservations: ReservationService,
        clock: Clock,
        pace: Pace,
    ) -> None:
        self._documents = documents
        self._items = ItemRepository(documents)
        self._batches = BatchRepository(documents)
        self._tasks = tasks
        self._offer = offer
        self._handler = handler
        self._reservations = reservations
        self._clock = clock
        self._pace = pace
        self._active: tuple[float, int] | None = None
        self._next_slot: dict[str, datetime] = {}
        self._lock = Lock()

    def dispatch(self, org: str, batch: Batch, lead: Lead) -> Dispatched:
        """Send out as many due items as model, share and money allow; raises GuardRefused when the step's lease was lost."""
        in_flight, held, spent = self._items.counts_by_model(org, batch.id, batch.models)
        due: list[Read[Item]] = []
        for model in batch.models:
            due += self._due(org, batch.id, model, self._room(self._offer.find(model)) - in_flight[model])
        if not due:
            return Dispatched(0, is_paced=False, out_of_money=None)
        due.sort(key=lambda read: read.value.index)
        affordable, told = self._affordable(org, batch, due, held, spent)
        starts = self._starts([read for read, _ in affordable])
        chosen = [(read, ceiling) for read, ceiling in affordable if read.path in starts]
        return Dispatched(self._send(batch, chosen, starts, lead), len(chosen) < len(affordable), told)

    def recall(self, org: str, batch: str) -> None:
        """Take back what is dispatched and unclaimed, so that it neither holds money nor waits for a lost task."""
        while True:
            waiting = self._items.in_flight(org, batch, limit=200)
            now = self._clock.now()
            groups = [
                [guarded(read, fields)]
                for read in waiting
                if (fields := item_machine.recalled(read.value, now=now)) is not None
            ]
            commit_groups(self._documents, groups)
            if len(waiting) < 200:
                return

    def _due(self, org: str, batch: str, model: str, room: int) -> list[Read[Item]]:
        """Pending items whose time has come: never dispatched, tried again, or dispatched and not claimed in time.

        The latter are in flight already, so they need no room of their own.
        """
        now = self._clock.now()
        limit = max(room, 0) + 50
        due = self._items.due(org, batch, ItemStatus.PENDING, now, limit=limit, model=model)
        overdue = [read for read in due if read.value.in_flight]
        fresh = [read for read in due if not read.value.in_flight]
        return overdue + fresh[: max(room, 0)]

    def _room(self, spec: ImageModelSpec | None) -> int:
        """How many of this model's items one batch may have outstanding: its share of 1.5 × concurrency and a tick's worth."""
        if spec is None:
            return _OF_NO_MODEL
        concurrency = self._pace.model_concurrency or spec.concurrency
        per_tick = ceil(spec.rate_per_second * self._pace.tick.total_seconds())
        at_most = _OUTSTANDING * concurrency + min(per_tick, concurrency)
        return ceil(at_most / max(self._active_batches(), 1))

    def _starts(self, reads: list[Read[Item]]) -> dict[str, datetime]:
        """When each item starts, by path, as far as its model's rate lets it start soon."""
        starts: dict[str, datetime] = {}
        for model in dict.fromkeys(read.value.model for read in reads):
            paths = [read.path for read in reads if read.value.model == model]
            starts.update(zip(paths, self._slots(model, len(paths)), strict=False))
        return starts

    def _slots(self, model: str, wanted: int) -> list[datetime]:
        """When each of at most `wanted` items starts: no faster than the model's rate, none later than two ticks from now.

        The rate is this instance's: its batches share the slots.
        """
        now = self._clock.now()
        spec = self._offer.find(model)
        if spec is None:
            # Nothing is called for it: its items are to learn that their model is gone.
            return [now] * wanted
        gap = timedelta(seconds=1 / spec.rate_per_second)
        horizon = max(now + 2 * self._pace.tick, now + gap)
        slots: list[datetime] = []
        with self._lock:
            slot = max(self._next_slot.get(spec.id, now), now)
            while len(slots) < wanted and slot <= horizon:
                slots.append(slot)
                slot += gap
            self._next_slot[spec.id] = slot
        return slots

    def _affordable(
        self, org: str, batch: Batch, due: list[Read[Item]], held: int, spent: int
    ) -> tuple[list[tuple[Read[Item], int]], str | None]:
        """The items whose ceilings fit what is free, each with its ceiling; the reservation is extended where there is room."""
        purse = self._purse(org, batch, held, spent)
        free = purse.free_micros
        ceilings = [(read, self._ceiling(read.value)) for read in due]
        fresh = [ceiling for read, ceiling in ceilings if not read.value.in_flight]
        if sum(fresh) > free:
            least = max(min(fresh) - free, 1)
            wanted = min(sum(fresh), purse.left_of_budget_micros(sum(fresh))) - free
            if wanted >= least:
                free += self._reservations.extend(org, batch.id, wanted_micros=wanted, least_micros=least)
        chosen: list[tuple[Read[Item], int]] = []
        for read, ceiling in ceilings:
            if read.value.in_flight:
                chosen.append((read, read.value.held_micros))
            elif ceiling <= free:
                chosen.append((read, ceiling))
                free -= ceiling
        short = len(chosen) < len(ceilings)
        return chosen, _words(purse, min(fresh)) if short else None

    def _purse(self, org: str, batch: Batch, held: int, spent: int) -> Purse:
        reservation = self._reservations.of(org, batch.id)
        return Purse(
            reserved_micros=reservation.reserved_micros,
            settled_micros=reservation.settled_micros,
            spent_micros=spent,
            held_micros=held,
            budget_micros=batch.cost.budget_micros,
        )

    def _ceiling(self, item: Item) -> int:
        try:
            return self._handler.ceiling_micros(item)
        except ProviderError:
            return 0

    def _send(self, batch: Batch, chosen: list[tuple[Read[Item], int]], starts: dict[str, datetime], lead: Lead) -> int:
        groups, sent = [], []
        for read, ceiling in chosen:
            fields = item_machine.dispatched(
                read.value, until=starts[read.path] + self._pace.dispatch_timeout, held_micros=ceiling
            )
            if fields is not None:
                groups.append([guarded(read, fields)])
                sent.append((read.value, fields["dispatch"], starts[read.path]))
        # Two steps at once would each spend the same money: the second is refused here.
        won = commit_groups(self._documents, groups, lead=lead)
        tasks = [
            self._task(batch, item, number, when)
            for (item, number, when), is_ours in zip(sent, won, strict=True)
            if is_ours
        ]
        if tasks:
            self._tasks.create(tasks)
        return len(tasks)

    def _task(self, batch: Batch, item: Item, dispatch: int, when: datetime) -> Task:
        spec = self._offer.find(item.model)
        return Task(
            name=derived("gen", item.id, item.attempt, dispatch),
            queue=image_lane(batch.priority),
            function=FUNCTION,
            payload={
                "schema": 1,
                "org": item.org,
                "batch": item.batch,
                "item": item.id,
                "attempt": item.attempt,
                "dispatch": dispatch,
            },
            schedule_at=when,
            deadline_seconds=spec.dispatch_deadline_seconds if spec else 60,
        )

    def _active_batches(self) -> int:
        """How many batches share the models now, at most a second old."""
        now = self._clock.monotonic()
        if self._active is None or now - self._active[0] > _ACTIVE_KEPT_SECONDS:
            self._active = (now, self._batches.active())
        return self._active[1]


def _words(purse: Purse, least: int) -> str:
    """Which money is used up, as a sentence."""
    spent = f"${purse.spent_micros / 1_000_000:,.2f}"
    if purse.budget_micros is not None and purse.left_of_budget_micros(least) < least:
        return f"The batch's budget of ${purse.budget_micros / 1_000_000:,.2f} is used up ({spent} spent)."
    return f"The organisation's budget is used up ({spent} spent by this batch)."
