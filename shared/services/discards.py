"""Dead letters are given up: they stay failed items of their batch, and leave the list."""

from shared.domain import item_machine
from shared.domain.batches import Batch
from shared.domain.callers import Caller
from shared.domain.dead_letters import Discard, LettersActed
from shared.domain.errors import Conflict
from shared.domain.items import Item
from shared.domain.modes import Role
from shared.ports.clock import Clock
from shared.ports.documents import MAX_WRITES_A_COMMIT, DocumentStore, Write
from shared.repositories import paths
from shared.repositories.batches import BatchRepository
from shared.repositories.collections import Read, guarded
from shared.repositories.items import ItemRepository
from shared.services.audit import AuditService
from shared.services.letter_acts import Beside, LetterActs
from shared.services.repeats import Repeats

ROUTE = "dead-letters:discard"
# The entry of the audit log and the record of the answer take their places.
_AT_ONCE = MAX_WRITES_A_COMMIT - 2


class DiscardService:
    """Gives up dead letters; a requeue that names them, or a retry of their batch that does, takes them up again."""

    def __init__(
        self, documents: DocumentStore, *, acts: LetterActs, audit: AuditService, repeats: Repeats, clock: Clock
    ) -> None:
        self._documents = documents
        self._batches = BatchRepository(documents)
        self._items = ItemRepository(documents)
        self._acts = acts
        self._audit = audit
        self._repeats = repeats
        self._clock = clock

    def discard(
        self, caller: Caller, wanted: Discard, *, idempotency_key: str | None, fingerprint: str
    ) -> LettersActed:
        """Give up dead letters; those that are discarded already count as done. Raises Forbidden, NotFound, Invalid."""
        caller.require(Role.ADMIN)

        def act(caller: Caller, batch: str, items: list[str], beside: Beside) -> int:
            return self._in_batch(caller, batch, items, wanted.reason, beside)

        return self._acts.run(
            caller, wanted, act, route=ROUTE, idempotency_key=idempotency_key, fingerprint=fingerprint
        )

    def _in_batch(self, caller: Caller, batch: str, items: list[str], reason: str, beside: Beside) -> int:
        """Hundreds in one commit; of more, each commit is whole, and a repeat goes on with the rest."""
        done = 0
        for start in range(0, len(items), _AT_ONCE):
            some = items[start : start + _AT_ONCE]
            is_last = start + _AT_ONCE >= len(items)
            before = done

            def commit(some: list[str] = some, is_last: bool = is_last, before: int = before) -> int:
                return before + self._some(caller, batch, some, reason, beside if is_last else None, before)

            done = self._repeats.until_unrefused(commit)
        return done

    def _some(
        self, caller: Caller, batch: str, items: list[str], reason: str, beside: Beside | None, before: int
    ) -> int:
        self._check(self._batches.one(caller.org, batch).value)
        found = self._items.get_many(paths.item(caller.org, batch, item) for item in items).values()
        known = [read.value.id for read in found if read.value.discarded_at is not None]
        new = [(read, fields) for read in found if (fields := self._discarding(caller, read, reason)) is not None]
        done = len(known) + len(new)
        if not before + done and beside is not None:
            raise Conflict("None of these images is a dead letter any more.", code="not-a-dead-letter")
        writes: list[Write] = [guarded(read, fields) for read, fields in new]
        if new:
            named = " ".join(read.value.id for read, _ in new)
            writes.append(
                self._audit.entry(
                    caller, "dead_letters.discarded", batch, count=str(len(new)), reason=reason, items=named
                )
            )
        writes += beside(before + done) if beside else []
        if writes:
            self._documents.commit(writes)
        return done

    def _discarding(self, caller: Caller, read: Read[Item], reason: str) -> dict[str, object] | None:
        return item_machine.discarded(read.value, now=self._clock.now(), by=caller.member, reason=reason)

    def _check(self, batch: Batch) -> None:
        if batch.retry is not None:
            raise Conflict("A retry of this batch is being prepared. Try again in a moment.", code="retry-in-progress")
