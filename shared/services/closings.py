"""The end of a batch: its final state and its money in one commit, then its announcement, at least once."""

from shared import traces
from shared.domain import item_machine, progress
from shared.domain.batches import Batch, Ending
from shared.domain.event_names import EventName
from shared.domain.ids import derived
from shared.domain.modes import BatchStatus, Desired
from shared.domain.progress import Counts
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.events import Event, EventBus
from shared.repositories.batches import BatchRepository
from shared.repositories.collections import Read, guarded
from shared.repositories.commits import commit_groups
from shared.repositories.items import ItemRepository
from shared.services.reservations import ReservationService

_BURIED_AT_ONCE = 200

_log = logger(__name__)


class ClosingService:
    """Finishes, settles, announces; each may be repeated."""

    def __init__(
        self, documents: DocumentStore, *, reservations: ReservationService, events: EventBus, clock: Clock
    ) -> None:
        self._documents = documents
        self._batches = BatchRepository(documents)
        self._items = ItemRepository(documents)
        self._reservations = reservations
        self._events = events
        self._clock = clock

    def finish(self, org: str, read: Read[Batch], counts: Counts) -> None:
        """Nothing is left to do: write the final state, guarded by the version that people's wishes change too."""
        now = self._clock.now()
        batch = read.value
        status = final_status(batch, counts)
        fields = {
            "status": status.value,
            "status_reason": _reason(status, counts),
            "progress": progress.progress(counts, ()).model_dump(),
            "cost.spent_micros": counts.spent_micros,
            "cost.reserved_micros": 0,
            "started_at": batch.started_at or (now if counts.succeeded or counts.failed else None),
            "finished_at": now,
            "retry": None,
            # Due at once until it is announced: a crash right here is found by the sweep.
            "next_step_at": now,
        }
        settling = self._reservations.settling(org, batch.id, spent_micros=counts.spent_micros)
        self._documents.commit([guarded(read, fields), *settling])
        _log.info("batch_finished", org=org, batch=batch.id, status=status.value, images=counts.total)
        self._announce(org, self._batches.get(read.path))

    def tidy(self, org: str, read: Read[Batch]) -> None:
        """A finished batch: settle what a late worker still spent, announce what was not announced, rest."""
        batch = read.value
        if batch.deleted_at is not None:
            self._bury(org, batch)
        counts = self._items.counts(org, batch.id, total=batch.progress.total)
        if counts.spent_micros != batch.cost.spent_micros:
            settling = self._reservations.settling(org, batch.id, spent_micros=counts.spent_micros)
            self._documents.commit([guarded(read, {"cost.spent_micros": counts.spent_micros}), *settling])
            read = self._batches.get(read.path)
        self._announce(org, read)

    def _bury(self, org: str, batch: Batch) -> None:
        """The dead letters of a deleted batch are nobody's any more; may be repeated."""
        while True:
            found = self._items.failed_before(org, batch.id, batch.series + 1, limit=_BURIED_AT_ONCE)
            now = self._clock.now()
            groups = [
                [guarded(read, fields)]
                for read in found
                if (fields := item_machine.discarded(read.value, now=now, by="", reason="Its batch was deleted."))
            ]
            commit_groups(self._documents, groups)
            if len(found) < _BURIED_AT_ONCE:
                return

    def catch_up(self, org: str, read: Read[Batch]) -> Read[Batch]:
        """Announce the ends that a retry followed at once; the batch as it is then."""
        for ending in read.value.unannounced:
            self._publish(org, read.value.id, ending)
        self._documents.commit([guarded(read, {"unannounced": []})])
        return self._batches.get(read.path)

    def _announce(self, org: str, read: Read[Batch]) -> None:
        batch = read.value
        if batch.announced_series >= batch.series and batch.next_step_at is None:
            return
        if batch.announced_series < batch.series:
            finished_at = batch.finished_at or self._clock.now()
            self._publish(org, batch.id, Ending(series=batch.series, status=batch.status, finished_at=finished_at))
        self._documents.commit([guarded(read, {"announced_series": batch.series, "next_step_at": None})])

    def _publish(self, org: str, batch: str, ending: Ending) -> None:
        """The event's id follows from what it tells: told twice, it is known again."""
        self._events.publish(
            Event(
                id=derived("evt", batch, "completed", ending.series),
                name=EventName.BATCH_COMPLETED,
                org=org,
                occurred_at=ending.finished_at,
                data={"batch": batch, "status": ending.status.value, "series": ending.series},
                trace=traces.carried(),
            )
        )


def final_status(batch: Batch, counts: Counts) -> BatchStatus:
    """How a batch ended: `failed` means that nothing succeeded."""
    if batch.desired is Desired.CANCEL and counts.cancelled:
        return BatchStatus.CANCELLED
    if not counts.succeeded:
        return BatchStatus.FAILED
    return BatchStatus.COMPLETED_WITH_FAILURES if counts.failed or counts.cancelled else BatchStatus.COMPLETED


def _reason(status: BatchStatus, counts: Counts) -> str:
    if status is BatchStatus.CANCELLED:
        return f"Cancelled on request; {counts.succeeded:,} finished images are kept."
    if counts.failed:
        return (
            f"{counts.failed:,} of {counts.total:,} images failed; each says why. Retry them when the cause is mended."
        )
    return ""
