"""The local stack as a child process: for the demo, the benchmarks and the tests."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from shared.adapters.system import SystemClock
from shared.domain.errors import Unavailable

ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 60.0
_STOP_SECONDS = 90.0
_POLL_SECONDS = 0.02


class Child:
    """A platform that runs until the block ends: its address, its key, its process.

    `settings` are `FANFOLD_…` variables beside those of this process; `program` is the module that is run, with its
    arguments. Raises Unavailable with what the platform said when it does not start.
    """

    def __init__(
        self,
        home: Path,
        *,
        port: int = 0,
        settings: Mapping[str, str] | None = None,
        program: Sequence[str] = ("infra.local",),
    ) -> None:
        self._announcement = home.with_name(f"{home.name}.json")
        self._announcement.parent.mkdir(parents=True, exist_ok=True)
        self._announcement.unlink(missing_ok=True)
        self.log = home.with_name(f"{home.name}.log")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *program, "--announce", str(self._announcement)],
                cwd=ROOT,
                env={**os.environ, **(settings or {}), "FANFOLD_HOME": str(home), "PORT": str(port)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        self.url, self.api_key = self._wait()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def command(self, *words: str) -> "subprocess.Popen[bytes]":
        """Start the `fanfold` command against this platform; standard output is piped, messages go where ours go."""
        return subprocess.Popen(
            [sys.executable, "-c", "from client.main import run; run()", *words],
            cwd=ROOT,
            env={**os.environ, "FANFOLD_URL": self.url, "FANFOLD_API_KEY": self.api_key},
            stdout=subprocess.PIPE,
        )

    def kill(self) -> None:
        """End it as a crash would: kill -9."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """End it in order; its exit code."""
        self._process.terminate()
        try:
            return self._process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._process.returncode

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _wait(self) -> tuple[str, str]:
        clock = SystemClock()
        end = clock.monotonic() + _PATIENCE_SECONDS
        while not self._announcement.exists():
            if self._process.poll() is not None or clock.monotonic() > end:
                self.kill()
                told = self.log.read_text(errors="replace").strip().splitlines()[-1:] or ["It said nothing."]
                raise Unavailable(f"The platform did not start. {told[0]}")
            clock.sleep(_POLL_SECONDS)
        said = json.loads(self._announcement.read_text(encoding="utf-8"))
        return said["url"], said["api_key"]
