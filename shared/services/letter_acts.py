"""What admins do with many dead letters at once: batch by batch, each whole or not at all, and once for each key."""

from collections.abc import Callable
from typing import Final

from shared.domain.batches import Batch
from shared.domain.callers import Caller
from shared.domain.dead_letters import BatchActed, DeadLetterFilter, Discard, LettersActed, Requeue, Selected, Untouched
from shared.domain.errors import Conflict, FanfoldError, GuardRefused, Invalid, NotFound, Unavailable
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore, Write
from shared.repositories import paths
from shared.repositories.batches import BatchRepository
from shared.repositories.idempotency import IdempotencyRepository
from shared.services.dead_letters import DeadLetterService

# Writes that go into a batch's commit, given how many letters it is about.
Beside = Callable[[int], list[Write]]
# Acts on these items of a batch and tells how many they were; raises what hinders it, and then has done nothing.
Act = Callable[[Caller, str, list[str], Beside], int]
SELECTION: Final = "selection"
_AWAY: Final = "unavailable"


class LetterActs:
    """Carries out one act on a selection.

    With an idempotency key, the selection is kept before anything is done, what was done in a batch in the same commit, and
    the answer at the end: a repeat, also of a call that broke off, goes on where it was and gives the same answer. One that
    met a store that did not answer is not kept: its repeat goes on with what was left out.
    """

    def __init__(self, documents: DocumentStore, *, letters: DeadLetterService, clock: Clock) -> None:
        self._documents = documents
        self._batches = BatchRepository(documents)
        self._records = IdempotencyRepository(documents)
        self._letters = letters
        self._clock = clock

    def run(
        self,
        caller: Caller,
        wanted: Requeue | Discard,
        act: Act,
        *,
        route: str,
        idempotency_key: str | None,
        fingerprint: str,
    ) -> LettersActed:
        """Act on what is wanted. Raises NotFound (an unknown item), Invalid (the key was used for another body)."""
        turn = _Turn(self._records, self._clock, caller, route, idempotency_key, fingerprint)
        if (answered := turn.answered()) is not None:
            return LettersActed.model_validate_json(answered)
        selected = self._selected(caller.org, wanted, turn)
        batches = self._batches.get_many(paths.batch(caller.org, batch) for batch in selected.by_batch)
        acted = []
        for batch, items in selected.by_batch.items():
            read = batches.get(paths.batch(caller.org, batch))
            acted.append(self._in_batch(caller, batch, read.value if read else None, items, act, turn))
        answer = LettersActed(
            done=sum(one.done for one in acted),
            batches=tuple(acted),
            more=selected.more,
            next_page_token=selected.next_page_token,
        )
        if any(one.reason is not None and one.reason.code == _AWAY for one in acted):
            return answer
        return LettersActed.model_validate_json(self._kept(turn, "", answer.model_dump_json()))

    def _selected(self, org: str, wanted: Requeue | Discard, turn: "_Turn") -> Selected:
        known = turn.answered(SELECTION)
        if known is not None:
            return Selected.model_validate_json(known)
        if wanted.items is not None:
            selected = self._letters.named(org, wanted.items)
        else:
            selected = self._letters.filtered(org, wanted.filter or DeadLetterFilter(), wanted.page_token)
        return Selected.model_validate_json(self._kept(turn, SELECTION, selected.model_dump_json()))

    def _in_batch(
        self, caller: Caller, batch: str, found: Batch | None, items: list[str], act: Act, turn: "_Turn"
    ) -> BatchActed:
        name = found.name if found else ""
        known = turn.answered(batch)
        if known is not None:
            return BatchActed.model_validate_json(known)

        def told(done: int) -> BatchActed:
            reason = None if done == len(items) else _changed(len(items) - done)
            return BatchActed(batch=batch, name=name, selected=len(items), done=done, reason=reason)

        try:
            done = act(caller, batch, items, lambda count: turn.keeping_once(batch, told(count).model_dump_json()))
        except (Conflict, Invalid, NotFound, Unavailable) as error:
            # The same key at the same time: the other one has done it.
            known = turn.answered(batch)
            if known is not None:
                return BatchActed.model_validate_json(known)
            return BatchActed(batch=batch, name=name, selected=len(items), done=0, reason=_reason(error))
        return told(done)

    def _kept(self, turn: "_Turn", part: str, content: str) -> str:
        """This content, kept under the key; what another call with the key kept, when it was quicker."""
        writes = turn.keeping(part, content)
        if writes:
            try:
                self._documents.commit(writes)
            except GuardRefused:
                return turn.answered(part) or content
        return content


class _Turn:
    """One call, with the parts of its answer that are kept under its key; without a key nothing is."""

    def __init__(
        self,
        records: IdempotencyRepository,
        clock: Clock,
        caller: Caller,
        route: str,
        key: str | None,
        fingerprint: str,
    ) -> None:
        self._records = records
        self._clock = clock
        self._caller = caller
        self._route = route
        self._key = key
        self._fingerprint = fingerprint

    def answered(self, part: str = "") -> str | None:
        """What was kept of this part."""
        if self._key is None:
            return None
        record = self._records.answered(
            self._caller.org,
            self._caller.id,
            f"{self._route}/{part}",
            self._key,
            fingerprint=self._fingerprint,
            now=self._clock.now(),
        )
        return record.resource if record else None

    def keeping_once(self, part: str, content: str) -> list[Write]:
        """As `keeping`; raises Conflict when another call with the key was quicker."""
        if self.answered(part) is not None:
            raise Conflict("Another call with this key has done it.", code="done-already")
        return self.keeping(part, content)

    def keeping(self, part: str, content: str) -> list[Write]:
        """The write that keeps this part; refused when it is kept already."""
        if self._key is None:
            return []
        return [
            self._records.record(
                self._caller.org,
                self._caller.id,
                f"{self._route}/{part}",
                self._key,
                fingerprint=self._fingerprint,
                resource=content,
                now=self._clock.now(),
            )
        ]


def _changed(count: int) -> Untouched:
    are = "item is no dead letter" if count == 1 else "items are no dead letters"
    return Untouched(code="not-a-dead-letter", detail=f"{count:,} {are} any more; the others were taken.")


def _reason(error: FanfoldError) -> Untouched:
    code = {NotFound: "not-found", Invalid: "invalid", Unavailable: _AWAY}.get(type(error))
    return Untouched(code=code or getattr(error, "code", "conflict"), detail=error.detail)
