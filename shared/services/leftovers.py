"""Steps that remove what only lies about: each removes a little, may be stopped anywhere, and finds the rest again."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from shared.domain.documents import Stored
from shared.domain.drafts import KEPT as DRAFTS_KEPT
from shared.domain.drafts import Draft
from shared.domain.errors import GuardRefused
from shared.domain.references import Reference, ReferenceStatus
from shared.domain.webhooks import KEPT as DELIVERIES_KEPT
from shared.domain.webhooks import WebhookDelivery
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import Delete, DocumentStore, Set, Where
from shared.ports.objects import ObjectStore
from shared.repositories import paths
from shared.repositories.batches import org_of
from shared.repositories.collections import Read, guarded
from shared.repositories.commits import commit_groups
from shared.repositories.drafts import DraftRepository, deleted
from shared.repositories.idempotency import KEPT, IdempotencyRepository
from shared.repositories.job_positions import JobPosition, JobPositionRepository
from shared.repositories.leftovers import CommitNoteRepository, Leftovers
from shared.repositories.references import ReferenceRepository
from shared.repositories.webhooks import WebhookDeliveryRepository
from shared.services.rounds import Time

PAGE = 100
ABANDONED_AFTER = timedelta(days=1)

_log = logger(__name__)

S = TypeVar("S", bound=Stored)


class Step(Protocol):
    """One kind of leftovers."""

    name: str

    def run(self, time: Time, limit: int) -> int:
        """Remove at most about this many; how many were removed."""
        ...


class Sweep(Generic[S]):
    """A step over what has had its time: `remove` each, by itself; what somebody else has just changed is passed over.

    `remove` says whether it did; it stops by itself when the time is up.
    """

    def __init__(
        self,
        name: str,
        leftovers: Leftovers[S],
        clock: Clock,
        *,
        age: timedelta,
        remove: Callable[[Read[S], Time], bool],
    ) -> None:
        self.name = name
        self._leftovers = leftovers
        self._clock = clock
        self._age = age
        self._remove = remove

    def run(self, time: Time, limit: int) -> int:
        """Remove at most this many; how many were removed."""
        count = 0
        for page in pages(self._leftovers, self._clock.now() - self._age, limit):
            for read in page:
                if time.is_up:
                    return count
                try:
                    count += self._remove(read, time)
                except GuardRefused:
                    _log.info("leftover_in_use", step=self.name, path=read.path)
        return count


class IdempotencyRecords:
    """What creates answered longer ago than it is kept. A store that lets documents expire does the same by itself.

    They are many, and each stands for itself: whole pages go in one commit. A key that was just used anew is passed over.
    """

    name = "idempotency_records"

    def __init__(self, documents: DocumentStore, clock: Clock) -> None:
        self._documents = documents
        self._leftovers = Leftovers(IdempotencyRepository(documents), "idempotency", "created_at")
        self._clock = clock

    def run(self, time: Time, limit: int) -> int:
        """Remove at most this many; how many were removed."""
        count = 0
        for page in pages(self._leftovers, self._clock.now() - KEPT, limit):
            if time.is_up:
                break
            count += sum(commit_groups(self._documents, [[Delete(read.path, read.version)] for read in page]))
        return count


def pages(leftovers: Leftovers[S], until: datetime, limit: int) -> Iterator[list[Read[S]]]:
    """At most this many leftovers, page by page; what stays is met once."""
    cursor: tuple[Any, ...] | None = None
    while limit > 0:
        page = leftovers.until(until, limit=min(PAGE, limit), start_after=cursor)
        if not page:
            return
        limit -= len(page)
        cursor = leftovers.position(page[-1])
        yield page


def webhook_deliveries(documents: DocumentStore, clock: Clock) -> Step:
    """What was sent to webhooks longer ago than it is kept; a delivery made once more is kept anew."""

    def remove(read: Read[WebhookDelivery], _time: Time) -> bool:
        if read.value.expires_at > clock.now():
            return False
        documents.commit([Delete(read.path, read.version)])
        return True

    leftovers = Leftovers(WebhookDeliveryRepository(documents), "deliveries", "created_at")
    return Sweep("webhook_deliveries", leftovers, clock, age=DELIVERIES_KEPT, remove=remove)


def abandoned_references(documents: DocumentStore, objects: ObjectStore, clock: Clock) -> Step:
    """References whose bytes never came, or whose coming nobody told: the object first, or nothing would lead to it."""

    def remove(read: Read[Reference], _time: Time) -> bool:
        # Its bytes may be judged at this very moment: from here on they are no more, and who was faster keeps the picture.
        claimed = documents.commit([guarded(read, {"deleted_at": clock.now()})])
        delete_objects(objects, objects_of(org_of(read.path), read.value))
        documents.commit([Delete(read.path, claimed.versions[read.path])])
        return True

    awaiting = Where("status", "==", ReferenceStatus.AWAITING_UPLOAD.value)
    leftovers = Leftovers(ReferenceRepository(documents), "references", "created_at", awaiting)
    return Sweep("abandoned_references", leftovers, clock, age=ABANDONED_AFTER, remove=remove)


class CommitNotes:
    """Notes of commits that nobody will ask for; goes round by their names, some a run."""

    name = "commit_notes"

    def __init__(self, documents: DocumentStore, clock: Clock) -> None:
        self._documents = documents
        self._notes = CommitNoteRepository(documents)
        self._positions = JobPositionRepository(documents)
        self._clock = clock

    def run(self, time: Time, limit: int) -> int:
        """Look through at most this many; how many were removed."""
        kept = self._positions.one(self.name)
        before = after = kept.value.after if kept else ""
        count, seen, now = 0, 0, self._clock.now()
        while seen < limit and not time.is_up:
            page = self._notes.after(after, limit=PAGE)
            ended = [read for read in page if read.value.expires_at <= now]
            if ended:
                self._documents.commit([Delete(read.path) for read in ended])
            count, seen = count + len(ended), seen + len(page)
            after = page[-1].path if len(page) == PAGE else ""
            if not after:
                break
        if after != before:
            self._documents.commit([Set(paths.job_position(self.name), JobPosition(after=after).written())])
        return count


def objects_of(org: str, reference: Reference) -> list[str]:
    """Every object that a reference may have: one that was deleted while it was judged has some that it does not name."""
    kept = paths.reference_object(org, reference.id), paths.reference_thumbnail_object(org, reference.id)
    return [reference.upload, *kept, *(name for name in (reference.object, reference.thumbnail) if name)]


def delete_objects(objects: ObjectStore, names: Sequence[str]) -> None:
    """Remove these; absent ones are fine."""
    for name in dict.fromkeys(names):
        objects.delete(name)


def abandoned_drafts(documents: DocumentStore, clock: Clock) -> Step:
    """Drafts that nobody has saved for half a year."""

    def remove(read: Read[Draft], _time: Time) -> bool:
        documents.commit(deleted(org_of(read.path), read))
        return True

    leftovers = Leftovers(DraftRepository(documents), "drafts", "changed_at")
    return Sweep("abandoned_drafts", leftovers, clock, age=DRAFTS_KEPT, remove=remove)
