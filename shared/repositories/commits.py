"""Committing many independent groups of writes in few commits."""

from collections.abc import Sequence

from shared.domain.errors import GuardRefused
from shared.ports.documents import MAX_WRITES_A_COMMIT, DocumentStore, Write


def commit_groups(documents: DocumentStore, groups: Sequence[Sequence[Write]]) -> list[bool]:
    """Commit each group whole or not at all, many in one commit; for each, in order, whether its guards held.

    A refused commit is halved until the groups that were overtaken stand alone, so that one lost race costs few commits.
    """
    outcome: list[bool] = []
    batch: list[Sequence[Write]] = []
    size = 0
    for group in groups:
        if batch and size + len(group) > MAX_WRITES_A_COMMIT:
            outcome += _halving(documents, batch)
            batch, size = [], 0
        batch.append(group)
        size += len(group)
    return outcome + _halving(documents, batch) if batch else outcome


def _halving(documents: DocumentStore, groups: Sequence[Sequence[Write]]) -> list[bool]:
    try:
        documents.commit([write for group in groups for write in group])
    except GuardRefused:
        if len(groups) == 1:
            return [False]
        middle = len(groups) // 2
        return _halving(documents, groups[:middle]) + _halving(documents, groups[middle:])
    return [True] * len(groups)
