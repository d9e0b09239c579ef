"""A process that delivers tasks is killed; the file is shared; nothing is lost."""

import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from shared.adapters.embedded.tasks import QueueConfig, SqliteTaskQueue
from shared.adapters.system import SystemClock
from shared.ports.tasks import Task
from tests.task_targets import Delivery, Reply, target

ROOT = Path(__file__).resolve().parents[2]
QUEUE = QueueConfig(name="plain", max_concurrent_dispatches=8)
OTHER_PROCESS = """
    import sys, threading
    from pathlib import Path
    from shared.adapters.embedded.tasks import QueueConfig, SqliteTaskQueue
    from shared.adapters.system import SystemClock
    from shared.ports.tasks import Task

    path, url, count, delivers = sys.argv[1:]
    queue = SqliteTaskQueue(
        Path(path), clock=SystemClock(), token=str, queues=[QueueConfig(name="plain", max_concurrent_dispatches=8)]
    )
    queue.create([
        Task(name=f"t{number}", queue="plain", function="work", payload={"number": number}, deadline_seconds=60)
        for number in range(int(count))
    ])
    print("created", flush=True)
    if delivers == "yes":
        queue.start({"work": url})
        threading.Event().wait(60)
    queue.close()
"""


def other_process(path: Path, url: str, *, count: int, delivers: bool) -> "subprocess.Popen[str]":
    code = textwrap.dedent(OTHER_PROCESS)
    arguments = [sys.executable, "-c", code, str(path), url, str(count), "yes" if delivers else "no"]
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.faults
def test_tasks_of_a_killed_process_are_all_delivered_after_the_next_start(tmp_path: Path) -> None:
    path, gate = tmp_path / "tasks.sqlite", threading.Event()

    def answer(delivery: Delivery) -> Reply:
        if delivery.payload["number"] >= 10:
            gate.wait(60)
        return Reply()

    with target() as function:
        function.answer = answer
        with other_process(path, function.url, count=40, delivers=True) as process:
            in_flight = {delivery.task for delivery in function.wait_for(18) if delivery.payload["number"] >= 10}
            process.kill()
        gate.set()
        queue = SqliteTaskQueue(path, clock=SystemClock(), token=str, queues=[QUEUE])
        try:
            before = len(function.deliveries)
            queue.start({"work": function.url})
            with function.changed:
                names = {f"t{number}" for number in range(40)}
                done = function.changed.wait_for(lambda: names <= set(function.tasks), timeout=30)
            assert done
            assert len(in_flight) == 8
            assert in_flight <= set(function.tasks[before:])
        finally:
            queue.close()


@pytest.mark.faults
def test_what_another_process_creates_is_delivered_here(tmp_path: Path) -> None:
    path = tmp_path / "tasks.sqlite"
    queue = SqliteTaskQueue(path, clock=SystemClock(), token=str, queues=[QUEUE])
    try:
        with target() as function:
            queue.start({"work": function.url})
            with other_process(path, "", count=20, delivers=False) as process:
                assert process.wait(60) == 0
            assert {delivery.task for delivery in function.wait_for(20)} == {f"t{number}" for number in range(20)}
            queue.create([Task(name="t0", queue="plain", function="work", payload={}, deadline_seconds=60)])
            assert len(function.deliveries) == 20
    finally:
        queue.close()
