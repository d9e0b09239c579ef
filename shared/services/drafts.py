"""Drafts: batches that are being written, kept while they are, seen by their author alone."""

from collections.abc import Sequence
from typing import Any, Final

from shared.domain.callers import Caller
from shared.domain.draft_forms import DraftSave
from shared.domain.drafts import Draft, Packed
from shared.domain.errors import Conflict, NotFound
from shared.domain.modes import Role
from shared.ports.clock import Clock
from shared.ports.documents import DocumentStore
from shared.ports.ids import Ids
from shared.repositories.collections import Read, check_id
from shared.repositories.drafts import DraftRepository, created, deleted, saved
from shared.repositories.idempotency import IdempotencyRepository
from shared.services.repeats import Repeats

ROUTE: Final = "drafts"
MAX_DRAFTS: Final = 100


class DraftService:
    """A save is whole or not at all, and never over one that its author has not seen, where they say what they saw."""

    def __init__(self, documents: DocumentStore, *, clock: Clock, ids: Ids) -> None:
        self._documents = documents
        self._drafts = DraftRepository(documents)
        self._records = IdempotencyRepository(documents)
        self._repeats = Repeats(clock, ids)
        self._clock = clock
        self._ids = ids

    def create(self, caller: Caller, save: DraftSave, *, idempotency_key: str | None, fingerprint: str) -> Draft:
        """A new draft. Raises Forbidden, TooLarge, Conflict (too many), Invalid (another body)."""
        caller.require(Role.EDITOR)
        packed = Packed(save.content)
        draft = self._repeats.until_unrefused(lambda: self._create(caller, save, packed, idempotency_key, fingerprint))
        return self._one(caller, draft).value

    def list(self, caller: Caller) -> Sequence[Draft]:
        """Your drafts, the one that was saved last first. Raises Forbidden."""
        caller.require(Role.EDITOR)
        return [read.value for read in self._drafts.of_member(caller.org, caller.member, limit=MAX_DRAFTS)]

    def get(self, caller: Caller, draft: str) -> tuple[Draft, dict[str, Any]]:
        """One of your drafts with its content. Raises Forbidden, NotFound."""
        caller.require(Role.EDITOR)
        check_id("dft", draft, "draft")
        found, content = self._drafts.whole(caller.org, draft)
        return _own(caller, found), content

    def save(self, caller: Caller, draft: str, save: DraftSave, *, revision: int | None = None) -> Draft:
        """Replace a draft; one that is the same stays. Raises Forbidden, NotFound, TooLarge, Conflict when it is not at this revision any more."""
        caller.require(Role.EDITOR)
        packed = Packed(save.content)
        self._repeats.until_unrefused(lambda: self._save(caller, draft, save, packed, revision))
        return self._one(caller, draft).value

    def delete(self, caller: Caller, draft: str) -> None:
        """Remove a draft for good. Raises Forbidden, NotFound."""
        caller.require(Role.EDITOR)
        self._repeats.until_unrefused(lambda: self._documents.commit(deleted(caller.org, self._one(caller, draft))))

    def _create(
        self, caller: Caller, save: DraftSave, packed: Packed, idempotency_key: str | None, fingerprint: str
    ) -> str:
        now, record = self._clock.now(), []
        if idempotency_key:
            known = self._records.answered(
                caller.org, caller.id, ROUTE, idempotency_key, fingerprint=fingerprint, now=now
            )
            if known is not None:
                return known.resource
        if len(self._drafts.of_member(caller.org, caller.member, limit=MAX_DRAFTS)) >= MAX_DRAFTS:
            raise Conflict(
                f"You have {MAX_DRAFTS} drafts already. Delete one that is not needed.", code="too-many-drafts"
            )
        draft = Draft(id=self._ids.new("dft"), created_at=now, created_by=caller.member, **_said(save, packed))
        if idempotency_key:
            record = [
                self._records.record(
                    caller.org, caller.id, ROUTE, idempotency_key, fingerprint=fingerprint, resource=draft.id, now=now
                )
            ]
        self._documents.commit([*created(caller.org, draft, packed), *record])
        return draft.id

    def _save(self, caller: Caller, draft: str, save: DraftSave, packed: Packed, revision: int | None) -> None:
        read = self._one(caller, draft)
        if revision is not None and read.value.revision != revision:
            told = f"The draft is at revision {read.value.revision} now, not at {revision}. Look at it before you replace it."
            raise Conflict(told, code="changed-meanwhile")
        fields = {name: value for name, value in _said(save, packed).items() if getattr(read.value, name) != value}
        if fields:
            self._documents.commit(saved(caller.org, read, fields, packed))

    def _one(self, caller: Caller, draft: str) -> Read[Draft]:
        check_id("dft", draft, "draft")
        read = self._drafts.one(caller.org, draft)
        _own(caller, read.value)
        return read


def _own(caller: Caller, draft: Draft) -> Draft:
    if draft.created_by != caller.member:
        raise NotFound(f"There is no draft {draft.id}.")
    return draft


def _said(save: DraftSave, packed: Packed) -> dict[str, Any]:
    return {
        "name": save.name,
        "rows": save.rows,
        "bytes": packed.bytes,
        "digest": packed.digest,
        "parts": len(packed.parts),
    }
