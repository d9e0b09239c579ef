"""What every event bus promises."""

from collections.abc import Callable, Iterator

import pytest

from shared.adapters.embedded.events import InProcessEventBus
from shared.ports.events import Event, EventBus
from tests.clocks import START
from tests.pubsub import pubsub


def embedded() -> Iterator[EventBus]:
    yield InProcessEventBus()


def google() -> Iterator[EventBus]:
    with pubsub() as topic:
        yield topic.bus


BUSES: dict[str, Callable[[], Iterator[EventBus]]] = {"embedded": embedded, "google": google}


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
