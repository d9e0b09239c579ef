"""What the store of files does when processes die, disks fill and somebody meddles with the folder."""

import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from shared.adapters.embedded.objects import FileObjectStore
from shared.domain.errors import NotFound, Unavailable
from tests.clocks import ManualClock

ROOT = Path(__file__).resolve().parents[2]
PREAMBLE = """
import os, resource, signal, sys
from pathlib import Path
from shared.adapters.embedded.objects import FileObjectStore
from shared.adapters.system import SystemClock
from shared.domain.errors import Unavailable
store = FileObjectStore(Path(sys.argv[1]), clock=SystemClock(), key=b"k" * 32, base_url="http://localhost")
"""


def open_store(folder: Path) -> FileObjectStore:
    return FileObjectStore(folder, clock=ManualClock(), key=b"k" * 32, base_url="http://localhost")


def start(program: str, *arguments: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PREAMBLE + textwrap.dedent(program), *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def outcome(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate()
    assert process.returncode == 0
    return out.strip()


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.faults
def test_a_kill_between_puts_loses_nothing_that_was_confirmed_and_leaves_nothing_half(tmp_path: Path) -> None:
    program = """
        for number in range(100_000):
            store.put(f"o/{number:06}", bytes([number % 251]) * 150_000, media_type="image/png", metadata={"n": str(number)})
            print(number, flush=True)
    """
    with start(program, "state", folder=tmp_path) as process:
        assert process.stdout is not None
        confirmed = [int(process.stdout.readline()) for _ in range(20)][-1]
        process.send_signal(signal.SIGKILL)
        confirmed = max([confirmed, *(int(line) for line in process.stdout if line.strip())])
    store = open_store(tmp_path / "state")
    found = store.list("o/")
    assert len(found) in {confirmed + 1, confirmed + 2}
    for number, info in enumerate(found):
        assert info.metadata == {"n": str(number)}
        assert store.get(info.name) == bytes([number % 251]) * 150_000
    assert files_below(tmp_path / "state" / "incoming") == []


@pytest.mark.faults
def test_a_kill_in_the_middle_of_a_write_leaves_no_object_and_the_next_start_cleans_up(tmp_path: Path) -> None:
    program = """
        draft = store.draft("o/half", media_type="image/png")
        draft.write(b"x" * 1_000_000)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    with start(program, "state", folder=tmp_path) as process:
        assert process.wait() == -signal.SIGKILL
    assert len(files_below(tmp_path / "state" / "incoming")) == 1
    store = open_store(tmp_path / "state")
    assert files_below(tmp_path / "state") == []
    assert store.put("o/half", b"whole", media_type="image/png")


@pytest.mark.faults
def test_of_two_processes_that_put_one_name_one_is_told_that_it_did(tmp_path: Path) -> None:
    program = """
        print("ready", flush=True)
        sys.stdin.readline()
        print(sum(store.put(f"o/{n}", sys.argv[2].encode() * 20_000, media_type="image/png") for n in range(50)))
    """
    racers = [start(program, "state", letter, folder=tmp_path) for letter in "ab"]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    assert sum(int(outcome(racer)) for racer in racers) == 50
    store = open_store(tmp_path / "state")
    assert {store.get(f"o/{n}")[:1] * 20_000 == store.get(f"o/{n}") for n in range(50)} == {True}


@pytest.mark.faults
def test_a_disk_that_takes_no_more_leaves_nothing_half_written(tmp_path: Path) -> None:
    program = """
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        try:
            store.put("o/large", b"x" * 100_000, media_type="image/png")
        except Unavailable as error:
            print(error.detail)
        store.put("o/small", b"x" * 1_000, media_type="image/png")
    """
    with start(program, "state", folder=tmp_path) as process:
        assert "larger than this system takes" in outcome(process)
    assert [path.name for path in files_below(tmp_path / "state")] == ["small~"]


@pytest.mark.faults
def test_a_folder_that_may_not_be_written_is_unavailable_in_a_sentence_without_paths(tmp_path: Path) -> None:
    program = """
        store.put("o/a", b"1", media_type="image/png")
        for folder in ("data/o", "data", "incoming"):
            os.chmod(Path(sys.argv[1]) / folder, 0o555)
        os.chmod(sys.argv[1], 0o755)
        os.chmod(Path(sys.argv[1]) / "data/o/a~", 0o644)
        os.chdir(sys.argv[1])
        store = FileObjectStore(Path("."), clock=SystemClock(), key=b"k" * 32, base_url="http://localhost")
        if os.geteuid() == 0:
            os.seteuid(65534)
        for act in (lambda: store.put("o/b", b"2", media_type="image/png"), lambda: store.delete("o/a"), store.ping):
            try:
                act()
                print("done")
            except Unavailable as error:
                print(error.detail)
        print(store.get("o/a"))
    """
    with start(program, "state", folder=tmp_path) as process:
        refusal = "The object store does not work now: this user may not use its folder: give it back to this user."
        assert outcome(process).splitlines() == [refusal, refusal, refusal, "b'1'"]


def test_a_link_out_of_the_folder_is_followed_neither_to_read_nor_to_write_nor_to_list(tmp_path: Path) -> None:
    store = open_store(tmp_path / "state")
    outside = tmp_path / "outside"
    open_store(outside).put("secret", b"secret", media_type="text/plain")
    (tmp_path / "state" / "data" / "o").symlink_to(outside / "data")
    (tmp_path / "state" / "data" / "leaf~").symlink_to(outside / "data" / "secret~")
    with pytest.raises(NotFound):
        store.get("o/secret")
    with pytest.raises(Unavailable):
        store.get("leaf")
    with pytest.raises(Unavailable):
        store.put("o/new", b"x", media_type="text/plain")
    store.delete("o/secret")
    assert store.list("") == []
    assert [path.name for path in (outside / "data").iterdir()] == ["secret~"]


@pytest.mark.parametrize("damage", ["cut", "emptied", "prepended", "no footer"])
def test_a_damaged_file_is_said_to_be_damaged_and_never_given_out(tmp_path: Path, damage: str) -> None:
    store = open_store(tmp_path)
    store.put("o/a", b"x" * 1_000, media_type="image/png")
    file = tmp_path / "data" / "o" / "a~"
    whole = file.read_bytes()
    file.write_bytes({"cut": whole[:-1], "emptied": b"", "prepended": b"y" + whole, "no footer": b"x" * 1_000}[damage])
    for act in (store.get, store.find, store.list):
        with pytest.raises(Unavailable, match="o/a is damaged"):
            act("o/a")
    store.delete("o/a")
    assert store.find("o/a") is None


def test_files_that_are_not_ours_are_not_listed(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.put("o/a", b"1", media_type="image/png")
    (tmp_path / "data" / "o" / ".DS_Store").write_bytes(b"?")
    assert [info.name for info in store.list("")] == ["o/a"]


def test_objects_are_their_owners_alone(tmp_path: Path) -> None:
    store = open_store(tmp_path / "state")
    store.put("o/a", b"1", media_type="image/png")
    paths = list((tmp_path / "state").rglob("*"))
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in paths} == {0}


def test_nothing_stays_open(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    before = len(list(Path("/dev/fd").iterdir()))
    store.put("o/a", b"1", media_type="image/png")
    store.put("o/a", b"1", media_type="image/png")
    store.find("o/none/deep")
    store.list("o/")
    store.delete("o/a")
    with pytest.raises(NotFound):
        store.get("o/a")
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_a_vanished_folder_makes_the_store_unavailable(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    (tmp_path / "incoming").rmdir()
    with pytest.raises(Unavailable):
        store.ping()
    with pytest.raises(Unavailable):
        store.put("o/a", b"1", media_type="image/png")
