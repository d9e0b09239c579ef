"""Scheduled work that goes from organisation to organisation, and goes on where it stopped."""

from collections.abc import Callable
from datetime import timedelta

from shared.domain.errors import FanfoldError, Unavailable
from shared.domain.organisations import Organisation
from shared.logging import logger
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Set
from shared.repositories import paths
from shared.repositories.job_positions import JobPosition, JobPositionRepository
from shared.repositories.organisations import OrganisationRepository

_PAGE = 200

_log = logger(__name__)


class Time:
    """The time that a run has."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._ends_at = clock.monotonic() + seconds

    @property
    def is_up(self) -> bool:
        """Whether a run has to stop, at the next place where it can."""
        return self._clock.monotonic() >= self._ends_at


class Rounds:
    """Visits every organisation, by its id, some at a time in memory."""

    def __init__(self, documents: DocumentStore, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock
        self._organisations = OrganisationRepository(documents)
        self._positions = JobPositionRepository(documents)

    def visit(
        self, job: str, work: Callable[[Organisation], bool], time: Time, *, every: timedelta | None = None
    ) -> int:
        """Do the work for each organisation; how many it is done for.

        `work` says whether it came to its end. When the time is up the place is kept, and the next run goes on there. One
        organisation's trouble does not stop the others: Unavailable is raised at the end. With `every`, a round begins only
        so long after the end of the one before, whether or not that had trouble: all would be visited anew for one.
        """
        kept = self._positions.one(job)
        if every is not None and kept is not None and self._is_early(kept.value, every):
            return 0
        after, count, failed = kept.value.after if kept else "", 0, 0
        while page := self._organisations.after(after, limit=_PAGE):
            for read in page:
                try:
                    if not work(read.value):
                        self._keep(job, after)
                        return count
                    count += 1
                except FanfoldError as error:
                    failed += 1
                    _log.warning(
                        "organisation_failed",
                        job=job,
                        org=read.value.id,
                        error=type(error).__name__,
                        detail=error.detail,
                    )
                after = read.value.id
                if time.is_up:
                    self._keep(job, after)
                    return count
        if every is not None or (kept is not None and kept.value.after):
            self._write(job, JobPosition(ended_at=self._clock.now()))
        if failed:
            raise Unavailable(f"{job} did not come to its end for {failed} organisations; the next round tries again.")
        return count

    def _is_early(self, position: JobPosition, every: timedelta) -> bool:
        return not position.after and position.ended_at is not None and self._clock.now() - position.ended_at < every

    def _keep(self, job: str, after: str) -> None:
        self._write(job, JobPosition(after=after))
        _log.info("job_goes_on_later", job=job, after=after)

    def _write(self, job: str, position: JobPosition) -> None:
        self._documents.commit([Set(paths.job_position(job), position.written())])
