"""Following a batch: what is shown, what happens when the stream or the server is away."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text
from typer.testing import CliRunner

from client import Client
from client.follows import Follower
from client.main import app
from client.models import Batch
from client.sessions import Session
from client.views.bars import BatchBar
from client.views.screens import Screen
from tests.client.conftest import Invoke
from tests.client.wire import CLOSE, DROP, KEY, Reply, Wire, problem, progress
from tests.clocks import ManualClock


@pytest.fixture
def batch_id(wire: Wire) -> str:
    prompts = ("a cat", "please fail", "a dog")
    return str(wire.accept({"name": "Pets", "rows": [{"prompt": prompt} for prompt in prompts]})["id"])


def test_progress_in_a_pipe_is_a_few_quiet_lines(fanfold: Invoke, wire: Wire, clock: ManualClock) -> None:
    wire.events.extend({"status": "running", "progress": progress(100, number)} for number in range(1, 100))
    result = fanfold("run", "-", "--yes", stdin=b"prompt\n" + b"a\n" * 100)
    lines = [line for line in result.stderr.splitlines() if " of 100 done" in line]
    assert [line.split("%")[0] for line in lines] == ["0", "10", "20", "30", "40", "50", "60", "70", "80", "90", "100"]


def test_a_slow_batch_says_something_every_ten_seconds(clock: ManualClock, capsys: pytest.CaptureFixture[str]) -> None:
    with BatchBar(Screen(), clock) as bar:
        for number in range(10):
            bar.show(batch(progress(1_000, number, eta_seconds=3_725)))
            clock.advance(4)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" of")[0] for line in lines] == ["0% · 0", "0% · 3", "0% · 6", "0% · 9"]
    assert lines[1] == "0% · 3 of 1,000 done · 30/min · 1 h 2 min left · $0.00"


def batch(counts: dict[str, Any], **more: Any) -> Batch:
    return Batch.model_validate({"id": "bat_1", "status": "running", "progress": counts, **more})


def test_a_terminal_shows_one_bar_of_all_states_that_is_redrawn(clock: ManualClock) -> None:
    screen, file = Screen(), io.StringIO()
    screen.messages = Console(file=file, force_terminal=True, width=80, color_system="standard", highlight=False)
    with BatchBar(screen, clock) as bar:
        bar.show(batch(progress(40, 10)))
        bar.show(batch(progress(40, 30, failed=2, running=4), status_reason="waits for the \x1b[31mlimit"))
    drawn = Text.from_ansi(file.getvalue()).plain
    assert "  30 of 40 done · 2 failed · 4 running · 30/min · $0.00\n  waits for the [31mlimit\n" in drawn
    assert "━" * 64 + "  80%" in drawn


def test_a_paused_batch_says_all_of_its_reason_and_no_time_left(clock: ManualClock) -> None:
    screen, file = Screen(), io.StringIO()
    screen.messages = Console(file=file, force_terminal=True, width=60, color_system="standard", highlight=False)
    reason = "The member's limit for this month, 45 images, is reached. Goes on at 00:00 on 1 December (UTC), or when raised."
    with BatchBar(screen, clock) as bar:
        bar.show(batch(progress(40, 10), status="paused", status_reason=reason))
    drawn = Text.from_ansi(file.getvalue()).plain
    assert "  10 of 40 done · $0.00\n" in drawn
    assert " ".join(drawn.split()).endswith(f"paused: {reason}")


def test_following_survives_a_restart_of_the_server(fanfold: Invoke, wire: Wire, clock: ManualClock) -> None:
    class Restarting(ManualClock):
        """Starts the server again after the client has waited for a while."""

        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if self.monotonic() > 30 and not wire.is_running:
                wire.start()

    batch_id = str(wire.accept({"rows": [{"prompt": "a"}]})["id"])
    wire.events.extend([{"status": "running"}, wire.stop, {"progress": progress(1, running=1)}])
    result = watch_with(Restarting(), wire, batch_id)
    assert result == (0, ["No answer from", "Connected again."])


def watch_with(clock: ManualClock, wire: Wire, batch_id: str) -> tuple[int, list[str]]:
    """Follow a batch with a clock; the exit code and the words about the connection."""
    said: list[str] = []
    with Client(wire.url, KEY, clock=clock) as client:
        batch = Follower(client, lambda _: None, said.append).follow(batch_id)
    return (0 if batch.status == "completed" else 1), [
        " ".join(line.split()[:3]) if "No" in line else line for line in said
    ]


def test_following_ends_with_a_sentence_when_the_server_stays_away(
    fanfold: Invoke, wire: Wire, clock: ManualClock, batch_id: str
) -> None:
    wire.events.extend([{"status": "running"}, wire.stop])
    result = fanfold("watch", batch_id)
    assert result.exit_code == 1
    assert "Trying again for up to 10 minutes…" in result.stderr
    assert "Is it running?" in result.stderr
    assert clock.monotonic() > 600


def test_without_a_stream_the_status_is_asked_for(fanfold: Invoke, wire: Wire, batch_id: str) -> None:
    path, events = f"/v1/batches/{batch_id}", f"/v1/batches/{batch_id}/events"
    wire.then("GET", events, problem(404, "Not found", "No events here."))
    state = wire.batches[batch_id] | {"status": "running"}
    wire.then("GET", path, Reply(body=state), Reply(body=state | {"revision": 2}), Reply(503), Reply(500, raw=b""))
    wire.batches[batch_id] |= {"status": "completed", "revision": 3, "progress": progress(3, 3)}
    assert fanfold("watch", batch_id).exit_code == 0
    assert len(wire.asked("GET", events)) == 1
    assert len(wire.asked("GET", path)) == 5


def test_events_older_than_what_is_known_change_nothing(fanfold: Invoke, wire: Wire, batch_id: str) -> None:
    wire.batches[batch_id]["revision"] = 50
    old = json.dumps(wire.batches[batch_id] | {"revision": 3, "status": "failed"})
    raw = f"id: 3\nevent: batch\ndata: {old}\n\n".encode()
    wire.then("GET", f"/v1/batches/{batch_id}/events", Reply(raw=raw, headers={"Content-Type": "text/event-stream"}))
    wire.events.extend([CLOSE, DROP])
    assert fanfold("watch", batch_id).exit_code == 3


def test_a_lost_answer_to_the_submit_is_told_as_unknown(fanfold: Invoke, wire: Wire) -> None:
    wire.then("POST", "/v1/batches", *[Reply(drop=True)] * 5)
    result = fanfold("run", "-", "--yes", stdin=b"prompt\na\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Whether the batch was accepted is not known." in result.stderr
    assert f"--key {wire.seen[-1].headers['Idempotency-Key']}" in " ".join(result.stderr.split())


def test_a_server_that_failed_while_it_accepted_leaves_the_outcome_open(fanfold: Invoke, wire: Wire) -> None:
    wire.then("POST", "/v1/batches", *[Reply(500)] * 5)
    result = fanfold("run", "-", "--yes", stdin=b"prompt\na\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Whether the batch was accepted is not known." in result.stderr


@pytest.mark.parametrize("lost", [Reply(drop=True), Reply(502)])
def test_what_an_earlier_try_may_have_started_is_not_forgotten_for_a_later_refusal(
    fanfold: Invoke, wire: Wire, lost: Reply
) -> None:
    wire.then("POST", "/v1/batches", lost, Reply(429, {"title": "Too many"}, headers={"Retry-After": "900"}))
    result = fanfold("run", "-", "--yes", stdin=b"prompt\na\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"--key {wire.seen[-1].headers['Idempotency-Key']}" in " ".join(result.stderr.split())


def test_who_stops_waiting_for_the_answer_to_a_submit_is_told_how_to_go_on(wire: Wire) -> None:
    class Interrupted(ManualClock):
        def sleep(self, seconds: float) -> None:
            raise KeyboardInterrupt

    wire.then("POST", "/v1/batches", Reply(drop=True))
    environment = {"FANFOLD_URL": wire.url, "FANFOLD_API_KEY": KEY}
    session = Session(clock=Interrupted())
    result = CliRunner().invoke(app, ["run", "-", "--yes"], input=b"prompt\na\n", env=environment, obj=session)
    assert (result.exit_code, result.stdout) == (130, "")
    assert f"--key {wire.seen[-1].headers['Idempotency-Key']}" in " ".join(result.stderr.split())


def test_a_refusal_of_the_only_try_leaves_nothing_open(fanfold: Invoke, wire: Wire) -> None:
    wire.then("POST", "/v1/batches", Reply(429, {"title": "Too many"}, headers={"Retry-After": "900"}))
    assert "--key" not in fanfold("run", "-", "--yes", stdin=b"prompt\na\n").stderr


@pytest.mark.parametrize("key", ["März", "two words", "x" * 256, 'in"side'])
def test_a_key_that_no_header_can_carry_is_refused_before_anything_is_sent(
    fanfold: Invoke, wire: Wire, key: str
) -> None:
    result = fanfold("run", "-", "--yes", "--key", key, stdin=b"prompt\na\n")
    assert (result.exit_code, wire.seen) == (2, [])
    assert "--key" in result.stderr


def test_rows_that_were_changed_after_a_lost_answer_start_nothing_under_their_key(fanfold: Invoke, wire: Wire) -> None:
    first = fanfold("run", "-", "--yes", "--detach", "--key", "monday", stdin=b"prompt\na\n").stdout.strip()
    again = fanfold("run", "-", "--yes", "--detach", "--key", "monday", stdin=b"prompt\na\n").stdout.strip()
    changed = fanfold("run", "-", "--yes", "--detach", "--key", "monday", stdin=b"prompt\nb\n")
    assert again == first
    assert (changed.exit_code, changed.stdout) == (2, "")
    assert f"fanfold watch {first}" in " ".join(changed.stderr.split())
    assert list(wire.batches) == [first]
    assert fanfold("run", "-", "--yes", "--detach", stdin=b"prompt\nb\n").exit_code == 0
    assert len(wire.batches) == 2


def test_an_interrupt_leaves_the_batch_running_and_says_how_to_go_on(wire: Wire, batch_id: str) -> None:
    reached, release = threading.Event(), threading.Event()

    def hold() -> None:
        reached.set()
        release.wait(30)

    wire.on_event = hold
    wire.events.append({"status": "running"})
    # A shell that starts tests in the background has them ignore the interrupt: take it again.
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from client.main import run; run()"
    command = subprocess.Popen(
        [sys.executable, "-c", code, "watch", batch_id],
        cwd=Path(__file__).resolve().parents[2],
        env=os.environ | {"FANFOLD_URL": wire.url, "FANFOLD_API_KEY": KEY},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert reached.wait(30)
    command.send_signal(signal.SIGINT)
    out, told = command.communicate(timeout=30)
    release.set()
    assert (command.returncode, out) == (130, "")
    assert f"The batch goes on without you.\n  watch it:  fanfold watch {batch_id}\n" in told
    assert f"fanfold cancel {batch_id}" in told
    assert "Traceback" not in told
