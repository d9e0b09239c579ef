"""Events inside one process."""

from collections.abc import Callable
from threading import Lock

from shared.logging import logger
from shared.ports.events import Event

_log = logger(__name__)


class InProcessEventBus:
    """An EventBus that calls each listener in the publisher's thread, in the order in which they subscribed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._listeners: tuple[Callable[[Event], None], ...] = ()

    def publish(self, event: Event) -> None:
        """Hand the event to every listener; returns when all have had it."""
        for listener in self._listeners:
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - an edge: a listener's failure is its own
                _log.exception("event_listener_failed", event_id=event.id, event_name=event.name, org=event.org)

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` with every event published from now on."""
        with self._lock:
            self._listeners = (*self._listeners, listener)
