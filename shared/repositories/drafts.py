"""Drafts and their contents, which are written and read together."""

from typing import Any

from shared.domain.drafts import MAX_PARTS, Draft, DraftPart, Packed, unpacked
from shared.domain.errors import NotFound
from shared.ports.documents import Create, Delete, DocumentStore, Order, Query, Set, Where, Write
from shared.repositories import paths
from shared.repositories.collections import Collection, Read, guarded


class DraftRepository(Collection[Draft]):
    """Drafts. A content is in documents of its own; a reader meets those of one save."""

    def __init__(self, documents: DocumentStore) -> None:
        super().__init__(documents, Draft, "draft")

    def one(self, org: str, draft: str) -> Read[Draft]:
        """The draft without its content; raises NotFound."""
        return self.get(paths.draft(org, draft))

    def whole(self, org: str, draft: str) -> tuple[Draft, dict[str, Any]]:
        """The draft and its content; raises NotFound."""
        path = paths.draft(org, draft)
        parts = [paths.draft_part(org, draft, number) for number in range(MAX_PARTS)]
        found = self._documents.get_many([path, *parts])
        read = self.reading(found, path)
        there = [found[part] for part in parts[: read.value.parts] if part in found]
        if len(there) != read.value.parts:
            raise NotFound(f"The content of the draft {draft} is gone.")
        return read.value, unpacked([DraftPart.read(part.data).data for part in there])

    def of_member(self, org: str, member: str, *, limit: int) -> list[Read[Draft]]:
        """A member's drafts, the one that was saved last first."""
        where = (Where("created_by", "==", member),)
        return self.query(Query(paths.drafts(org), where, (Order("changed_at", descending=True),), limit))


def created(org: str, draft: Draft, packed: Packed) -> list[Write]:
    """The writes that make a draft."""
    return [Create(paths.draft(org, draft.id), draft.written()), *_parts(org, draft.id, packed)]


def saved(org: str, read: Read[Draft], fields: dict[str, Any], packed: Packed) -> list[Write]:
    """The writes that replace a draft, guarded."""
    surplus = range(len(packed.parts), read.value.parts)
    left = [Delete(paths.draft_part(org, read.value.id, number)) for number in surplus]
    return [guarded(read, fields), *_parts(org, read.value.id, packed), *left]


def deleted(org: str, read: Read[Draft]) -> list[Write]:
    """The writes that remove a draft, guarded."""
    parts = [Delete(paths.draft_part(org, read.value.id, number)) for number in range(read.value.parts)]
    return [Delete(read.path, read.version), *parts]


def _parts(org: str, draft: str, packed: Packed) -> list[Write]:
    return [
        Set(paths.draft_part(org, draft, number), DraftPart(data=data).written())
        for number, data in enumerate(packed.parts)
    ]
