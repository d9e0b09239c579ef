"""What each finished day cost each organisation: folded from the ledger, stored, announced; again and again the same."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared import traces
from shared.domain.days import Day, zone_of
from shared.domain.event_names import EventName
from shared.domain.ids import derived
from shared.domain.organisations import Organisation
from shared.domain.reports import OTHER, CostCheckpoint, CostReport, Fold
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import Delete, DocumentStore, Guard, Set
from shared.ports.events import Event, EventBus
from shared.ports.objects import ObjectStore
from shared.repositories import paths
from shared.repositories.batches import BatchRepository
from shared.repositories.collections import Read, guarded
from shared.repositories.members import MemberRepository
from shared.repositories.money import LedgerRepository
from shared.repositories.reports import CheckpointRepository, ReportRepository
from shared.services.repeats import Repeats
from shared.services.report_files import Names, csv_file, json_file
from shared.services.rounds import Rounds, Time

JOB = "report_costs"
# Days missed while nothing ran are made up for, as far back as this.
MOST_DAYS = 31
# What was entered late is found by folding these days once more.
FOLDED_AGAIN = 3
# A commit that began before midnight is in the ledger by then.
SETTLES_AFTER = timedelta(minutes=10)
_PAGE = 500
_NAMED_AT_ONCE = 300

_log = logger(__name__)


class CostReportService:
    """Brings every organisation's reports up to the last finished day of its own time zone."""

    def __init__(
        self, documents: DocumentStore, *, objects: ObjectStore, events: EventBus, repeats: Repeats, clock: Clock
    ) -> None:
        self._documents = documents
        self._ledger = LedgerRepository(documents)
        self._reports = ReportRepository(documents)
        self._checkpoints = CheckpointRepository(documents)
        self._batches = BatchRepository(documents)
        self._members = MemberRepository(documents)
        self._rounds = Rounds(documents, clock)
        self._objects = objects
        self._events = events
        self._repeats = repeats
        self._clock = clock

    def run(self, *, seconds: float) -> int:
        """Report what is missing, for about this long at most; how many organisations are up to date. Raises Unavailable."""
        time = Time(self._clock, seconds)
        return self._rounds.visit(JOB, lambda organisation: self.bring_up(organisation, time), time)

    def bring_up(self, organisation: Organisation, time: Time) -> bool:
        """Report an organisation's days that are missing, and the last ones once more; False when the time was up before."""
        zone, now = zone_of(organisation.time_zone), self._clock.now()
        last = (now - SETTLES_AFTER).astimezone(zone).date() - timedelta(days=1)
        first = max(last - timedelta(days=MOST_DAYS - 1), organisation.created_at.astimezone(zone).date())
        checkpoint = self._checkpoints.one(organisation.id)
        if checkpoint is not None and checkpoint.value.time_zone == zone.key:
            # In another time zone every day is another one.
            if checkpoint.value.through >= last:
                return True
            first = max(first, checkpoint.value.through - timedelta(days=FOLDED_AGAIN - 1))
        elif checkpoint is not None:
            self._withdraw(organisation.id, last, checkpoint.value.through)
        for number in range((last - first).days + 1):
            if time.is_up:
                return False
            day = self._day(organisation.id, first + timedelta(days=number), zone)
            self._repeats.until_unrefused(lambda day=day: self._report(organisation.id, day))  # type: ignore[misc]
            checkpoint = self._reached(organisation.id, day, checkpoint)
        return True

    def _day(self, org: str, day: date, zone: ZoneInfo) -> Day:
        """The day, from where the report before it ends when that is one of another time zone, or reaches into this day
        because of one: no call twice, and none left out.
        """
        before, own = self._reports.one(org, day - timedelta(days=1)), Day(day, zone)
        if before is None or (before.value.time_zone == zone.key and before.value.ends_at <= own.starts_at):
            return own
        return Day(day, zone, before.value.ends_at)

    def _withdraw(self, org: str, last: date, through: date) -> None:
        """Days that were over by the clocks of before and are not by those of now have no report until they are."""
        for number in range((through - last).days):
            read = self._reports.one(org, last + timedelta(days=number + 1))
            if read is not None:
                self._documents.commit([Delete(read.path, read.version)])

    def _reached(self, org: str, day: Day, before: Read[CostCheckpoint] | None) -> Read[CostCheckpoint]:
        """Remember the day; days that were folded once more take nothing back."""
        reached = CostCheckpoint(through=day.date, time_zone=day.zone.key)
        same_zone = before is not None and before.value.time_zone == reached.time_zone
        if before is not None and same_zone and before.value.through >= reached.through:
            return before
        path = paths.report_checkpoint(org)
        result = self._documents.commit([Set(path, reached.written(), before.version if before else Guard.ABSENT)])
        return Read(reached, path, result.versions[path])

    def _report(self, org: str, day: Day) -> None:
        """Fold one day; store and announce it unless the very same is stored and announced."""
        read = self._reports.one(org, day.date)
        fold = self._folded(org, day)
        digest = fold.digest(day)
        if read is None or read.value.digest != digest:
            read = self._keep(org, day, fold, read)
            _log.info("costs_reported", org=org, day=day.date.isoformat(), lines=len(fold.lines))
        if read.value.announced != digest and (fold.lines or read.value.announced):
            self._announce(org, read)

    def _folded(self, org: str, day: Day) -> Fold:
        fold = Fold()
        cursor: tuple[Any, ...] | None = None
        while True:
            page = self._ledger.between(org, day.starts_at, day.ends_at, limit=_PAGE, start_after=cursor)
            fold.add(read.value for read in page)
            if len(page) < _PAGE:
                return fold
            cursor = (page[-1].value.at, page[-1].path)

    def _keep(self, org: str, day: Day, fold: Fold, before: Read[CostReport] | None) -> Read[CostReport]:
        """Store files and document, in this order: after a crash in between the next run does it all again."""
        names = Names(
            members=self._named(
                (line.member for line in fold.lines),
                lambda ids: {
                    read.value.id: read.value.name
                    for read in self._members.get_many(paths.member(org, one) for one in ids).values()
                },
            ),
            batches=self._named(
                (line.batch for line in fold.lines),
                lambda ids: {
                    read.value.id: read.value.name
                    for read in self._batches.get_many(paths.batch(org, one) for one in ids).values()
                },
            ),
        )
        files = {suffix: paths.report_object(org, day.date.isoformat(), suffix) for suffix in ("json", "csv")}
        self._objects.put(files["json"], json_file(org, day, fold, names), media_type="application/json", absent=False)
        self._objects.put(files["csv"], csv_file(day, fold, names), media_type="text/csv; charset=utf-8", absent=False)
        report = CostReport(
            day=day.date,
            time_zone=day.zone.key,
            starts_at=day.starts_at,
            ends_at=day.ends_at,
            total=fold.total,
            lines=len(fold.lines),
            digest=fold.digest(day),
            json_object=files["json"],
            csv_object=files["csv"],
            made_at=self._clock.now(),
            announced=before.value.announced if before else "",
        )
        path = paths.report(org, day.date.isoformat())
        result = self._documents.commit([Set(path, report.written(), before.version if before else Guard.ABSENT)])
        return Read(report, path, result.versions[path])

    def _named(self, ids: Iterable[str], read: Callable[[list[str]], dict[str, str]]) -> dict[str, str]:
        """The names of these, read some at a time."""
        wanted = sorted({one for one in ids if one != OTHER})
        names: dict[str, str] = {}
        for start in range(0, len(wanted), _NAMED_AT_ONCE):
            names |= read(wanted[start : start + _NAMED_AT_ONCE])
        return names

    def _announce(self, org: str, read: Read[CostReport]) -> None:
        """Say it, then remember that it was said: at least once, under an id that tells repeats."""
        report = read.value
        data: dict[str, str | int] = {
            "day": report.day.isoformat(),
            "time_zone": report.time_zone,
            "images": report.total.images,
            "calls": report.total.calls,
            "cost_micros": report.total.cost_micros,
        }
        event_id = derived("evt", org, "costs", report.day.isoformat(), report.digest)
        self._events.publish(
            Event(
                id=event_id,
                name=EventName.COST_REPORTED,
                org=org,
                occurred_at=report.made_at,
                data=data,
                trace=traces.carried(),
            )
        )
        self._documents.commit([guarded(read, {"announced": report.digest})])
