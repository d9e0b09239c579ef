"""Batches and images of an organisation as its admins see them: how much waits, what runs, what does not go on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.domain.batches import Batch
from shared.domain.items import Item
from shared.domain.offers import Offer
from shared.domain.overviews import LaneOverview, Lease, Leases, SlowBatch, lane_overviews, may_be_slow, slow_reason
from shared.ports.documents import DocumentStore
from shared.repositories.batches import BatchRepository
from shared.repositories.items import ItemRepository
from shared.repositories.library import AssetRepository

MOST_BATCHES: Final = 200
MOST_SLOW: Final = 20


@dataclass(frozen=True, slots=True)
class LiveBatches:
    """Batches that are not finished, the oldest first; `is_partial` when there are more."""

    batches: list[Batch]
    is_partial: bool

    def lanes(self, now: datetime) -> list[LaneOverview]:
        """What waits and runs in each lane."""
        return lane_overviews(self.batches, now=now)


class MonitoredWork:
    """At most 200 batches are read, the images of none of them, and the last image of at most 20."""

    def __init__(self, documents: DocumentStore, *, offer: Offer) -> None:
        self._batches = BatchRepository(documents)
        self._items = ItemRepository(documents)
        self._assets = AssetRepository(documents)
        self._offer = offer

    def live(self, org: str) -> LiveBatches:
        """The organisation's batches that are not finished."""
        found = self._batches.live(org, limit=MOST_BATCHES + 1)
        return LiveBatches([read.value for read in found[:MOST_BATCHES]], len(found) > MOST_BATCHES)

    def leases(self, org: str) -> Leases:
        """How many images workers hold, and the one whose lease ends first."""
        running, first = self._items.running(org)
        return Leases(running=running, oldest=None if first is None else _lease(first.value))

    def slow(self, org: str, live: LiveBatches, now: datetime, *, closed: Mapping[str, str]) -> list[SlowBatch]:
        """Batches that do not go on as they should, the oldest first, at most 20; `closed` says by model why it is not asked."""
        suspects = [batch for batch in live.batches if may_be_slow(batch, now=now)]
        # The longest without speed come first: those that make images are rarely what an admin looks for.
        suspects.sort(key=lambda batch: batch.progress.images_per_minute > 0)
        found = [self._slow(org, batch, now, closed) for batch in suspects[:MOST_SLOW]]
        return [one for one in found if one is not None]

    def _slow(self, org: str, batch: Batch, now: datetime, closed: Mapping[str, str]) -> SlowBatch | None:
        last = self._assets.last_of_batch(org, batch.id)
        last_image_at = None if last is None else last.value.created_at
        reason = slow_reason(
            batch,
            now=now,
            last_image_at=last_image_at,
            estimated_seconds=self._estimated_seconds(batch),
            closed=[closed[model] for model in batch.models if model in closed],
        )
        if reason is None:
            return None
        return SlowBatch(
            id=batch.id,
            name=batch.name,
            status=batch.status,
            waiting=batch.progress.pending,
            running=batch.progress.running,
            last_image_at=last_image_at,
            reason=reason,
        )

    def _estimated_seconds(self, batch: Batch) -> float:
        """How long the batch takes alone at its slowest model's full pace."""
        specs = [spec for model in batch.models if (spec := self._offer.find(model)) is not None]
        images = batch.progress.total
        return max(
            (max(images * spec.typical_seconds / spec.concurrency, images / spec.rate_per_second) for spec in specs),
            default=0.0,
        )


def _lease(item: Item) -> Lease:
    claimed = next((attempt.started_at for attempt in item.attempts if attempt.number == item.attempt), item.started_at)
    return Lease(batch=item.batch, item=item.id, model=item.model, claimed_at=claimed, lease_until=item.lease_until)
