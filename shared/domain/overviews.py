"""What an admin is shown of an organisation's work at one moment, and in which words a slow batch is explained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.domain.batches import Batch
from shared.domain.limits import Standing
from shared.domain.modes import BatchStatus, Desired, Priority

# Longer than any model takes for an image with all its tries but the last.
QUIET: Final = timedelta(minutes=5)
FAR_BEYOND: Final = 3


class Breaker(StrEnum):
    """Whether a model is asked: `closed` as a switch is, so that calls go through; `half_open` while one call tries."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneOverview:
    """A lane: batches and images that wait in it, how long the oldest batch of them has waited, images made a minute."""

    lane: Priority
    batches: int
    waiting: int
    running: int
    oldest_waiting_seconds: int
    images_per_minute: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """An image that a worker holds."""

    batch: str
    item: str
    model: str
    claimed_at: datetime | None
    lease_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leases:
    """Images that workers hold now, and the one whose lease ends first."""

    running: int
    oldest: Lease | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOverview:
    """A model on offer: how fast it is asked now, and why not at all. The same for every organisation.

    It may be left alone for moments with its breaker closed: when the provider said that it was asked too fast.
    """

    provider: str
    model: str
    breaker: Breaker
    rate_per_second: float
    concurrency: int
    closed_until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """Micros of US dollars by the organisation's own calendar."""

    time_zone: str
    today_micros: int
    month_micros: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """Dead letters: in all, by kind of error, by model."""

    total: int
    by_kind: Mapping[str, int]
    by_model: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowBatch:
    """A batch that does not go on as it should, and why, in words."""

    id: str
    name: str
    status: BatchStatus
    waiting: int
    running: int
    last_image_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingWebhook:
    """A receiver that does not take what it is told."""

    id: str
    url: str
    enabled: bool
    failing_since: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything together. A part that did not answer leaves its sections None and is named in `unavailable`.

    `is_partial`: more batches are live than were looked at, so lanes and slow batches tell of the oldest ones only.
    """

    at: datetime
    lanes: list[LaneOverview] | None = None
    leases: Leases | None = None
    models: list[ModelOverview] | None = None
    dead_letters: Failures | None = None
    spend: Spend | None = None
    limits: list[Standing] | None = None
    slow_batches: list[SlowBatch] | None = None
    failing_webhooks: list[FailingWebhook] | None = None
    is_partial: bool = False
    unavailable: list[str] = field(default_factory=list)


def lane_overviews(batches: Sequence[Batch], *, now: datetime) -> list[LaneOverview]:
    """Every lane, the most urgent first, also those in which nothing waits."""
    found = []
    for lane in Priority:
        members = [batch for batch in batches if batch.priority is lane]
        waiting = [batch for batch in members if batch.progress.pending and is_wanted(batch, now)]
        oldest = min((waits_since(batch) for batch in waiting), default=now)
        found.append(
            LaneOverview(
                lane=lane,
                batches=len(members),
                waiting=sum(batch.progress.pending for batch in waiting),
                running=sum(batch.progress.running for batch in members),
                oldest_waiting_seconds=max(int((now - oldest).total_seconds()), 0),
                images_per_minute=round(sum(batch.progress.images_per_minute for batch in members), 1),
            )
        )
    return found


def is_wanted(batch: Batch, now: datetime) -> bool:
    """Whether this batch is to go on now: not paused, not cancelled, not before its time."""
    return batch.desired is Desired.RUN and (batch.start_at is None or batch.start_at <= now)


def waits_since(batch: Batch) -> datetime:
    """Since when the batch might have begun."""
    return max(batch.created_at, batch.start_at or batch.created_at)


def may_be_slow(batch: Batch, *, now: datetime) -> bool:
    """Whether it is worth asking when this batch made its last image."""
    left = batch.progress.pending + batch.progress.running
    return bool(left) and is_wanted(batch, now) and now - waits_since(batch) > QUIET


def slow_reason(
    batch: Batch, *, now: datetime, last_image_at: datetime | None, estimated_seconds: float, closed: Sequence[str]
) -> str | None:
    """Why this batch counts as slow, in words; None while it goes on as it should.

    `closed` are the reasons of its models that are not asked now.
    """
    began = waits_since(batch)
    quiet = now - max(last_image_at or began, began)
    if quiet > QUIET:
        return f"No image for {_minutes(quiet)}. {_cause(batch, closed)}"
    taken = now - began
    if taken > QUIET + FAR_BEYOND * timedelta(seconds=estimated_seconds):
        expected = _minutes(timedelta(seconds=estimated_seconds))
        return f"It has taken {_minutes(taken)} instead of about {expected}. {_cause(batch, closed)}"
    return None


def _cause(batch: Batch, closed: Sequence[str]) -> str:
    """What is known to hold it up, the most certain first."""
    if batch.status_reason:
        return batch.status_reason
    if closed:
        return " ".join(dict.fromkeys(closed))
    running = batch.progress.running
    if running:
        return f"{running:,} of its images are with workers: see whether the provider answers."
    return "None of its images is with a worker: see whether the queues deliver, and which batches are before it."


def _minutes(span: timedelta) -> str:
    minutes = max(round(span.total_seconds() / 60), 1)
    return "1 minute" if minutes == 1 else f"{minutes:,} minutes"
