"""Progress of a batch from its counts: percent, speed, time left, words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.domain.batches import Batch, Progress, Queue
from shared.domain.modes import BatchStatus, Desired

WINDOW = timedelta(seconds=60)
_MAX_SAMPLES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Items of a batch by state and what they cost, all at one read time; `total` comes from the plan."""

    total: int
    running: int
    succeeded: int
    failed: int
    cancelled: int
    spent_micros: int
    held_micros: int

    @property
    def finished(self) -> int:
        """Items in a terminal state."""
        return self.succeeded + self.failed + self.cancelled

    @property
    def pending(self) -> int:
        """The rest."""
        return max(self.total - self.finished - self.running, 0)


def with_sample(samples: Sequence[dict[str, Any]], *, now: datetime, finished: int) -> list[dict[str, Any]]:
    """The samples of the last minute (`at`, `finished`) with this one added, at most one in two seconds."""
    kept = [sample for sample in samples if now - sample["at"] <= WINDOW]
    # The latest look replaces the one before it until that is two seconds after its own forerunner: measured from
    # the look before, a batch that is looked at every second would keep two samples and forget its speed each minute.
    if len(kept) > 1 and kept[-1]["at"] - kept[-2]["at"] < WINDOW / _MAX_SAMPLES:
        kept = kept[:-1]
    return [*kept, {"at": now, "finished": finished}]


def images_per_minute(samples: Sequence[dict[str, Any]]) -> float:
    """The measured speed over the samples; 0 while there is nothing to measure."""
    if len(samples) < 2:
        return 0.0
    seconds = (samples[-1]["at"] - samples[0]["at"]).total_seconds()
    made = samples[-1]["finished"] - samples[0]["finished"]
    return round(made * 60 / seconds, 1) if seconds > 0 and made > 0 else 0.0


def about(images: int) -> str:
    """A number of images that is only roughly known, in words: its first two digits are told."""
    rough = round(images, min(2 - len(str(images)), 0))
    return f"about {rough:,} image{'s' if rough != 1 else ''}"


def progress(
    counts: Counts, samples: Sequence[dict[str, Any]], *, estimate_seconds: int | None = None, reason: str = ""
) -> Progress:
    """What people see of these counts; the estimate of the time left holds until one can be measured, `reason` says why it waits."""
    speed = images_per_minute(samples)
    left = counts.pending + counts.running
    return Progress(
        total=counts.total,
        pending=counts.pending,
        running=counts.running,
        succeeded=counts.succeeded,
        failed=counts.failed,
        cancelled=counts.cancelled,
        percent=100 * counts.finished // counts.total if counts.total else 100,
        message=f"{_message(counts)} {reason}".strip(),
        images_per_minute=speed,
        eta_seconds=0 if not left else round(left * 60 / speed) if speed else estimate_seconds,
    )


def item_queue(batch: Batch, *, before: int, not_before: datetime | None, now: datetime) -> Queue:
    """The place of a pending item: `before` items of its own batch go first, and the images that its batch waits for.

    When it starts follows from the time that its batch has left; None while that is not known, or while the batch stands still.
    """
    position = batch.queue.position + before
    left = batch.progress.pending + batch.progress.running
    stands = batch.desired is not Desired.RUN or batch.status is BatchStatus.PAUSED
    if stands or (before and not batch.progress.eta_seconds):
        return Queue(position=position)
    seconds = (batch.progress.eta_seconds or 0) * before / max(left, 1)
    first = max(batch.queue.starts_at or now, now)
    return Queue(position=position, starts_at=max(first + timedelta(seconds=round(seconds)), not_before or now))


def _message(counts: Counts) -> str:
    parts = [f"{counts.succeeded:,} of {counts.total:,} images are ready"]
    if counts.failed:
        parts.append(f"{counts.failed:,} failed")
    if counts.cancelled:
        parts.append(f"{counts.cancelled:,} cancelled")
    return ", ".join(parts) + "."
