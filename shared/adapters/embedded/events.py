"""Events inside one process."""

from collections.abc import Callable
from threading import Lock

from shared.adapters.embedded.pushes import Pushes
from shared.logging import logger
from shared.ports.events import Event, EventBus

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


class PushedEventBus:
    """An EventBus that has a function called with every event, as a push subscription does on Google Cloud.

    It is durable when `publish` returns: the call is made after a restart too. Listeners of this process hear by `local`.
    """

    def __init__(self, pushes: Pushes, *, function: str, local: EventBus) -> None:
        self._pushes = pushes
        self._function = function
        self._local = local

    def publish(self, event: Event) -> None:
        """Hand the event over; a repeated id is one call. Raises Unavailable."""
        self._pushes.push(self._function, message_id=event.id, attributes=event.attributes(), data=event.encoded())
        self._local.publish(event)

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` with every event that this process publishes from now on."""
        self._local.subscribe(listener)
