"""Messages to functions where there is no Pub/Sub."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.adapters.embedded.pushes import Pushes
from shared.adapters.embedded.tasks import QueueConfig, SqliteTaskQueue
from shared.domain.errors import TooLarge
from shared.domain.lanes import EVENTS
from tests.clocks import ManualClock


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[SqliteTaskQueue]:
    queues = [QueueConfig(name=EVENTS)]
    queue = SqliteTaskQueue(tmp_path / "tasks.sqlite", clock=ManualClock(), token=lambda _: "", queues=queues)
    yield queue
    queue.close()


def test_a_message_waits_in_its_envelope(queue: SqliteTaskQueue) -> None:
    clock = ManualClock()
    Pushes(queue, clock=clock).push(
        "on_upload", message_id="one", attributes={"eventType": "OBJECT_FINALIZE"}, data=b"\xff"
    )
    (task,) = queue.engine.list_tasks(EVENTS)
    assert task.function == "on_upload"
    assert json.loads(task.body)["message"] == {
        "messageId": "one",
        "publishTime": clock.now().isoformat(),
        "attributes": {"eventType": "OBJECT_FINALIZE"},
        "data": base64.b64encode(b"\xff").decode(),
    }


def test_a_repeated_id_is_one_message_to_each_function(queue: SqliteTaskQueue) -> None:
    pushes = Pushes(queue, clock=ManualClock())
    for function in ("on_event", "on_event", "on_upload"):
        pushes.push(function, message_id="one", attributes={})
    assert [task.function for task in queue.engine.list_tasks(EVENTS)] == ["on_event", "on_upload"]


def test_a_message_that_no_function_would_take_is_refused(queue: SqliteTaskQueue) -> None:
    with pytest.raises(TooLarge):
        Pushes(queue, clock=ManualClock()).push("on_event", message_id="one", attributes={}, data=bytes(60 * 1024))
