"""Engines that were made dangerous on purpose: a laboratory that does not find them is worth nothing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from shared.ports.documents import Create, DocumentStore, Set, Update, Write
from tests.faults.laboratory.instances import Sabotage

Twist = Callable[[Sequence[Write]], Sequence[Write]]


class Twisted:
    """A document store to which a process's commits come otherwise than it meant them."""

    def __init__(self, documents: DocumentStore, twist: Twist) -> None:
        self._documents = documents
        self._twist = twist

    def __getattr__(self, method: str) -> Any:
        return getattr(self._documents, method)

    def commit(self, writes: Sequence[Write]) -> Any:
        """Commit what became of the writes."""
        return self._documents.commit(self._twist(writes))


def _unguarded(write: Write) -> Write:
    return write._replace(guard=None) if isinstance(write, Update | Set) else write


def _without_guards(is_meant: Callable[[Mapping[str, Any]], bool]) -> Twist:
    """Commits in which one write is meant lose all their guards."""

    def twist(writes: Sequence[Write]) -> Sequence[Write]:
        meant = any(isinstance(write, Update) and is_meant(write.fields) for write in writes)
        return [_unguarded(write) for write in writes] if meant else writes

    return twist


def _without_ledger(writes: Sequence[Write]) -> Sequence[Write]:
    return [write for write in writes if not (isinstance(write, Create) and "/ledger/" in write.path)]


def _sabotage(twist: Twist) -> Sabotage:
    return lambda documents: cast("DocumentStore", Twisted(documents, twist))


SABOTAGES: dict[str, Sabotage] = {
    "claims without a guard": _sabotage(_without_guards(lambda fields: fields.get("status") == "running")),
    "finishes without the ledger": _sabotage(_without_ledger),
    "sets money aside without a guard": _sabotage(_without_guards(lambda fields: "reserved_micros" in fields)),
    "finishes batches without a guard": _sabotage(
        _without_guards(lambda fields: fields.get("finished_at") is not None)
    ),
}
