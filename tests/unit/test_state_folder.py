"""One process at a time has the state, and every reason against it says what to do."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from shared.adapters.embedded.state_folder import SCHEMA, StateFolder
from shared.adapters.system import SystemIds
from shared.domain.errors import ConfigurationWrong
from shared.domain.ids import is_id

ROOT = Path(__file__).resolve().parents[2]
OWNER = """
import sys
from pathlib import Path
from shared.adapters.embedded.state_folder import StateFolder
from shared.adapters.system import SystemIds
folder = StateFolder(Path(sys.argv[1]), ids=SystemIds())
print("ready", flush=True)
sys.stdin.readline()
"""


def enter(path: Path) -> StateFolder:
    return StateFolder(path, ids=SystemIds())


def test_a_new_folder_is_made_for_its_owner_alone_and_can_be_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "state"
    with enter(path) as first:
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
        assert first.documents.parent == first.tasks.parent == first.objects.parent == first.keys.parent == path
        first.documents.write_bytes(b"kept")
    with enter(path) as second:
        assert second.documents.read_bytes() == b"kept"
        assert is_id("boot", second.boot_id)
        assert second.boot_id != first.boot_id


@pytest.mark.faults
def test_a_second_process_is_told_who_has_the_folder_until_that_one_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "state"
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(path)],
        env={"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"ready\n"
        with pytest.raises(ConfigurationWrong, match=f"in use by process {owner.pid}. Stop that one"):
            enter(path)
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    enter(path).close()


def test_the_same_process_cannot_have_it_twice(tmp_path: Path) -> None:
    with enter(tmp_path), pytest.raises(ConfigurationWrong, match=f"process {os.getpid()}"):
        enter(tmp_path)
    enter(tmp_path).close()


def test_somebodys_folder_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    tmp_path.chmod(0o755)
    with pytest.raises(ConfigurationWrong, match="holds files that are not Fanfold's"):
        enter(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_start_that_crashed_before_its_end_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "lock").touch()
    (tmp_path / "schema.new").touch()
    enter(tmp_path).close()
    assert (tmp_path / "schema").read_text() == f"{SCHEMA}\n"


@pytest.mark.parametrize("path", ["file", "file/below"])
def test_a_file_is_no_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigurationWrong, match="is a file, not a folder"):
        enter(tmp_path / path)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "damaged"), (b"\xff\0", "damaged"), (b"one", "damaged"), (b"99", "newer Fanfold"), (b"0", "older Fanfold")],
)
def test_a_schema_that_is_not_ours_stops_the_start_and_frees_the_lock(
    tmp_path: Path, content: bytes, words: str
) -> None:
    enter(tmp_path).close()
    (tmp_path / "schema").write_bytes(content)
    for _ in range(2):
        with pytest.raises(ConfigurationWrong, match=words):
            enter(tmp_path)


def test_a_lock_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path.parent / "elsewhere")
    with pytest.raises(ConfigurationWrong, match="tampered"):
        enter(tmp_path)
