"""Which pending items go into the queue now: bounded by each model's room and by the money that is left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from shared import traces
from shared.domain import item_machine
from shared.domain.batches import Batch
from shared.domain.ids import derived
from shared.domain.image_models import ImageModelSpec
from shared.domain.items import Item
from shared.domain.lanes import image_lane
from shared.domain.offers import Offer
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.tasks import Task, TaskQueue
from shared.repositories.batches import BatchRepository
from shared.repositories.collections import Read, guarded
from shared.repositories.commits import Lead, commit_groups
from shared.repositories.items import ItemRepository
from shared.services.allotments import AllotmentService, earliest
from shared.services.engine_rules import Pace
from shared.services.reservations import Use
from shared.services.slots import Slots

FUNCTION = "generate_image"
_OUTSTANDING = 1.5
_ACTIVE_KEPT_SECONDS = 1.0
_OF_NO_MODEL = 50
_UNCLAIMED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What one turn did: how many items went out, and when a model's rate or a limit of money lets more go.

    `out_of_money` says in words why money holds back others, `reserved_micros` is what is set aside now.
    """

    count: int
    paced_until: datetime | None
    out_of_money: str | None
    reserved_micros: int | None = None


class DispatchService:
    """Commits an item's next dispatch, then creates its task: a crash in between is repaired by `dispatched_until`."""

    def __init__(
        self,
        documents: DocumentStore,
        tasks: TaskQueue,
        *,
        offer: Offer,
        allotments: AllotmentService,
        clock: Clock,
        pace: Pace,
    ) -> None:
        self._documents = documents
        self._items = ItemRepository(documents)
        self._batches = BatchRepository(documents)
        self._tasks = tasks
        self._offer = offer
        self._allotments = allotments
        self._clock = clock
        self._pace = pace
        self._active: tuple[float, int] | None = None
        self._slots = Slots(offer, clock, tick=pace.tick)

    def dispatch(self, org: str, batch: Batch, lead: Lead) -> Dispatched:
        """Send out as many due items as model, share and money allow; raises GuardRefused when the step's lease was lost."""
        in_flight, held, spent = self._items.counts_by_model(org, batch.id, batch.models)
        due, is_cut = self._due(org, batch, in_flight)
        use = Use(spent_micros=spent, held_micros=held, in_flight=sum(in_flight.values()))
        money = self._allotments.afford(org, batch, due, use)
        if money.is_over:
            self.recall(org, batch.id)
        starts = self._starts([read for read, _ in money.affordable])
        chosen = [(read, ceiling) for read, ceiling in money.affordable if read.path in starts]
        late = {read.value.model for read, _ in money.affordable if read.path not in starts}
        if money.told is None:
            late |= is_cut
        return Dispatched(
            self._send(batch, chosen, starts, lead),
            paced_until=earliest(self._slots.opens_at(late), money.opens_at),
            out_of_money=money.told,
            reserved_micros=money.reserved_micros,
        )

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

    def _due(self, org: str, batch: Batch, in_flight: Mapping[str, int]) -> tuple[list[Read[Item]], set[str]]:
        """Pending items whose time has come, in the order of the rows: dispatched and not claimed in time, new, or tried again.

        The first are in flight already and need no room of their own. They are asked for apart: among all that waits they
        would come last, and a batch whose tasks were all lost would wait for them for ever. Beside them, the models of
        which more may wait than were read, because their rate lets no more start soon.
        """
        now = self._clock.now()
        due = self._items.unclaimed(org, batch.id, now, limit=_UNCLAIMED_AT_ONCE)
        is_cut: set[str] = set()
        for model in batch.models:
            room = self._room(self._offer.find(model)) - in_flight[model]
            if room <= 0:
                continue
            # One at least, so that it is always known whether money is what is missing.
            limit = min(room, max(self._slots.free(model), 1))
            found = self._items.waiting(org, batch.id, model, now, limit=limit)
            due += found
            if len(found) == limit < room:
                is_cut.add(model)
        return sorted(due, key=lambda read: read.value.index), is_cut

    def _room(self, spec: ImageModelSpec | None) -> int:
        """How many of this model's items one batch may have outstanding: its share of 1.5 × concurrency and a tick's worth."""
        if spec is None:
            return _OF_NO_MODEL
        concurrency = self._pace.model_concurrency or spec.concurrency
        per_tick = ceil(spec.rate_per_second * self._pace.tick.total_seconds())
        # No worker holds back a job that runs on its provider's side: what is outstanding is what runs.
        at_most = concurrency if spec.job else _OUTSTANDING * concurrency + min(per_tick, concurrency)
        return ceil(at_most / max(self._active_batches(), 1))

    def _starts(self, reads: list[Read[Item]]) -> dict[str, datetime]:
        """When each item starts, by path, as far as its model's rate lets it start soon."""
        starts: dict[str, datetime] = {}
        for model in dict.fromkeys(read.value.model for read in reads):
            paths = [read.path for read in reads if read.value.model == model]
            starts.update(zip(paths, self._slots.take(model, len(paths)), strict=False))
        return starts

    def _send(self, batch: Batch, chosen: list[tuple[Read[Item], int]], starts: dict[str, datetime], lead: Lead) -> int:
        groups, sent = [], []
        for read, ceiling in chosen:
            fields = item_machine.dispatched(
                read.value, until=starts[read.path] + self._pace.dispatch_timeout, held_micros=ceiling
            )
            groups.append([guarded(read, fields or {})])
            sent.append((read.value, read.value.dispatch + 1, starts[read.path]))
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
            trace=traces.carried(),
            deadline_seconds=spec.dispatch_deadline_seconds if spec else 60,
        )

    def _active_batches(self) -> int:
        """How many batches share the models now, at most a second old."""
        now = self._clock.monotonic()
        if self._active is None or now - self._active[0] > _ACTIVE_KEPT_SECONDS:
            self._active = (now, self._batches.active())
        return self._active[1]
