"""Which pending items go into the queue now: bounded by the batch's part of each model and by the money that is left."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared import traces
from shared.domain import item_machine
from shared.domain.batches import Batch
from shared.domain.ids import derived
from shared.domain.items import Item
from shared.domain.lanes import IMAGE_FUNCTION, image_lane
from shared.domain.offers import Offer
from shared.domain.step_controls import StepControl
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.tasks import Task, TaskQueue
from shared.repositories.collections import Read, guarded
from shared.repositories.commits import Lead, commit_groups
from shared.repositories.items import ItemRepository
from shared.services.allotments import AllotmentService, earliest
from shared.services.fallbacks import FallbackService
from shared.services.reservations import Use
from shared.services.turns import Turn, TurnService

_UNCLAIMED_AT_ONCE = 200
# A batch whose models are shut for longer keeps no money from others meanwhile.
_PARKED_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What one step did: how many items went out, and when a model's pace or a limit of money lets more go; by model in `turns`.

    `out_of_money` says in words why money holds back others, `reserved_micros` is what is set aside now.
    """

    count: int = 0
    paced_until: datetime | None = None
    out_of_money: str | None = None
    reserved_micros: int | None = None
    turns: Mapping[str, Turn] = field(default_factory=dict)


class DispatchService:
    """Commits an item's next dispatch, then creates its task: a crash in between is repaired by `dispatched_until`."""

    def __init__(
        self,
        documents: DocumentStore,
        tasks: TaskQueue,
        *,
        offer: Offer,
        allotments: AllotmentService,
        fallbacks: FallbackService,
        turns: TurnService,
        clock: Clock,
        dispatch_timeout: timedelta,
    ) -> None:
        self._documents = documents
        self._items = ItemRepository(documents)
        self._tasks = tasks
        self._offer = offer
        self._allotments = allotments
        self._fallbacks = fallbacks
        self._turns = turns
        self._clock = clock
        self._dispatch_timeout = dispatch_timeout

    def dispatch(self, org: str, batch: Batch, control: StepControl, lead: Lead) -> Dispatched:
        """Send out as many due items as model, share and money allow; raises GuardRefused when the step's lease was lost.

        The starting times that were given out are remembered by the lead, in the commit that gives them.
        """
        self._fallbacks.move_on(org, batch)
        in_flight, held, spent = self._items.counts_by_model(org, batch.id, batch.models)
        turns = self._turns.of(org, batch, in_flight, control.booked)
        due = self._due(org, batch, turns)
        use = Use(spent_micros=spent, held_micros=held, in_flight=sum(in_flight.values()))
        is_parked = _are_shut(turns, until=self._clock.now() + _PARKED_AFTER)
        money = self._allotments.afford(org, batch, due, use, is_parked=is_parked)
        if money.is_over:
            self.recall(org, batch.id)
        starts = self._starts([read for read, _ in money.affordable], turns)
        chosen = [(read, ceiling) for read, ceiling in money.affordable if read.path in starts]
        booked = {model: turn.booked for model, turn in turns.items() if turn.booked is not None}
        lead.fields = {**lead.fields, "booked": {**control.booked, **booked}}
        count = self._send(batch, chosen, starts, lead)
        for read, _ in chosen:
            turns[read.value.model].went_out(is_new=not read.value.in_flight)
        late = {read.value.model for read, _ in money.affordable if read.path not in starts}
        if money.told is None:
            late |= {model for model, turn in turns.items() if turn.is_held_by_rate}
        self._turns.grow(late)
        return Dispatched(
            count,
            paced_until=earliest(_opens_at(turns, late), money.opens_at),
            out_of_money=money.told,
            reserved_micros=money.reserved_micros,
            turns=turns,
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

    def _due(self, org: str, batch: Batch, turns: dict[str, Turn]) -> list[Read[Item]]:
        """Pending items whose time has come, in the order of their places: dispatched and not claimed in time, new, or tried again.

        The first are in flight already and need no room of their own. They are asked for apart: among all that waits they
        would come last, and a batch whose tasks were all lost would wait for them for ever.
        """
        now = self._clock.now()
        unclaimed = self._items.unclaimed(org, batch.id, now, limit=_UNCLAIMED_AT_ONCE)
        strays = dict.fromkeys(read.value.model for read in unclaimed if read.value.model not in turns)
        if strays:
            turns.update(self._turns.of(org, batch.model_copy(update={"models": list(strays)}), {}, {}))
        # By path: what somebody takes back between two queries is found by both, and is as the later one tells it.
        due = {read.path: read for read in unclaimed if turns[read.value.model].closed_until is None}
        for model in batch.models:
            turn = turns[model]
            # Of a single model it is plain how many more wait; of several one item tells whether any does, and of a batch
            # that stands in line whether it is for a place that it waits.
            is_full = turn.room <= 0 and turn.outstanding > 0
            if len(batch.models) == 1 and (turn.closed_until is not None or is_full):
                turn.has_more = True
                continue
            # One at least, so that it is always known whether money is what is missing.
            limit = max(min(turn.room, turn.slots.free), 1)
            found = self._items.waiting(org, batch.id, model, now, limit=limit)
            turn.has_more = len(found) == limit
            turn.waiting = len(found)
            due |= {read.path: read for read in found} if turn.room > 0 else {}
        return sorted(due.values(), key=lambda read: (not read.value.in_flight, read.value.due_at or now))

    def _starts(self, reads: list[Read[Item]], turns: Mapping[str, Turn]) -> dict[str, datetime]:
        """When each item starts, by path, as far as its model's rate lets it start soon."""
        starts: dict[str, datetime] = {}
        for model in dict.fromkeys(read.value.model for read in reads):
            paths = [read.path for read in reads if read.value.model == model]
            starts.update(zip(paths, turns[model].start(len(paths)), strict=False))
        return starts

    def _send(self, batch: Batch, chosen: list[tuple[Read[Item], int]], starts: dict[str, datetime], lead: Lead) -> int:
        groups, sent = [], []
        for read, ceiling in chosen:
            fields = item_machine.dispatched(
                read.value, until=starts[read.path] + self._dispatch_timeout, held_micros=ceiling
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
            function=IMAGE_FUNCTION,
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


def _opens_at(turns: Mapping[str, Turn], late: Collection[str]) -> datetime | None:
    """When more may go out: of these models, whose rate holds items back, and of closed ones."""
    found = [turn.opens_at for model, turn in turns.items() if model in late or turn.closed_until is not None]
    return min(found, default=None)


def _are_shut(turns: Mapping[str, Turn], *, until: datetime) -> bool:
    """Whether each of these models that anything waits for is shut until then or longer, and there is one."""
    closed = [turn.closed_until for turn in turns.values() if turn.has_more or turn.waiting or turn.outstanding]
    return bool(closed) and all(moment is not None and moment >= until for moment in closed)
