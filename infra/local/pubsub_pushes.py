"""What Pub/Sub's push subscriptions do elsewhere: its emulator pushes without a token, so its messages are carried here."""

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import httpx

from shared.logging import logger

if TYPE_CHECKING:
    from google.pubsub_v1 import SubscriberClient

_AT_ONCE = 4
_PULL_SECONDS = 10.0
_CALL_SECONDS = 10.0
_AGAIN_AFTER_SECONDS = 10
_LONGEST_ACK_SECONDS = 600

_log = logger(__name__)


def connect_subscriber(address: str) -> "SubscriberClient":
    """A client of Pub/Sub's emulator at `address` (host:port)."""
    import grpc
    from google.pubsub_v1 import SubscriberClient
    from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

    channel = grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)])
    return SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))


class PubSubPushes:
    """Carries each message of a topic to a function, at least once: acknowledged by 2XX, again after anything else."""

    def __init__(self, connect: "Callable[[], SubscriberClient]", *, project: str, token: Callable[[str], str]) -> None:
        self._connect = connect
        self._project = project
        self._token = token
        self._stopped = Event()
        self._threads: list[Thread] = []
        # Two, so that waiting can be broken off while what runs is still acknowledged.
        self._pulling: SubscriberClient | None = None
        self._acknowledging: SubscriberClient | None = None

    def subscribe(self, topic: str, function: str, url: str, *, timeout_seconds: float) -> None:
        """Call the function at `url` with every message published from now on; the topic must be there."""
        from google.api_core.exceptions import AlreadyExists

        self._pulling = self._pulling or self._connect()
        self._acknowledging = self._acknowledging or self._connect()
        name = f"projects/{self._project}/subscriptions/{function}-{topic}"
        seconds = min(_LONGEST_ACK_SECONDS, max(10, round(timeout_seconds)))
        try:
            self._acknowledging.create_subscription(
                {"name": name, "topic": f"projects/{self._project}/topics/{topic}", "ack_deadline_seconds": seconds},
                timeout=_CALL_SECONDS,
            )
        except AlreadyExists:
            _log.debug("subscription_kept", subscription=name)
        line = _Line(self._pulling, self._acknowledging, name, url, self._token, self._stopped)
        thread = Thread(target=line.run, args=(timeout_seconds,), name=f"push-{function}")
        self._threads.append(thread)
        thread.start()

    def stop(self, seconds: float) -> None:
        """Carry no more; deliveries that run get this long."""
        self._stopped.set()
        if self._pulling is not None:
            # Ends the calls that wait for a message.
            self._pulling.transport.close()  # type: ignore[no-untyped-call]
        for thread in self._threads:
            thread.join(seconds)
        if self._acknowledging is not None:
            self._acknowledging.transport.close()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class _Line:
    """One subscription on its way to one function."""

    pulling: "SubscriberClient"
    acknowledging: "SubscriberClient"
    name: str
    url: str
    token: Callable[[str], str]
    stopped: Event

    def run(self, timeout_seconds: float) -> None:
        """Carry until stopped, a few messages at a time."""
        with (
            httpx.Client(timeout=timeout_seconds, trust_env=False) as http,
            ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="push") as pool,
        ):
            while not self.stopped.is_set():
                wait([pool.submit(self._carry, http, received) for received in self._pulled()])

    def _pulled(self) -> list[Any]:
        """The next messages; none after a while, or when the emulator does not answer."""
        from google.api_core.exceptions import DeadlineExceeded, GoogleAPIError

        try:
            answer = self.pulling.pull(subscription=self.name, max_messages=_AT_ONCE, retry=None, timeout=_PULL_SECONDS)
        except DeadlineExceeded:
            return []
        except (GoogleAPIError, ValueError) as error:
            # A closed channel is a ValueError.
            if not self.stopped.wait(1.0):
                _log.warning("messages_not_pulled", subscription=self.name, error=type(error).__name__)
            return []
        return list(answer.received_messages)

    def _carry(self, http: httpx.Client, received: Any) -> None:
        from google.api_core.exceptions import GoogleAPIError

        headers = {"Authorization": f"Bearer {self.token(self.url)}"}
        try:
            taken = http.post(self.url, json=envelope(self.name, received.message), headers=headers).is_success
        except httpx.HTTPError as error:
            _log.warning("message_not_carried", subscription=self.name, error=type(error).__name__)
            taken = False
        try:
            if taken:
                self.acknowledging.acknowledge(subscription=self.name, ack_ids=[received.ack_id], timeout=_CALL_SECONDS)
            else:
                self.acknowledging.modify_ack_deadline(
                    subscription=self.name,
                    ack_ids=[received.ack_id],
                    ack_deadline_seconds=_AGAIN_AFTER_SECONDS,
                    timeout=_CALL_SECONDS,
                )
        except (GoogleAPIError, ValueError) as error:
            # Not acknowledged, it comes again: that is what at least once means.
            _log.info("message_not_acknowledged", subscription=self.name, error=type(error).__name__)


def envelope(subscription: str, message: Any) -> dict[str, Any]:
    """A message as Pub/Sub pushes it."""
    return {
        "message": {
            "data": base64.b64encode(message.data).decode(),
            "attributes": dict(message.attributes),
            "messageId": message.message_id,
            "publishTime": message.publish_time.isoformat(),
        },
        "subscription": subscription,
    }
