"""Writes three documents a commit from four threads until it is killed, and says each number once it is durable."""

import sys
import threading
from pathlib import Path

from shared.adapters.embedded.documents import SqliteDocumentStore
from shared.ports.documents import Create, Increment, Update
from tests.clocks import ManualClock

THREADS = 4


def write(store: SqliteDocumentStore, name: str) -> None:
    number = 0
    while True:
        number += 1
        key = f"{name}-{number}"
        creates = [Create(f"orgs/org_a/{kind}/{key}", {"text": "x" * 3000}) for kind in ("items", "assets")]
        store.commit([*creates, Update("orgs/org_a/totals/all", {"n": Increment(1)})])
        sys.stdout.write(f"{key}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    opened = SqliteDocumentStore(Path(sys.argv[1]), clock=ManualClock())
    for thread in range(THREADS):
        threading.Thread(target=write, args=(opened, f"{sys.argv[2]}-{thread}")).start()
