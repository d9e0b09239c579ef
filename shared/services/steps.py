"""The step: one idempotent look at a batch that does what is missing and asks for the next look."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from shared import telemetry
from shared.domain import progress
from shared.domain.batches import Batch, ModelDemand
from shared.domain.errors import GuardRefused
from shared.domain.modes import BatchStatus, Desired, ItemStatus
from shared.domain.progress import Counts
from shared.domain.step_controls import StepControl
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.ids import Ids
from shared.repositories import paths
from shared.repositories.batches import BatchRepository, org_of
from shared.repositories.collections import Read, guarded
from shared.repositories.commits import Lead
from shared.repositories.items import ItemRepository
from shared.repositories.step_controls import StepControlRepository
from shared.services.cancellations import CancellationService
from shared.services.closings import ClosingService
from shared.services.crowds import CrowdService
from shared.services.dispatching import Dispatched, DispatchService
from shared.services.lost_work import LostWorkService
from shared.services.outlooks import Outlook, freed, outlook
from shared.services.planning import PlanService
from shared.services.reservations import ReservationService
from shared.services.step_requests import StepRequests
from shared.services.turns import TurnService

if TYPE_CHECKING:
    from shared.services.retries import RetryService

_PUBLISH_EVERY = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(seconds=60)
_UNFINISHED = (ItemStatus.PENDING, ItemStatus.RUNNING)

_log = logger(__name__)


class Ended(StrEnum):
    """How a step ended: `held` when another one had the batch."""

    DONE = "done"
    OVERTAKEN = "overtaken"
    HELD = "held"
    FAILED = "failed"


class StepService:
    """Runs steps, one at a time for each batch."""

    def __init__(
        self,
        documents: DocumentStore,
        *,
        plans: PlanService,
        dispatches: DispatchService,
        crowds: CrowdService,
        turns: TurnService,
        lost_work: LostWorkService,
        retries: "Callable[[], RetryService]",
        cancellations: CancellationService,
        closings: ClosingService,
        reservations: ReservationService,
        requests: StepRequests,
        clock: Clock,
        ids: Ids,
        lease: timedelta,
    ) -> None:
        self._documents = documents
        self._batches = BatchRepository(documents)
        self._controls = StepControlRepository(documents)
        self._items = ItemRepository(documents)
        self._plans = plans
        self._dispatches = dispatches
        self._crowds = crowds
        self._turns = turns
        self._lost_work = lost_work
        self._retries = retries
        self._cancellations = cancellations
        self._closings = closings
        self._reservations = reservations
        self._requests = requests
        self._clock = clock
        self._ids = ids
        self._lease = lease

    def advance(self, org: str, batch: str, number: int = 0) -> None:
        """Do what this batch lacks now. Whoever does not get the batch's lease asks again for the next tick.

        `number` is the one that the step was asked for under; 0 for one that was asked for at once.
        Raises Unavailable when a part does not answer; the step is then run again and nothing is half done.
        """
        began, outcome = self._clock.monotonic(), Ended.FAILED
        try:
            outcome = self._advance(org, batch, number)
        finally:
            telemetry.step_ended(outcome, self._clock.monotonic() - began)

    def _advance(self, org: str, batch: str, number: int) -> Ended:
        control = self._controls.one(org, batch)
        if control is None:
            return Ended.DONE
        number = max(number, control.value.number)
        self._requests.began(org, batch, number)
        held = self._take(control, number)
        if held is None:
            self._requests.soon(org, batch)
            return Ended.HELD
        step = _Step(held)
        try:
            self._run(org, batch, step)
        except GuardRefused:
            # Somebody changed the batch while we looked: the next look sees it as it is then.
            _log.debug("step_overtaken", org=org, batch=batch)
            self._requests.soon(org, batch)
            return Ended.OVERTAKEN
        finally:
            self._release(step.control)
        return Ended.DONE

    def _run(self, org: str, batch_id: str, step: "_Step") -> None:
        read = self._batches.find(paths.batch(org, batch_id))
        if read is None:
            return
        batch = read.value
        if not batch.is_live:
            self._closings.tidy(org, read)
            return
        if batch.status is BatchStatus.SCHEDULED and not self._starts(org, read):
            return
        if batch.unannounced:
            read = self._closings.catch_up(org, read)
            batch = read.value
        if batch.retry is not None and step.control.value.retried_series < batch.retry.series:
            with self._leading(step) as lead:
                self._retries().carry_out(org, batch, lead)
            step.control = self._remember(step.control, retried_series=batch.retry.series)
        if step.control.value.recalls < batch.recalls:
            self._dispatches.recall(org, batch_id)
            step.control = self._remember(step.control, recalls=batch.recalls)
        self._lost_work.take_back(org, batch_id)
        self._plan(org, batch, step)
        dispatched = self._act(org, batch, step)
        self._look(org, read, step, dispatched)

    def _plan(self, org: str, batch: Batch, step: "_Step") -> None:
        if not self._plans.is_complete(batch, step.control.value):
            step.control = self._plans.plan(org, batch, step.control).control

    def _act(self, org: str, batch: Batch, step: "_Step") -> Dispatched:
        if batch.desired is Desired.CANCEL:
            with self._leading(step) as lead:
                self._cancellations.carry_out(org, batch.id, lead)
        elif batch.desired is Desired.PAUSE:
            self._dispatches.recall(org, batch.id)
        else:
            with self._leading(step) as lead:
                return self._dispatches.dispatch(org, batch, step.control.value, lead)
        return Dispatched()

    @contextmanager
    def _leading(self, step: "_Step") -> Iterator[Lead]:
        """Commits led by the step's lease: each fails once another step holds the batch."""
        fields = {"lease_until": self._clock.now() + self._lease}
        lead = Lead(step.control.path, fields, step.control.version)
        try:
            yield lead
        finally:
            step.control = Read(step.control.value.model_copy(update=dict(lead.fields)), lead.path, lead.version)

    def _look(self, org: str, read: Read[Batch], step: "_Step", dispatched: Dispatched) -> None:
        """Count everything at one read time; then finish, or publish what is and when to look again."""
        batch = read.value
        is_planned = self._plans.is_complete(batch, step.control.value)
        counts = self._items.counts(org, batch.id, total=batch.progress.total)
        if is_planned and counts.pending == 0 and counts.running == 0:
            self._crowds.forget(batch.id)
            self._closings.finish(org, read, counts)
            self._wake_next(org, batch, ())
            return
        now = self._clock.now()
        samples = progress.with_sample(step.control.value.samples, now=now, finished=counts.finished)
        due = {status: self._next_due_at(org, batch.id, status, now, counts) for status in _UNFINISHED}
        next_due_at = due[ItemStatus.PENDING]
        told = outlook(batch, counts, dispatched, now=now, is_planned=is_planned, next_due_at=next_due_at)
        self._crowds.learn(org, batch.model_copy(update={"demand": told.demand}))
        if counts.finished > batch.progress.finished or freed(batch, told.demand):
            self._wake_next(org, batch, told.demand)
        soon = not is_planned or (batch.desired is Desired.CANCEL and counts.pending > 0)
        latest = min(now + _LONGEST_WAIT, _seen_again_at(told, now))
        next_step_at = min([latest, *(moment for moment in due.values() if moment is not None)])
        changed = told.is_news_to(batch) or batch.retry is not None
        # A clock that was set back is no reason to wait until it has come as far again.
        is_due = abs(now - step.control.value.published_at) >= _PUBLISH_EVERY
        if changed or is_due or batch.next_step_at is None or next_step_at < batch.next_step_at:
            self._publish(read, counts, told, next_step_at, samples, dispatched.reserved_micros)
            step.control = self._remember(step.control, samples=samples, published_at=now)
        elif _is_other(batch, counts) or told.is_other_than(batch):
            self._requests.by(org, batch.id, step.control.value.published_at + _PUBLISH_EVERY)
        if soon:
            self._requests.soon(org, batch.id)
        if dispatched.paced_until is not None:
            next_step_at = min(next_step_at, max(dispatched.paced_until, now))
        if next_step_at - now < _LONGEST_WAIT:
            self._requests.by(org, batch.id, max(next_step_at, now))

    def _wake_next(self, org: str, batch: Batch, demand: Sequence[ModelDemand]) -> None:
        """Ask for steps of the batches whose turn it is at places that this one does not use any more."""
        in_flight = {one.model: one.outstanding for one in demand}
        self._requests.soon_for(self._turns.next_in_line(org, batch, in_flight))

    def _publish(
        self,
        read: Read[Batch],
        counts: Counts,
        told: Outlook,
        next_step_at: datetime,
        samples: list[dict[str, object]],
        reserved_micros: int | None,
    ) -> None:
        batch = read.value
        if reserved_micros is None:
            reserved_micros = self._reservations.of(org_of(read.path), batch.id).reserved_micros
        fields: dict[str, Any] = {
            **told.fields,
            "progress": told.progress(counts, samples).model_dump(),
            "cost.spent_micros": counts.spent_micros,
            "cost.reserved_micros": reserved_micros,
            "next_step_at": next_step_at,
        }
        if batch.started_at is None and told.status is BatchStatus.RUNNING:
            fields["started_at"] = self._clock.now()
        if batch.retry is not None:
            fields["retry"] = None
        self._documents.commit([guarded(read, fields)])

    def _next_due_at(self, org: str, batch: str, status: ItemStatus, now: datetime, counts: Counts) -> datetime | None:
        """When the first item of this state is due by itself, if one is."""
        # What is due already and was not sent waits for room; whoever makes room asks for a step.
        count = counts.pending if status is ItemStatus.PENDING else counts.running
        return self._items.next_due_at(org, batch, status, after=now) if count else None

    def _starts(self, org: str, read: Read[Batch]) -> bool:
        """Whether a scheduled batch's time has come; otherwise its step is asked for at that time."""
        start_at, now = read.value.start_at, self._clock.now()
        if start_at is None or start_at <= now or read.value.desired is Desired.CANCEL:
            return True
        if read.value.next_step_at != start_at:
            self._documents.commit([guarded(read, {"next_step_at": start_at})])
        self._requests.at(org, read.value.id, start_at)
        return False

    def _take(self, control: Read[StepControl], number: int) -> Read[StepControl] | None:
        now = self._clock.now()
        if control.value.lease_owner and control.value.lease_until > now:
            return None
        try:
            return self._remember(
                control, lease_owner=self._ids.new("run"), lease_until=now + self._lease, number=number
            )
        except GuardRefused:
            return None

    def _release(self, control: Read[StepControl]) -> None:
        try:
            self._remember(control, lease_owner="")
        except GuardRefused:
            _log.warning("step_lease_lost", control=control.path)

    def _remember(self, control: Read[StepControl], **fields: object) -> Read[StepControl]:
        result = self._documents.commit([guarded(control, fields)])
        return Read(control.value.model_copy(update=fields), control.path, result.versions[control.path])


class _Step:
    """The control document as this step last wrote it."""

    def __init__(self, control: Read[StepControl]) -> None:
        self.control = control


def _is_other(batch: Batch, counts: Counts) -> bool:
    """Whether the document tells of other counts."""
    return counts.finished != batch.progress.finished or counts.running != batch.progress.running


def _seen_again_at(told: Outlook, now: datetime) -> datetime:
    """When a batch that waits is to be looked at again: a worker who begins with one of its images asks for no step."""
    starts_at = told.queue.starts_at
    if told.look_at is not None:
        return told.look_at
    return now + _LONGEST_WAIT if starts_at is None else max(starts_at, now) + _PUBLISH_EVERY
