"""The work that every system does: ask a provider for a picture, store it durably, keep a book of both.

Only the standard library: this runs in the peers' environment.
"""

import json
import os
import time
from pathlib import Path
from threading import BoundedSemaphore

PROVIDER_SECONDS = 0.2
PROVIDER_CONCURRENCY = 64
# What is being stored needs no place of the provider's, so that a system has more workers than the provider has places.
WORKERS = 96

FOLDER = Path(os.environ.get("PEERS_FOLDER", "."))
JOURNAL, RESULTS, PICTURE = FOLDER / "journal.jsonl", FOLDER / "results", FOLDER / "picture.png"

_places = BoundedSemaphore(PROVIDER_CONCURRENCY)


def do(key: str) -> str:
    """One job: `begun`, `made` (the provider is done and is owed its price), `stored` (the result outlives a crash of power)."""
    note("begun", key)
    with _places:
        time.sleep(PROVIDER_SECONDS)
    note("made", key)
    name = _store(key, PICTURE.read_bytes())
    note("stored", key)
    return name


def note(happening: str, key: str) -> None:
    """Append a line to the book in one write: when, what, which job, this process's processor time so far."""
    line = json.dumps([time.time(), happening, key, time.process_time()]) + "\n"
    book = os.open(JOURNAL, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(book, line.encode())
    finally:
        os.close(book)


def _store(key: str, data: bytes) -> str:
    """Write the result under its own name, whole or not at all: to a temporary name, synced, renamed, the folder synced."""
    RESULTS.mkdir(exist_ok=True)
    final = RESULTS / f"{key.replace('/', '-')}.png"
    partial = final.with_suffix(f".{os.getpid()}.part")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(final)
    folder = os.open(RESULTS, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return final.name
