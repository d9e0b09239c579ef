"""Items as large as rows may be: they are planned in commits that every store takes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared.domain.modes import BatchStatus
from shared.domain.rows import MAX_METADATA_BYTES, MAX_PROMPT
from shared.ports.documents import MAX_BYTES_A_COMMIT, CommitResult, DocumentStore, Write
from shared.repositories.commits import size_bytes
from tests.engine.worlds import World

ROWS = 450


class Commits:
    """Notes the size of each commit on its way to the store."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store
        self.sizes: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, writes: Sequence[Write]) -> CommitResult:
        self.sizes.append(sum(map(size_bytes, writes)))
        return self._store.commit(writes)


def test_the_largest_rows_become_items_in_commits_that_every_store_takes(folder: Path) -> None:
    seen: list[Commits] = []

    def watched(store: DocumentStore) -> DocumentStore:
        seen.append(Commits(store))
        return seen[-1]

    world = World(folder, documents=watched)
    metadata = {f"key {number}": "a" * 1_900 for number in range(MAX_METADATA_BYTES // 2_000)}
    rows = [{"prompt": f"{number} " + "ü" * (MAX_PROMPT - 10), "metadata": metadata} for number in range(ROWS)]
    batch = world.submit(*rows)
    world.run()
    assert world.batch(batch).status is BatchStatus.COMPLETED
    assert [item.row for item in world.items(batch)] == list(range(ROWS))
    world.close()
    [commits] = seen
    assert sum(commits.sizes) > 3 * MAX_BYTES_A_COMMIT
    assert max(commits.sizes) <= MAX_BYTES_A_COMMIT
