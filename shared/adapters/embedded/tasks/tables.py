"""The queue's tables and every statement over them."""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from shared.adapters.embedded.tasks.configurations import QueueConfig, retry_from_json, retry_to_json
from shared.adapters.embedded.tasks.records import SECOND, NewTask, TaskRecord, micros

TOMBSTONE_SECONDS = 24 * 3600
SWEEP_ROWS = 2_000

# A task that ended keeps its row, emptied, as the tombstone of its name. `set_at` is when a relative `due_at` (at once, or
# after a backoff) was computed, and NULL beside an absolute schedule: it tells what a clock that was set back must move.
MIGRATIONS = (
    """
    CREATE TABLE queues (
        name TEXT PRIMARY KEY, config TEXT NOT NULL, paused INTEGER NOT NULL DEFAULT 0, revision INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE tasks (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        queue TEXT NOT NULL, name TEXT NOT NULL,
        function TEXT, url TEXT, method TEXT NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL, audience TEXT,
        deadline_seconds REAL NOT NULL, retry TEXT,
        created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, set_at INTEGER,
        forced INTEGER NOT NULL DEFAULT 0, ended_at INTEGER,
        dispatches INTEGER NOT NULL DEFAULT 0, responses INTEGER NOT NULL DEFAULT 0, executions INTEGER NOT NULL DEFAULT 0,
        first_dispatched_at INTEGER, last_dispatched_at INTEGER, last_answered_at INTEGER,
        last_status INTEGER, last_reason TEXT,
        UNIQUE (queue, name)
    );
    CREATE INDEX tasks_due ON tasks (queue, due_at, seq) WHERE ended_at IS NULL;
    CREATE INDEX tasks_forced ON tasks (queue, seq) WHERE forced = 1 AND ended_at IS NULL;
    CREATE INDEX tasks_ended ON tasks (ended_at) WHERE ended_at IS NOT NULL
    """,
)

_FIELDS = (
    "seq, queue, name, function, url, method, headers, body, audience, deadline_seconds, retry, created_at, due_at,"
    " dispatches, responses, executions, first_dispatched_at, last_dispatched_at, last_answered_at, last_status, last_reason"
)
_FIELD_NAMES = tuple(_FIELDS.replace(" ", "").split(","))
_INSERT = (
    "INSERT INTO tasks (queue, name, function, url, method, headers, body, audience, deadline_seconds, retry,"
    " created_at, due_at, set_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (queue, name) DO NOTHING"
)
_END = "UPDATE tasks SET ended_at = ?, body = x'', headers = '{}', forced = 0 WHERE ended_at IS NULL AND "


def insert(connection: sqlite3.Connection, task: NewTask, now: int) -> bool:
    """Add a task; False when its name is taken by a living one or a fresh tombstone."""
    scheduled = None if task.schedule_at is None else micros(task.schedule_at)
    is_ahead = scheduled is not None and scheduled > now
    row = (
        task.queue, task.name, task.function, task.url, task.method, json.dumps(dict(task.headers)), task.body,
        task.audience, task.deadline_seconds, retry_to_json(task.retry),
        now, scheduled if is_ahead else now, None if is_ahead else now,
    )  # fmt: skip
    if connection.execute(_INSERT, row).rowcount:
        return True
    expired = connection.execute(
        "DELETE FROM tasks WHERE queue = ? AND name = ? AND ended_at <= ?",
        (task.queue, task.name, now - TOMBSTONE_SECONDS * SECOND),
    )
    return bool(expired.rowcount) and bool(connection.execute(_INSERT, row).rowcount)


def missing_queues(connection: sqlite3.Connection, names: Iterable[str]) -> set[str]:
    """Those of these queues that do not exist."""
    known = {name for (name,) in connection.execute("SELECT name FROM queues")}
    return set(names) - known


def due(connection: sqlite3.Connection, queue: str, limit: int) -> list[tuple[int, int]]:
    """The (seq, due_at) of a queue's first living tasks, by when they are due and then by creation."""
    return connection.execute(
        "SELECT seq, due_at FROM tasks WHERE queue = ? AND ended_at IS NULL ORDER BY due_at, seq LIMIT ?",
        (queue, limit),
    ).fetchall()


def forced(connection: sqlite3.Connection, queue: str) -> list[int]:
    """The seqs of tasks that are to run whatever the queue's limits say."""
    rows = connection.execute(
        "SELECT seq FROM tasks WHERE queue = ? AND forced = 1 AND ended_at IS NULL ORDER BY seq LIMIT 100", (queue,)
    )
    return [seq for (seq,) in rows]


def records(connection: sqlite3.Connection, seqs: Sequence[int]) -> list[TaskRecord]:
    """The living tasks of these seqs, in the order of the seqs given."""
    marks = ",".join("?" * len(seqs))
    rows = connection.execute(f"SELECT {_FIELDS} FROM tasks WHERE seq IN ({marks}) AND ended_at IS NULL", tuple(seqs))  # noqa: S608 - only question marks are put in
    found = {row[0]: _record(row) for row in rows}
    return [found[seq] for seq in seqs if seq in found]


def find(connection: sqlite3.Connection, queue: str, name: str) -> TaskRecord | None:
    """The living task of that name."""
    row = connection.execute(
        f"SELECT {_FIELDS} FROM tasks WHERE queue = ? AND name = ? AND ended_at IS NULL",  # noqa: S608 - a constant
        (queue, name),
    ).fetchone()
    return _record(row) if row else None


def page(connection: sqlite3.Connection, queue: str, after_seq: int, limit: int) -> list[TaskRecord]:
    """The living tasks of a queue that were created after one of them, in the order of creation."""
    rows = connection.execute(
        f"SELECT {_FIELDS} FROM tasks WHERE queue = ? AND ended_at IS NULL AND seq > ? ORDER BY seq LIMIT ?",  # noqa: S608 - a constant
        (queue, after_seq, limit),
    )
    return [_record(row) for row in rows]


def end(connection: sqlite3.Connection, seq: int, now: int) -> bool:
    """Turn a living task into a tombstone."""
    return connection.execute(_END + "seq = ?", (now, seq)).rowcount > 0


def end_named(connection: sqlite3.Connection, queue: str, name: str, now: int) -> bool:
    """Turn the living task of that name into a tombstone."""
    return connection.execute(_END + "queue = ? AND name = ?", (now, queue, name)).rowcount > 0


def end_all(connection: sqlite3.Connection, queue: str, now: int) -> int:
    """Turn all living tasks of a queue into tombstones; how many there were."""
    return connection.execute(_END + "queue = ?", (now, queue)).rowcount


def reschedule(connection: sqlite3.Connection, task: TaskRecord) -> None:
    """Keep the story of a failed delivery and when the next one is due."""
    story = (task.dispatches, task.responses, task.executions, task.first_dispatched_at, task.last_dispatched_at)
    last = (task.last_answered_at, task.last_status, task.last_reason)
    connection.execute(
        "UPDATE tasks SET due_at = ?, set_at = ?, forced = 0, dispatches = ?, responses = ?, executions = ?,"
        " first_dispatched_at = ?, last_dispatched_at = ?, last_answered_at = ?, last_status = ?, last_reason = ?"
        " WHERE seq = ? AND ended_at IS NULL",
        (task.due_at, task.last_answered_at or task.last_dispatched_at, *story, *last, task.seq),
    )


def force(connection: sqlite3.Connection, queue: str, name: str, now: int) -> bool:
    """Have the living task of that name delivered at once."""
    changed = connection.execute(
        "UPDATE tasks SET forced = 1, due_at = ?, set_at = ? WHERE queue = ? AND name = ? AND ended_at IS NULL",
        (now, now, queue, name),
    )
    return changed.rowcount > 0


def follow_clock_back(connection: sqlite3.Connection, now: int) -> int:
    """Bring forward what was due relative to a time that the clock, set back, has yet to reach; how many tasks."""
    changed = connection.execute(
        "UPDATE tasks SET due_at = ? + max(0, due_at - set_at), set_at = ? WHERE ended_at IS NULL AND set_at > ?",
        (now, now, now),
    )
    return changed.rowcount


def sweep(connection: sqlite3.Connection, now: int) -> int:
    """Forget some of the tombstones that are old enough; how many."""
    gone = connection.execute(
        "DELETE FROM tasks WHERE seq IN (SELECT seq FROM tasks WHERE ended_at <= ? LIMIT ?)",
        (now - TOMBSTONE_SECONDS * SECOND, SWEEP_ROWS),
    )
    return gone.rowcount


def waiting(connection: sqlite3.Connection, queue: str) -> tuple[int, int | None]:
    """How many tasks of a queue live, and when the oldest was created."""
    count, oldest = connection.execute(
        "SELECT count(*), min(created_at) FROM tasks WHERE queue = ? AND ended_at IS NULL", (queue,)
    ).fetchone()
    return count, oldest


def put_queue(connection: sqlite3.Connection, config: QueueConfig) -> None:
    """Create a queue, or give it another configuration; whether it is paused stays."""
    connection.execute(
        "INSERT INTO queues (name, config, revision) VALUES (?, ?, 1) ON CONFLICT (name)"
        " DO UPDATE SET config = excluded.config, revision = revision + 1 WHERE config <> excluded.config",
        (config.name, config.to_json()),
    )


def _record(row: Sequence[object]) -> TaskRecord:
    fields = dict(zip(_FIELD_NAMES, row, strict=True))
    fields["headers"] = json.loads(str(fields["headers"]))
    retry = fields["retry"]
    fields["retry"] = retry_from_json(None if retry is None else str(retry))
    return TaskRecord(**fields)  # type: ignore[arg-type]
