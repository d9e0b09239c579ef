"""Cleaning up: each kind of leftovers in its turn, and once a day each organisation's stored objects; what is left waits."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from shared.domain.errors import FanfoldError, Unavailable
from shared.domain.organisations import Organisation
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Set
from shared.ports.objects import ObjectInfo, ObjectStore
from shared.repositories import paths
from shared.repositories.batches import BatchRepository
from shared.repositories.job_positions import JobPosition, JobPositionRepository
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
            self._rounds.visit(
                JOB, lambda organisation: self._leftovers.remove(organisation, time), time, every=OBJECTS_EVERY
            )
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

    def remove(self, organisation: Organisation, time: Time) -> bool:
        """Remove an organisation's; whether it came to its end. What it was at when the time was up goes on from there."""
        org = organisation.id
        is_done = self._older(org, "uploads", paths.uploads(org), ABANDONED_AFTER, time) and self._older(
            org, "exports", paths.exports(org), EXPORTS_LAST, time
        )
        if is_done:
            self._rows(org)
        return is_done

    def _older(self, org: str, kind: str, prefix: str, age: timedelta, time: Time) -> bool:
        """Remove the objects below a prefix that are older than this; whether all of them were looked at."""
        before = after = self._kept(org, kind)
        count, is_done = 0, True
        for one in self._below(prefix, before):
            if time.is_up:
                is_done = False
                break
            if self._is_older(one, age):
                self._objects.delete(one.name)
                count += 1
            after = one.name
        self._keep(org, kind, before, "" if is_done else after)
        _report(org, kind, count)
        return is_done

    def _below(self, prefix: str, after: str) -> Iterator[ObjectInfo]:
        """The objects whose names come after this one, a page at a time."""
        while page := self._objects.list(prefix, limit=_LOOKED_AT, start_after=after):
            yield from page
            if len(page) < _LOOKED_AT:
                return
            after = page[-1].name

    def _rows(self, org: str) -> None:
        """Remove rows that were stored for a batch that was never accepted; looks through some of them, and goes round."""
        before = self._kept(org, "rows")
        found = self._objects.list(paths.batch_objects(org), limit=_LOOKED_AT, start_after=before)
        old = {
            one.name: paths.batch(org, batch)
            for one in found
            if self._is_older(one, ABANDONED_AFTER) and (batch := paths.batch_of_rows(one.name))
        }
        there = self._batches.get_many(old.values())
        names = [name for name, batch in old.items() if batch not in there]
        delete_objects(self._objects, names)
        self._keep(org, "rows", before, found[-1].name if len(found) == _LOOKED_AT else "")
        _report(org, "rows", len(names))

    def _kept(self, org: str, kind: str) -> str:
        kept = self._positions.find(paths.object_checkpoint(org, kind))
        return kept.value.after if kept else ""

    def _keep(self, org: str, kind: str, before: str, after: str) -> None:
        if after != before:
            self._documents.commit([Set(paths.object_checkpoint(org, kind), JobPosition(after=after).written())])

    def _is_older(self, one: ObjectInfo, age: timedelta) -> bool:
        return one.created_at <= self._clock.now() - age


def _report(org: str, kind: str, count: int) -> None:
    if count:
        _log.info("cleaned_up", step=f"{kind}_objects", org=org, count=count)
