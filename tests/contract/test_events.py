"""What every event bus promises."""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from shared.adapters.embedded.events import InProcessEventBus, PushedEventBus
from shared.adapters.embedded.pushes import Pushes
from shared.adapters.embedded.tasks import QueueConfig, SqliteTaskQueue
from shared.domain.lanes import EVENTS
from shared.ports.events import Event, EventBus
from tests.clocks import START, ManualClock
from tests.pubsub import pubsub


def embedded() -> Iterator[EventBus]:
    yield InProcessEventBus()


def pushed() -> Iterator[EventBus]:
    with TemporaryDirectory() as folder, closing(queue_in(Path(folder))) as queue:
        yield PushedEventBus(Pushes(queue, clock=ManualClock()), function="on_event", local=InProcessEventBus())


def queue_in(folder: Path) -> SqliteTaskQueue:
    queues = [QueueConfig(name=EVENTS)]
    return SqliteTaskQueue(folder / "tasks.sqlite", clock=ManualClock(), token=lambda _: "", queues=queues)


def google() -> Iterator[EventBus]:
    with pubsub() as topic:
        yield topic.bus


BUSES: dict[str, Callable[[], Iterator[EventBus]]] = {"in process": embedded, "embedded": pushed, "google": google}


@pytest.fixture(params=BUSES)
def bus(request: pytest.FixtureRequest) -> Iterator[EventBus]:
    yield from BUSES[request.param]()


def event(number: int) -> Event:
    return Event(
        id=f"evt_{number}", name="BatchCompleted", org="org_a", occurred_at=START, data={"batch": "bat_a", "images": 3}
    )


def test_every_listener_gets_every_event_as_it_was_published(bus: EventBus) -> None:
    first: list[Event] = []
    second: list[Event] = []
    bus.subscribe(first.append)
    bus.subscribe(second.append)
    bus.publish(event(1))
    bus.publish(event(2))
    assert first == second == [event(1), event(2)]


def test_a_listener_gets_nothing_from_before_it_listened(bus: EventBus) -> None:
    heard: list[Event] = []
    bus.publish(event(1))
    bus.subscribe(heard.append)
    bus.publish(event(2))
    assert heard == [event(2)]


def test_a_listener_that_fails_hurts_neither_publisher_nor_others(bus: EventBus) -> None:
    heard: list[Event] = []

    def fail(_event: Event) -> None:
        raise RuntimeError("a listener's own trouble")

    bus.subscribe(fail)
    bus.subscribe(heard.append)
    bus.subscribe(fail)
    bus.publish(event(1))
    bus.publish(event(2))
    assert heard == [event(1), event(2)]


def test_a_listener_may_publish_and_subscribe(bus: EventBus) -> None:
    heard: list[str] = []

    def answer(heard_event: Event) -> None:
        heard.append(heard_event.id)
        if heard_event.id == "evt_1":
            bus.subscribe(lambda later: heard.append(f"late {later.id}"))
            bus.publish(event(2))

    bus.subscribe(answer)
    bus.publish(event(1))
    assert heard == ["evt_1", "evt_2", "late evt_2"]


def test_on_the_embedded_stack_an_event_waits_for_its_function_across_a_restart(tmp_path: Path) -> None:
    with closing(queue_in(tmp_path)) as queue:
        bus = PushedEventBus(Pushes(queue, clock=ManualClock()), function="on_event", local=InProcessEventBus())
        for number in (1, 2, 1):
            bus.publish(event(number))
    with closing(queue_in(tmp_path)) as queue:
        waiting = queue.engine.list_tasks(EVENTS)
        messages = [json.loads(task.body)["message"] for task in waiting]
    assert {task.function for task in waiting} == {"on_event"}
    assert sorted(message["messageId"] for message in messages) == ["evt_1", "evt_2"]
    assert messages[0]["attributes"] == {"id": "evt_1", "name": "BatchCompleted", "org": "org_a"}
    assert json.loads(base64.b64decode(messages[0]["data"])) == {
        "id": "evt_1",
        "name": "BatchCompleted",
        "org": "org_a",
        "occurred_at": START.isoformat(),
        "data": {"batch": "bat_a", "images": 3},
    }
