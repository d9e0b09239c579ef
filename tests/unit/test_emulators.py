"""An emulator is a child that leaves nothing behind, however it or its parent ends."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.local.emulators import Emulator
from shared.adapters.system import SystemClock
from shared.domain.errors import Unavailable

ROOT = Path(__file__).parents[2]
# The program starts one more, as gcloud's own wrappers do.
SERVER = (
    "import subprocess, sys; subprocess.run([sys.executable, '-m', 'http.server', '--bind', '127.0.0.1', sys.argv[1]])"
)


def server(port: int) -> list[str]:
    return [sys.executable, "-c", SERVER, str(port)]


def wait_for(holds: Callable[[], bool]) -> bool:
    clock = SystemClock()
    for _ in range(1_000):
        if holds():
            return True
        clock.sleep(0.01)
    return False


def lives(group: int) -> bool:
    """Whether a process of the group runs; those that ended and are not collected yet do not count."""
    told = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    return any(int(line.split()[0]) == group and "Z" not in line for line in told.splitlines())


def test_it_answers_once_it_is_made_and_stops_with_all_that_it_started() -> None:
    with Emulator("Example", server) as emulator:
        with urllib.request.urlopen(f"http://{emulator.host}/") as answer:
            assert answer.status == 200
        assert lives(emulator.pid)
    assert not lives(emulator.pid)
    emulator.stop()


def test_one_that_does_not_start_says_why() -> None:
    broken = [sys.executable, "-c", "raise SystemExit('Error: the heap is too small')"]
    with pytest.raises(Unavailable, match=r"Example emulator did not start\. Error: the heap is too small"):
        Emulator("Example", lambda _: broken)


def test_nothing_is_left_when_the_parent_is_killed() -> None:
    program = (
        "import signal, os; from tests.unit.test_emulators import server; from infra.local.emulators import Emulator;"
        "print(Emulator('Example', server).pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    parent = subprocess.run([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    assert parent.returncode < 0
    assert wait_for(lambda: not lives(int(parent.stdout)))


def test_what_is_missing_is_named_with_the_way_to_get_it(tmp_path: Path) -> None:
    program = "from infra.local.emulators import jar; jar('cloud-firestore-emulator', 'x.jar')"
    alone = {**os.environ, "PATH": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=alone, capture_output=True, text=True, check=False
    )
    assert "https://cloud.google.com/sdk/docs/install" in told.stderr
    (tmp_path / "sdk" / "bin").mkdir(parents=True)
    (tmp_path / "sdk" / "platform").mkdir()
    command = tmp_path / "sdk" / "bin" / "gcloud"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    (tmp_path / "gcloud").symlink_to(command)
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=alone, capture_output=True, text=True, check=False
    )
    assert "gcloud components install cloud-firestore-emulator" in told.stderr


def test_without_node_the_auth_emulator_says_how_to_get_it(tmp_path: Path) -> None:
    program = "from infra.local.emulators import auth; auth('demo-fanfold')"
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "install Node 20 or newer with npm, then run `make firebase`" in told.stderr


def test_what_npm_installs_is_pinned_whole_and_names_no_registry() -> None:
    folder = ROOT / "infra" / "local" / "firebase"
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    root = packages.pop("")
    assert root["dependencies"] == wanted
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [name for name, said in packages.items() if "resolved" in said or "integrity" not in said] == []
