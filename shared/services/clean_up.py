"""Cleaning up: each kind of leftovers in its turn, and once a day each organisation's stored objects; what is left waits."""

from collections.abc import Sequence
from datetime import timedelta

from shared.domain.errors import FanfoldError, Unavailable
from shared.domain.organisations import Organisation
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Set
from shared.ports.objects import ObjectInfo, ObjectStore
from shared.repositories import paths
from shared.repositories.batches import BatchRepository
from shared.repositories.reports import JobPosition, JobPositionRepository
from shared.services.leftovers import ABANDONED_AFTER, Step, delete_objects
from shared.services.rounds import Rounds, Time

JOB = "clean_up"
A_RUN = 5_000
EXPORTS_LAST = timedelta(days=7)
# Listing is what object stores charge most for; the runs of an hour need not meet to the minute.
OBJECTS_EVERY = timedelta(hours=23)
_LOOKED_AT = 1_000

_log = logger(__name__)


class CleanUpService:
    """Runs every hour; every part of it may run twice, late, or be stopped anywhere."""

    def __init__(self, documents: DocumentStore, *, objects: ObjectStore, steps: Sequence[Step], clock: Clock) -> None:
        self._steps = steps
        self._leftovers = ObjectLeftovers(documents, objects, clock)
        self._rounds = Rounds(documents, clock)
        self._clock = clock

    def run(self, *, seconds: float) -> int:
        """Clean up for about this long at most; how much was removed. One kind's trouble does not stop the others.

        Raises Unavailable at the end when one had trouble: the next run tries again.
        """
        time, removed, failed = Time(self._clock, seconds), 0, []
        for step in self._steps:
            if time.is_up:
                break
            try:
                count = step.run(time, A_RUN)
            except FanfoldError as error:
                failed.append(step.name)
                _log.warning("clean_up_failed", step=step.name, error=type(error).__name__, detail=error.detail)
                continue
            removed += count
            if count:
                _log.info("cleaned_up", step=step.name, count=count)
        if not time.is_up:
            self._rounds.visit(JOB, self._leftovers.remove, time, every=OBJECTS_EVERY)
        if failed:
            raise Unavailable(f"Not everything could be cleaned up: {', '.join(failed)}.")
        return removed


class ObjectLeftovers:
    """Stored objects that no document leads to."""

    def __init__(self, documents: DocumentStore, objects: ObjectStore, clock: Clock) -> None:
        self._documents = documents
        self._objects = objects
        self._batches = BatchRepository(documents)
        self._positions = JobPositionRepository(documents)
        self._clock = clock

    def remove(self, organisation: Organisation) -> bool:
        """Remove an organisation's; always comes to its end, because it looks at a limited number."""
        org = organisation.id
        counts = {
            "uploads": self._older(paths.uploads(org), ABANDONED_AFTER),
            "exports": self._older(paths.exports(org), EXPORTS_LAST),
            "rows": self._rows(org),
        }
        for what, count in counts.items():
            if count:
                _log.info("cleaned_up", step=f"{what}_objects", org=org, count=count)
        return True

    def _older(self, prefix: str, age: timedelta) -> int:
        """Remove the objects below a prefix that are older than this."""
        found = self._objects.list(prefix, limit=_LOOKED_AT)
        names = [one.name for one in found if self._is_older(one, age)]
        delete_objects(self._objects, names)
        return len(names)

    def _rows(self, org: str) -> int:
        """Remove rows that were stored for a batch that was never accepted; looks through some of them, and goes round."""
        path = paths.object_checkpoint(org)
        kept = self._positions.find(path)
        before = kept.value.after if kept else ""
        found = self._objects.list(paths.batch_objects(org), limit=_LOOKED_AT, start_after=before)
        old = {
            one.name: paths.batch(org, batch)
            for one in found
            if self._is_older(one, ABANDONED_AFTER) and (batch := paths.batch_of_rows(one.name))
        }
        there = self._batches.get_many(old.values())
        names = [name for name, batch in old.items() if batch not in there]
        delete_objects(self._objects, names)
        after = found[-1].name if len(found) == _LOOKED_AT else ""
        if after != before:
            self._documents.commit([Set(path, JobPosition(after=after).written())])
        return len(names)

    def _is_older(self, one: ObjectInfo, age: timedelta) -> bool:
        return one.created_at <= self._clock.now() - age
