"""Committing many independent groups of writes in few commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from shared.domain.errors import GuardRefused
from shared.ports.documents import (
    MAX_BYTES_A_COMMIT,
    MAX_WRITES_A_COMMIT,
    Delete,
    DocumentStore,
    Update,
    Version,
    Write,
)

# The names of the document and its database, its guard, its token.
_FRAME_BYTES = 300


@dataclass(slots=True)
class Lead:
    """A document that must not have changed hands: written, under its version, with every commit that it leads."""

    path: str
    fields: Mapping[str, Any]
    version: Version


def commit_groups(
    documents: DocumentStore, groups: Sequence[Sequence[Write]], *, lead: Lead | None = None
) -> list[bool]:
    """Commit each group whole or not at all, as many in one commit as it takes; for each, in order, whether its guards held.

    A refused commit is halved until the groups that were overtaken stand alone, so that one lost race costs few commits.
    With a lead, raises GuardRefused once somebody else has written it; its version is kept up.
    """
    outcome: list[bool] = []
    batch: list[Sequence[Write]] = []
    led = size_bytes(Update(lead.path, lead.fields, lead.version)) if lead else 0
    writes, size = int(lead is not None), led
    for group in groups:
        added = sum(map(size_bytes, group))
        if batch and (writes + len(group) > MAX_WRITES_A_COMMIT or size + added > MAX_BYTES_A_COMMIT):
            outcome += _halving(documents, batch, lead)
            batch, writes, size = [], int(lead is not None), led
        batch.append(group)
        writes += len(group)
        size += added
    return outcome + _halving(documents, batch, lead) if batch else outcome


def size_bytes(write: Write) -> int:
    """About how many bytes a write has on its way to the store."""
    if isinstance(write, Delete):
        return _FRAME_BYTES
    said = write.fields if isinstance(write, Update) else write.data
    return _FRAME_BYTES + len(orjson.dumps(dict(said), default=str))


def _halving(documents: DocumentStore, groups: Sequence[Sequence[Write]], lead: Lead | None) -> list[bool]:
    led = [Update(lead.path, lead.fields, lead.version)] if lead else []
    try:
        result = documents.commit([*led, *(write for group in groups for write in group)])
    except GuardRefused:
        if lead is not None:
            _check_held(documents, lead)
        if len(groups) == 1:
            return [False]
        middle = len(groups) // 2
        return _halving(documents, groups[:middle], lead) + _halving(documents, groups[middle:], lead)
    if lead is not None:
        lead.version = result.versions[lead.path]
    return [True] * len(groups)


def _check_held(documents: DocumentStore, lead: Lead) -> None:
    found = documents.get(lead.path)
    if found is None or found.version != lead.version:
        raise GuardRefused(f"{lead.path} was written by somebody else.")
