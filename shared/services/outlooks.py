"""Where a batch that is not finished stands: its state, why it waits in words, its place in the queue, how long it takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.domain.batches import Batch, ModelDemand, Progress, Queue
from shared.domain.lines import Line
from shared.domain.modes import BatchStatus, Desired
from shared.domain.progress import Counts, about, progress
from shared.services.dispatching import Dispatched
from shared.services.turns import Turn, demands

# A wait that is longer is told by the clock, and one that may end on another day with its date.
_LONG_SECONDS = 90.0
_DATED_SECONDS = 18 * 3_600.0
# A start that is nearer than this is not worth a word.
_SOON_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is told of a batch; `eta_seconds` is an estimate for as long as nothing can be measured, None without one.

    `look_at` is when a batch that stands in line looks again, if nobody wakes it before.
    """

    status: BatchStatus
    reason: str
    queue: Queue
    demand: list[ModelDemand]
    eta_seconds: int | None = None
    look_at: datetime | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the batch's document that say so."""
        return {
            "status": self.status.value,
            "status_reason": self.reason,
            "queue": self.queue.model_dump(),
            "demand": [one.model_dump() for one in self.demand],
        }

    def progress(self, counts: Counts, samples: Sequence[dict[str, Any]]) -> Progress:
        """The counts as people see them, with the words of the wait and the estimate; a batch that is paused has no pace and no end in sight."""
        if self.status is BatchStatus.PAUSED:
            return progress(counts, ())
        waits = self.reason if self.queue.starts_at is not None else ""
        return progress(counts, samples, estimate_seconds=self.eta_seconds, reason=waits)

    def is_news_to(self, batch: Batch) -> bool:
        """Whether the document says something else that people should see at once; how long the wait is may come a second later."""
        told = _urgent(self.reason, self.queue)
        return self.status is not batch.status or told != _urgent(batch.status_reason, batch.queue)

    def is_other_than(self, batch: Batch) -> bool:
        """Whether the document should be brought up to this within a second."""
        return self.reason != batch.status_reason or _wanted(self.demand) != _wanted(batch.demand or ())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wait:
    reason: str = ""
    seconds: float = 0.0
    position: int = 0


def outlook(
    batch: Batch,
    counts: Counts,
    dispatched: Dispatched,
    *,
    now: datetime,
    is_planned: bool,
    next_due_at: datetime | None = None,
) -> Outlook:
    """How this batch stands after a step that found these counts; `next_due_at`: when the first image is due that is not yet."""
    left = counts.pending + counts.running
    status, reason = _state(batch, counts, dispatched)
    if batch.desired is not Desired.RUN:
        # What was on its way is recalled: no more is in flight than is being made.
        demand = [
            one.model_copy(update={"waiting": 0, "outstanding": min(one.outstanding, counts.running)})
            for one in batch.demand or ()
        ]
        return Outlook(status=status, reason=reason, queue=Queue(), demand=demand)
    demand = demands(dispatched.turns, left=left, is_planned=is_planned and not dispatched.out_of_money)
    if dispatched.out_of_money:
        demand = [one.model_copy(update={"waiting": 0}) for one in demand]
        return Outlook(status=status, reason=reason, queue=Queue(), demand=demand)
    wait = _wait(counts, dispatched.turns, now, next_due_at if is_planned else None)
    starts_at = now + timedelta(seconds=round(wait.seconds)) if wait.reason else None
    return Outlook(
        status=status,
        reason=wait.reason,
        queue=Queue(position=wait.position, starts_at=starts_at),
        demand=demand,
        eta_seconds=_estimate(left, dispatched.turns, wait),
        look_at=min((turn.looks_again_at for turn in dispatched.turns.values() if turn.looks_again), default=None),
    )


def _state(batch: Batch, counts: Counts, dispatched: Dispatched) -> tuple[BatchStatus, str]:
    """The status, and the words of what people or money want."""
    busy = counts.running
    images = f"{busy} image{'s' if busy != 1 else ''}"
    if batch.desired is Desired.CANCEL:
        return BatchStatus.RUNNING, f"Cancelling: {images} still being made will be kept."
    if batch.desired is Desired.PAUSE:
        if busy:
            return BatchStatus.RUNNING, f"Pausing: {images} still being made will be kept."
        return BatchStatus.PAUSED, "Paused on request. Resume it when you are ready."
    if dispatched.out_of_money and not busy and not dispatched.count and not counts.held_micros:
        return BatchStatus.PAUSED, dispatched.out_of_money
    started = batch.started_at is not None or busy or counts.finished or dispatched.count
    status = BatchStatus.RUNNING if started else BatchStatus.ACCEPTED
    return status, dispatched.out_of_money or ""


def _wait(counts: Counts, turns: Mapping[str, Turn], now: datetime, next_due_at: datetime | None) -> _Wait:
    """Why nothing of the batch is being made now, and for how long."""
    if not counts.pending or not turns:
        return _Wait()
    closed = [turn for turn in turns.values() if turn.closed_until is not None and turn.has_more]
    wanted = [turn for turn in turns.values() if turn.closed_until is None and (turn.outstanding or turn.waiting)]
    if closed and not wanted:
        wait = min((_closed(turn, now) for turn in closed), key=lambda wait: wait.seconds)
        return wait if wait.seconds >= _LONG_SECONDS or not counts.running else _Wait()
    if counts.running:
        return _Wait()
    if not wanted:
        return _trying_again(next_due_at, now)
    return min((_queued(turn, now) for turn in wanted), key=lambda wait: wait.seconds)


def _closed(turn: Turn, now: datetime) -> _Wait:
    """For a model that is not asked at all: until when, if that is worth a look at the clock, and why."""
    until = turn.opens_at
    seconds = (until - now).total_seconds()
    why = turn.pace.reason if turn.pace and turn.pace.reason else f"{turn.title} is closed."
    if seconds < _LONG_SECONDS:
        return _Wait(reason=f"Waiting. {why}", seconds=seconds)
    return _Wait(reason=f"Waiting until {_clock(until, seconds)}. {why}", seconds=seconds)


def _trying_again(due_at: datetime | None, now: datetime) -> _Wait:
    """For images that all failed a moment ago, or that their provider had no room for."""
    seconds = (due_at - now).total_seconds() if due_at is not None else 0.0
    if due_at is None or seconds < _SOON_SECONDS:
        return _Wait()
    when = f"{due_at:%H:%M:%S} UTC" if seconds < _LONG_SECONDS else _clock(due_at, seconds)
    return _Wait(reason=f"Waiting until {when} for the next try; the images tell what went wrong.", seconds=seconds)


def _clock(moment: datetime, seconds: float) -> str:
    """A moment that is so far away, as people tell it."""
    return f"{moment:%H:%M} UTC" if seconds < _DATED_SECONDS else f"{moment:%Y-%m-%d %H:%M} UTC"


def _queued(turn: Turn, now: datetime) -> _Wait:
    """Behind others' images, which have the model's places or its next starting times; or for the model's pace alone."""
    seconds = 0.0 if turn.outstanding else max((turn.slots.first - now).total_seconds(), 0.0)
    if turn.is_crowded:
        seconds = max(seconds, 1 / turn.own_per_second)
    if turn.stands_in_line and turn.line is not None:
        return _in_line(turn, turn.line, max(seconds, turn.seconds_in_line))
    position = turn.crowd.ahead(seconds, turn.per_second)
    if position:
        words = f"Waiting behind {about(position)} in the {turn.crowd.me.priority.value} lane."
        return _Wait(reason=words, seconds=seconds, position=position)
    if seconds < _SOON_SECONDS:
        return _Wait(seconds=seconds)
    what = f"its turn at {turn.title} beside other lanes" if turn.is_crowded else f"the pace of {turn.title}"
    return _Wait(reason=f"Waiting for {what}: its next image starts in about {seconds:.0f} s.", seconds=seconds)


def _in_line(turn: Turn, line: Line, seconds: float) -> _Wait:
    """Behind batches that have waited longer for their part of a model, which is less than one image at a time."""
    words = f"Waiting for its turn at {turn.title}: it is next."
    if line.ahead:
        batches = "1 batch goes" if line.ahead == 1 else f"{line.ahead} batches go"
        words = (
            f"Waiting for its turn at {turn.title}: {batches} first, its next image starts in about {seconds:.0f} s."
        )
    return _Wait(reason=words, seconds=seconds, position=turn.crowd.ahead(seconds, turn.per_second))


def _estimate(left: int, turns: Mapping[str, Turn], wait: _Wait) -> int | None:
    """The seconds that so many images take by the batch's part of its models' pace, after the wait for the first."""
    known = [turn for turn in turns.values() if turn.spec is not None]
    if not known:
        return None
    per_second = sum(turn.own_per_second for turn in known)
    longest = max(turn.spec.typical_seconds for turn in known if turn.spec)
    return round(wait.seconds + max(left / per_second, longest))


def freed(batch: Batch, demand: Sequence[ModelDemand]) -> bool:
    """Whether less of it is in flight at a model than its document says."""
    left = {one.model: one.outstanding for one in demand}
    return any(left.get(one.model, 0) < one.outstanding for one in batch.demand or ())


def _urgent(reason: str, queue: Queue) -> str:
    """The words, unless they are of a wait."""
    return "" if queue.starts_at is not None else reason


def _wanted(demand: Sequence[ModelDemand]) -> set[str]:
    return {one.model for one in demand if one.waiting}
