"""The functions as they are deployed: the archive unpacked, only its own packages, each function a process of its own."""

import importlib.metadata
import os
import re
import signal
import socket
import subprocess
import sys
import venv
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import yaml

from infra import archive

ROOT = Path(__file__).parents[1]
DESCRIPTIONS = {
    path.parent.name: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "functions").glob("*/function.yaml"))
}
_START_SECONDS = 60


def normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(requirements: Path) -> set[str]:
    """The packages that a lock names, normalised."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    return {normal(line.partition("==")[0]) for line in lines if "==" in line and not line.startswith("#")}


def environment(folder: Path, packages: set[str]) -> Path:
    """A virtual environment in which exactly these installed packages can be imported; its Python.

    They are linked, not installed: the same files in a second, from what the lock has already put into ours.
    """
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    place = next((folder / "lib").glob("python*/site-packages"))
    owners: dict[Path, set[str]] = defaultdict(set)
    files: dict[Path, Path] = {}
    for distribution in importlib.metadata.distributions():
        name = normal(distribution.metadata["Name"])
        for file in distribution.files or []:
            relative = Path(file)
            if ".." in relative.parts or relative.suffix in {".pth", ".pyc"}:
                continue
            for parent in relative.parents:
                owners[parent].add(name)
            if name in packages:
                files[relative] = Path(str(distribution.locate_file(file)))
    for relative, source in files.items():
        _link(place, relative, source, owners)
    return folder / "bin" / "python"


def _link(place: Path, relative: Path, source: Path, owners: Mapping[Path, set[str]]) -> None:
    """Link the largest folder around the file that belongs to its package alone, or the file itself."""
    for depth in range(1, len(relative.parts)):
        part = Path(*relative.parts[:depth])
        if len(owners[part]) == 1:
            relative, source = part, Path(*source.parts[: len(source.parts) - (len(relative.parts) - depth)])
            break
    link = place / relative
    if not link.is_symlink():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(source)


class Layout:
    """The archive, unpacked where a function finds itself, beside an environment of what its lock names."""

    def __init__(self, folder: Path) -> None:
        made = folder / "fanfold.zip"
        archive.write(made)
        self.workspace = folder / "workspace"
        with zipfile.ZipFile(made) as packed:
            packed.extractall(self.workspace)
        self.python = environment(folder / "python", locked(self.workspace / "requirements.txt"))

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the environment's Python in the workspace; what it printed."""
        return subprocess.run(
            [self.python, *arguments],
            cwd=self.workspace,
            env=_bare() | {"PYTHONPATH": str(self.workspace)},
            capture_output=True,
            text=True,
            check=False,
            timeout=110,
        )


class Deployed:
    """One function that runs from the layout as it does in production, until the block ends; `settings` are its environment."""

    def __init__(self, layout: Layout, name: str, settings: Mapping[str, str], *, port: int | None = None) -> None:
        self.name = name
        port = port or free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = layout.workspace.parent / f"{name}.log"
        variables = {
            "PYTHONPATH": str(layout.workspace),
            "PORT": str(port),
            "HOST": "127.0.0.1",
            "FUNCTION_TARGET": DESCRIPTIONS[name]["entry_point"],
            "FUNCTION_SOURCE": f"functions/{name}/main.py",
            "FUNCTION_SIGNATURE_TYPE": "http",
            "K_SERVICE": name.replace("_", "-"),
            "K_REVISION": f"{name.replace('_', '-')}-00001",
            "CLOUD_RUN_TIMEOUT_SECONDS": str(DESCRIPTIONS[name]["timeout_seconds"]),
        }
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [layout.python, "-m", "functions_framework"],
                cwd=layout.workspace,
                env=_bare() | variables | dict(settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self) -> Self:
        """Wait until it listens; fails with what it said when it ends instead."""
        with httpx.Client(transport=httpx.HTTPTransport(retries=0), trust_env=False, timeout=_START_SECONDS) as http:
            for _ in range(_START_SECONDS * 20):
                assert self._process.poll() is None, self.said
                try:
                    # The framework itself answers this path, without the function.
                    http.get(f"{self.url}/robots.txt")
                except httpx.TransportError:
                    self.exit_code(0.05)
                else:
                    return self
        raise AssertionError(f"{self.name} did not start: {self.said}")

    @property
    def said(self) -> str:
        """Everything that it wrote."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def terminate(self) -> None:
        """Ask it to end, as the platform does before it takes an instance away."""
        self._process.terminate()

    def exit_code(self, seconds: float = 60) -> int | None:
        """Its exit code once it has ended; None when it has not within this time."""
        try:
            return self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.terminate()
        if self.exit_code(20) is None:
            # Its workers are in its group; none of them outlives the test.
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def free_port() -> int:
    """A loopback port that nobody holds."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _bare() -> dict[str, str]:
    """Nothing of this process's settings: a deployed function sees only what it was deployed with."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
