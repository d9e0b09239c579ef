"""What Pub/Sub is given of an event, and what is said when it takes none."""

import json
import socket

import pytest

from infra.local.cloud_storage import Notifications, StoredObjects
from infra.local.cloud_storage.objects import Stored, Upload
from shared.adapters.embedded.events import InProcessEventBus
from shared.adapters.google.events import PubSubEventBus, connect
from shared.domain.errors import ConfigurationWrong, Unavailable
from shared.ports.events import Event
from tests.clocks import START, ManualClock
from tests.emulators import pubsub_host
from tests.pubsub import PROJECT, pubsub

EVENT = Event(
    id="evt_1", name="BatchCompleted", org="org_a", occurred_at=START, data={"batch": "bat_ü", "images": 2**53 - 1}
)


def test_an_event_is_on_the_topic_when_publishing_returns() -> None:
    with pubsub() as topic:
        topic.bus.publish(EVENT)
        [heard] = topic.heard(1)
    assert json.loads(heard.message.data) == {
        "id": "evt_1",
        "name": "BatchCompleted",
        "org": "org_a",
        "occurred_at": "2026-03-01T12:00:00+00:00",
        "data": {"batch": "bat_ü", "images": 2**53 - 1},
    }
    assert dict(heard.message.attributes) == {"id": "evt_1", "name": "BatchCompleted", "org": "org_a"}
    assert heard.message.ordering_key == ""


def test_an_event_that_the_topic_did_not_take_is_not_announced_here_either() -> None:
    bus = PubSubEventBus(
        lambda: connect(pubsub_host()), project=PROJECT, topic="never-deployed", local=InProcessEventBus()
    )
    heard: list[Event] = []
    bus.subscribe(heard.append)
    with pytest.raises(Unavailable, match="topic does not exist"):
        bus.publish(EVENT)
    assert heard == []
    bus.close()


def test_a_bus_that_cannot_be_reached_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    bus = PubSubEventBus(
        lambda: connect(address), project=PROJECT, topic="events", local=InProcessEventBus(), patience_seconds=0.3
    )
    with pytest.raises(Unavailable):
        bus.publish(EVENT)
    bus.close()


def test_an_emulator_of_another_machine_is_refused() -> None:
    with pytest.raises(ConfigurationWrong, match="this machine"):
        connect("pubsub.example.com:443")


def test_the_stand_in_of_storage_tells_of_new_objects_of_its_bucket() -> None:
    host = pubsub_host()
    with pubsub() as topic, connect(host) as publisher:
        name = topic.subscription.replace("/subscriptions/", "/topics/")
        notifications = Notifications(publisher, bucket="uploads", topic=name)
        objects = StoredObjects(
            ":memory:", buckets=["uploads", "kept"], clock=ManualClock(), finalized=notifications.finalized
        )
        objects.put(Upload(bucket="kept", name="orgs/a/b", data=b"x"))
        objects.put(Upload(bucket="uploads", name="orgs/a/uploads/b", data=b"xy"))
        (heard,) = topic.heard(1)
        objects.close()
        gone = Notifications(publisher, bucket="uploads", topic=f"{name}-gone")
        gone.finalized(Stored(bucket="uploads", name="o", generation=1, described={}))
    attributes = heard.message.attributes
    assert (attributes["eventType"], attributes["bucketId"]) == ("OBJECT_FINALIZE", "uploads")
    assert (attributes["objectId"], attributes["objectGeneration"]) == ("orgs/a/uploads/b", "2")
    assert json.loads(heard.message.data)["size"] == "2"
