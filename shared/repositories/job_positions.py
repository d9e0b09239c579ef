"""Where scheduled functions go on."""

from datetime import datetime

from shared.domain.documents import Stored
from shared.ports.documents import DocumentStore
from shared.repositories import paths
from shared.repositories.collections import Collection, Read


class JobPosition(Stored):
    """What a scheduled function goes on after; empty when it came to its end, which it last did at `ended_at`.

    `at` is set where that is ordered by a time: the time of what it goes on after.
    """

    after: str = ""
    at: datetime | None = None
    ended_at: datetime | None = None


class JobPositionRepository(Collection[JobPosition]):
    """Where scheduled functions go on."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, JobPosition, "position")

    def one(self, job: str) -> Read[JobPosition] | None:
        """The job's position, or None before its first run."""
        return self.find(paths.job_position(job))
