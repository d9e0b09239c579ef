"""The small closed lists that requests, documents and answers share."""

from enum import StrEnum


class ReferenceMode(StrEnum):
    """How far a reference guides an image: its look only, or its layout too."""

    STYLE_ONLY = "style_only"
    STYLE_AND_COMPOSITION = "style_and_composition"


class Priority(StrEnum):
    """The lane of a batch."""

    HIGH = "high"
    STANDARD = "standard"
    ECONOMY = "economy"


class BatchStatus(StrEnum):
    """Where a batch stands."""

    SCHEDULED = "scheduled"
    ACCEPTED = "accepted"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    COMPLETED_WITH_FAILURES = "completed_with_failures"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more happens by itself."""
        return self in _TERMINAL_BATCH


class Desired(StrEnum):
    """What people want of a batch."""

    RUN = "run"
    PAUSE = "pause"
    CANCEL = "cancel"


class ItemStatus(StrEnum):
    """Where an item stands."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more happens by itself."""
        return self in _TERMINAL_ITEM


class Role(StrEnum):
    """What a member may do; each role may do what those after it may."""

    ADMIN = "admin"
    EDITOR = "editor"
    EVALUATOR = "evaluator"
    VIEWER = "viewer"


_TERMINAL_BATCH = frozenset(
    {BatchStatus.COMPLETED, BatchStatus.COMPLETED_WITH_FAILURES, BatchStatus.FAILED, BatchStatus.CANCELLED}
)
_TERMINAL_ITEM = frozenset({ItemStatus.SUCCEEDED, ItemStatus.FAILED, ItemStatus.CANCELLED})
