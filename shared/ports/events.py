"""Announcements to whoever listens; never the engine's own work."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact in the past tense (`BatchCompleted`); `id` is derived from its cause, so a repeat can be recognised.

    `trace` are the headers of W3C Trace Context of what published it; they tell nothing of the fact itself.
    """

    id: str
    name: str
    org: str
    occurred_at: datetime
    data: Mapping[str, str | int] = field(default_factory=dict)
    trace: Mapping[str, str] = field(default_factory=dict, compare=False)

    def encoded(self) -> bytes:
        """The event whole, in JSON: as every bus carries it to what is outside this process."""
        said = {
            "id": self.id,
            "name": self.name,
            "org": self.org,
            "occurred_at": self.occurred_at.isoformat(),
            "data": dict(self.data),
        }
        return json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()

    def attributes(self) -> dict[str, str]:
        """What stands beside it: for filters, and the trace."""
        return {"id": self.id, "name": str(self.name), "org": self.org, **self.trace}


class EventBus(Protocol):
    """Events, delivered at least once."""

    def publish(self, event: Event) -> None:
        """Hand the event over; returns when it is durable or delivered. Raises Unavailable."""
        ...

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` with every event published from now on in this process; a listener that fails hurts nobody else."""
        ...
