"""After a restart of the embedded stack nobody holds anything: the process before this one is gone."""

from shared.domain.modes import ItemStatus
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.repositories.batches import BatchRepository, org_of
from shared.repositories.collections import guarded
from shared.repositories.commits import commit_groups
from shared.repositories.items import ItemRepository
from shared.repositories.step_controls import StepControlRepository
from shared.services.step_requests import StepRequests

_AT_ONCE = 400


class RestartService:
    """Releases every lease at once, instead of waiting for it to end."""

    def __init__(self, documents: DocumentStore, requests: StepRequests, clock: Clock) -> None:
        self._documents = documents
        self._items = ItemRepository(documents)
        self._controls = StepControlRepository(documents)
        self._batches = BatchRepository(documents)
        self._requests = requests
        self._clock = clock

    def release(self) -> int:
        """End the leases of items and steps, and ask for a step of each batch concerned; how many there were.

        What was dispatched is due again too: the process may have ended before it created the task. Must run before this
        process works: it takes every lease for an old one.
        """
        now = self._clock.now()
        touched: set[tuple[str, str]] = set()
        released = 0
        for status, until in ((ItemStatus.RUNNING, "lease_until"), (ItemStatus.PENDING, "dispatched_until")):
            while held := self._items.held(status, now, limit=_AT_ONCE):
                won = commit_groups(self._documents, [[guarded(read, {until: now, "due_at": now})] for read in held])
                touched.update((read.value.org, read.value.batch) for read in held)
                released += sum(won)
        steps = self._controls.held(limit=10_000)
        commit_groups(self._documents, [[guarded(read, {"lease_owner": ""})] for read in steps])
        touched.update((org_of(read.path), read.path.split("/")[3]) for read in steps)
        for org, batch in sorted(touched):
            self._requests.now(org, batch, f"restart-{now.isoformat()}")
        return released + len(steps)
