"""Announcements to whoever listens; never the engine's own work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact in the past tense (`BatchCompleted`); `id` is derived from its cause, so a repeat can be recognised."""

    id: str
    name: str
    org: str
    occurred_at: datetime
    data: Mapping[str, str | int] = field(default_factory=dict)


class EventBus(Protocol):
    """Events, delivered at least once."""

    def publish(self, event: Event) -> None:
        """Hand the event over; returns when it is durable or delivered. Raises Unavailable."""
        ...

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` with every event published from now on in this process; a listener that fails hurts nobody else."""
        ...
