"""Prepares the virtual environment from the pinned requirements; needs nothing but Python.

Run by make as `python3.11 infra/environment.py STAMP`, before anything is installed: the standard library alone.
"""

import contextlib
import fcntl
import importlib.util
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv"
PYTHON = HOME / "bin" / "python"
LOCKS = ("requirements.txt", "requirements-client.txt", "requirements-dev.txt")
SOURCES = (*LOCKS, "pyproject.toml")
INSTALLER = "pip==26.3"  # twice as fast as the one that Python 3.11 brings along
PIP = ("-m", "pip", "--disable-pip-version-check", "--no-input", "-q")


def main(stamp: Path) -> int:
    """Make `.venv` what the requirements say and write the stamp; 1 with a sentence on stderr when it cannot."""
    if problem := find_problem():
        say(problem)
        return 1
    with locked(ROOT / ".venv.lock"):
        if is_fresh(stamp):
            return 0
        if not works():
            make_environment()
        requirements = [argument for name in LOCKS for argument in ("-r", name)]
        for words, arguments in (
            ("Preparing pip", [*PIP, "install", INSTALLER]),
            # The locks are whole, so nothing is to be resolved; what is never imported need not be compiled.
            ("Installing the pinned packages", [*PIP, "install", "--no-deps", "--no-compile", *requirements]),
            ("Installing the fanfold command", [*PIP, "install", "--no-deps", "--no-build-isolation", "-e", "."]),
        ):
            if not run(words, arguments):
                return 1
        stamp.write_text(str(ROOT), encoding="utf-8")
    return 0


def find_problem() -> str | None:
    """Say what this Python lacks and how to mend it, or None."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if sys.version_info < OLDEST:
        return f"Fanfold needs Python 3.11 or newer; {sys.executable} is {version}. Name another: make PYTHON=/path/to/python3.12"
    if importlib.util.find_spec("ensurepip") is None and not works():
        return (
            f"Python {version} is here without its venv module. On Debian or Ubuntu:"
            f" sudo apt-get install python{version}-venv — then run make again."
        )
    return None


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file's lock, so that two makes in one checkout prepare one after the other."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def is_fresh(stamp: Path) -> bool:
    """True when another make has prepared all this while we waited for the lock."""
    if not (works() and stamp.exists() and stamp.read_text(encoding="utf-8") == str(ROOT)):
        return False
    made = stamp.stat().st_mtime_ns
    return all((ROOT / name).stat().st_mtime_ns <= made for name in SOURCES)


def works() -> bool:
    """True when the environment's own Python starts, is new enough and has pip."""
    if not PYTHON.exists():
        return False
    check = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    return subprocess.run([PYTHON, "-c", check], capture_output=True, check=False).returncode == 0


def make_environment() -> None:
    """Create `.venv` anew; whatever half-made one lies there is replaced."""
    say(f"Making .venv with Python {sys.version.split()[0]}")
    venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(HOME)


def run(words: str, arguments: list[str]) -> bool:
    """Run the environment's Python silently, showing seconds on a terminal; its output is shown only if it fails."""
    live = sys.stderr.isatty()
    if not live:
        say(f"{words} …")
    began = time.monotonic()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([PYTHON, *arguments], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(timeout=0.5)
                break
            if live:
                sys.stderr.write(f"\r{words} … {time.monotonic() - began:.0f} s")
                sys.stderr.flush()
        if live:
            sys.stderr.write(f"\r{words}: {time.monotonic() - began:.0f} s\033[K\n")
        if code != 0:
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace"))
            say(f"{words} failed; what pip said is above. With no network it needs a filled package cache.")
        return code == 0


def say(sentence: str) -> None:
    """Write one line for the person at the terminal."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
