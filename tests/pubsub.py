"""A topic of its own on Pub/Sub's emulator, with the bus that publishes to it and a subscription that hears it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import grpc
from google.pubsub_v1 import ReceivedMessage, SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from shared.adapters.embedded.events import InProcessEventBus
from shared.adapters.google.events import PubSubEventBus, connect
from tests.emulators import pubsub_host

PROJECT = "fanfold-test"


@dataclass(frozen=True)
class Topic:
    bus: PubSubEventBus
    subscriber: SubscriberClient
    subscription: str

    def heard(self, count: int) -> list[ReceivedMessage]:
        """The next `count` messages; every one is acknowledged."""
        found: list[ReceivedMessage] = []
        while len(found) < count:
            answer = self.subscriber.pull(subscription=self.subscription, max_messages=count - len(found))
            found += answer.received_messages
            if answer.received_messages:
                ids = [message.ack_id for message in answer.received_messages]
                self.subscriber.acknowledge(subscription=self.subscription, ack_ids=ids)
        return found


@contextmanager
def pubsub() -> Iterator[Topic]:
    """A new topic and subscription."""
    host, name = pubsub_host(), f"events-{uuid4().hex[:12]}"
    topic, subscription = f"projects/{PROJECT}/topics/{name}", f"projects/{PROJECT}/subscriptions/{name}"
    publisher = connect(host)
    channel = grpc.insecure_channel(host)
    bus = PubSubEventBus(lambda: connect(host), project=PROJECT, topic=name, local=InProcessEventBus())
    with publisher, SubscriberClient(transport=SubscriberGrpcTransport(channel=channel)) as subscriber:
        publisher.create_topic(name=topic)
        subscriber.create_subscription(name=subscription, topic=topic)
        try:
            yield Topic(bus, subscriber, subscription)
        finally:
            bus.close()
