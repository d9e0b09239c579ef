"""Events over Pub/Sub, for webhooks and consumers outside; Google's client is loaded at the first event."""

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from shared.domain.errors import ConfigurationWrong, Unavailable
from shared.ports.events import Event, EventBus

if TYPE_CHECKING:
    from google.api_core.retry import Retry
    from google.pubsub_v1 import PublisherClient
    from google.pubsub_v1.types import PubsubMessage

PATIENCE_SECONDS = 20.0
_TIMEOUT_SECONDS = 5.0
_LOOPBACK = ("127.0.0.1:", "[::1]:", "localhost:")
_REASONS = {
    401: "its credentials are refused",
    403: "this service account may not publish: let it do so (roles/pubsub.publisher)",
    404: "the topic does not exist: deploy it, or name another one",
    429: "it takes no more events for a moment",
}


def connect(address: str | None = None) -> "PublisherClient":
    """A client of Pub/Sub with this process's own credentials, or of its emulator at `address` (host:port, no TLS).

    Raises ConfigurationWrong for an emulator that is not on this machine: its line is open to everyone on the way.
    """
    from google.pubsub_v1 import PublisherClient

    if address is None:
        return PublisherClient()
    if not address.startswith(_LOOPBACK):
        raise ConfigurationWrong(f"The emulator of Pub/Sub must be on this machine, not at {address}.")
    import grpc
    from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

    channel = grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)])
    return PublisherClient(transport=PublisherGrpcTransport(channel=channel))


class PubSubEventBus:
    """An EventBus on one topic that was deployed beforehand; nothing keeps events in an order.

    Listeners of this process hear by `local` what it publishes itself, once Pub/Sub has it; everyone else subscribes to the
    topic.
    The client of single calls is used rather than the one that gathers messages in threads of its own: an instance that
    answers no request is given no processor, and events are few.
    """

    def __init__(
        self,
        client: "Callable[[], PublisherClient]" = connect,
        *,
        project: str,
        topic: str,
        local: EventBus,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._connect = client
        self._local = local
        self._topic = f"projects/{project}/topics/{topic}"
        self._patience_seconds = patience_seconds
        self._lock = Lock()
        self._client: PublisherClient | None = None

    def publish(self, event: Event) -> None:
        """Hand the event over; returns when Pub/Sub has it durably. Raises Unavailable: it may have it all the same."""
        self._send(message(event))
        self._local.publish(event)

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Call `listener` with every event that this process publishes from now on."""
        self._local.subscribe(listener)

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            if self._client is not None:
                self._client.transport.close()  # type: ignore[no-untyped-call]

    def _send(self, sent: "PubsubMessage") -> None:
        from google.api_core.exceptions import GoogleAPICallError, GoogleAPIError
        from google.auth.exceptions import GoogleAuthError

        try:
            client = self._connected()
            client.publish(
                topic=self._topic, messages=[sent], retry=_retry(self._patience_seconds), timeout=_TIMEOUT_SECONDS
            )
        except GoogleAPICallError as error:
            raise _unavailable(_REASONS.get(int(error.code or 0), "it does not take events now")) from error
        except GoogleAuthError as error:
            raise _unavailable("no credentials can be had") from error
        except GoogleAPIError as error:
            raise _unavailable("it does not answer") from error

    def _connected(self) -> "PublisherClient":
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client


def message(event: Event) -> "PubsubMessage":
    """The event as it is sent: whole in JSON; its id, name and organisation also as attributes, for filters."""
    from google.pubsub_v1.types import PubsubMessage

    return PubsubMessage(data=event.encoded(), attributes=event.attributes())


def _retry(seconds: float) -> "Retry":
    from google.api_core import exceptions
    from google.api_core.retry import Retry, if_exception_type

    passing = if_exception_type(
        exceptions.Aborted,
        exceptions.Cancelled,
        exceptions.DeadlineExceeded,
        exceptions.InternalServerError,
        exceptions.ResourceExhausted,
        exceptions.ServiceUnavailable,
        exceptions.Unknown,
    )
    return Retry(predicate=passing, initial=0.1, maximum=5.0, multiplier=2.0, timeout=seconds)


def _unavailable(reason: str) -> Unavailable:
    return Unavailable(f"The event bus does not work now: {reason}.")
