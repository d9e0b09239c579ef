"""How many batches a caller may submit a minute: counted in the store, so that it holds over all instances."""

from math import ceil

from shared.domain.callers import Caller
from shared.domain.errors import RateLimited
from shared.domain.windows import Allowance, SubmitCounter, Window, allowance, policy
from shared.ports.clock import Clock
from shared.ports.documents import Create, DocumentStore
from shared.ports.ids import Ids
from shared.repositories import paths
from shared.repositories.collections import Collection, guarded
from shared.services.repeats import Repeats

NAME = "submits"


class SubmitLimitService:
    """A sliding window of a minute for each caller."""

    def __init__(self, documents: DocumentStore, *, clock: Clock, ids: Ids, per_minute: int) -> None:
        self._documents = documents
        self._counters = Collection(documents, SubmitCounter, "counter")
        self._clock = clock
        self._repeats = Repeats(clock, ids)
        self._per_minute = per_minute

    def take(self, caller: Caller) -> Allowance:
        """Count one submit and tell what is left; raises RateLimited, counting nothing, when the limit is reached."""
        return self._repeats.until_unrefused(lambda: self._take(caller))

    def _take(self, caller: Caller) -> Allowance:
        now = self._clock.now().timestamp()
        path = paths.submit_counter(caller.org, caller.id)
        read = self._counters.find(path)
        before = Window(minute=0)
        if read is not None:
            counter = read.value
            before = Window(minute=counter.minute, current=counter.current, former=counter.former)
        window = before.at(now)
        wait = window.wait_seconds(now, self._per_minute)
        if wait > 0:
            raise RateLimited(
                f"At most {self._per_minute} batches a minute may be submitted. Try again in {ceil(wait)} seconds, "
                f"or send more rows in one batch.",
                retry_after_seconds=wait,
                policy=policy(NAME, self._per_minute),
            )
        after = window.with_one()
        counts = {"minute": after.minute, "current": after.current, "former": after.former}
        new = Create(path, SubmitCounter(**counts).written())
        self._documents.commit([new if read is None else guarded(read, counts)])
        return allowance(after, now, name=NAME, limit=self._per_minute)
