"""A function's first answer in a new process, beside an empty function that imports the same packages."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from benchmarks.clients import BenchmarkFailed
from benchmarks.figures import at_most
from benchmarks.sessions import Session
from infra.local.functions import FOLDER

SECONDS = 1.2
TIMES_EMPTY = 1.2
ROOT = Path(__file__).parents[2]
EMPTY = """import importlib

import functions_framework.aio
from starlette.responses import Response

for name in {modules!r}:
    importlib.import_module(name)


@functions_framework.aio.http
async def function(request):
    return Response(status_code=200)
"""


def measure(session: Session) -> None:
    """Each function by turns with its empty twin, on a state folder that exists already."""
    names = sorted(manifest.parent.name for manifest in FOLDER.glob("*/function.yaml"))
    session.folder.mkdir(parents=True, exist_ok=True)
    home = session.folder / "home"
    settings = {
        "FANFOLD_HOME": str(home),
        "FANFOLD_FUNCTIONS_URL": "http://127.0.0.1:1",
        "FANFOLD_LOG_LEVEL": "ERROR",
        # Where the first start, which is not counted, keeps what it compiled, for us and for the empty function alike.
        "PYTHONPYCACHEPREFIX": str(session.folder / "bytecode"),
    }
    with session.teller.part("cold starts", len(names) * session.sizes.starts) as part:
        for name in names:
            _, modules = _start(settings, "function", name)
            twin = session.folder / f"{name}.py"
            twin.write_text(EMPTY.format(modules=modules), encoding="utf-8")
            _start(settings, "file", str(twin))
            real: list[float] = []
            empty: list[float] = []
            for _ in range(session.sizes.starts):
                real.append(_start(settings, "function", name)[0])
                empty.append(_start(settings, "file", str(twin))[0])
                part.step()
            _report(session, name, real, empty, len(modules))


def _start(settings: Mapping[str, str], kind: str, what: str) -> tuple[float, list[str]]:
    """Seconds from the process's start to its first answer, and the third-party modules that it imported."""
    begun = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.start", kind, what],
        cwd=ROOT,
        env={**_environment(), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        status = process.stdout.readline().strip()
        seconds = time.perf_counter() - begun
        told, wrong = process.stdout.read(), process.stderr.read()
    if status != "200":
        raise BenchmarkFailed(f"The first answer of {Path(what).name} was {status or 'none'}: {wrong.strip()[-500:]}")
    return seconds, json.loads(told)


def _environment() -> dict[str, str]:
    """This process's variables, except settings of Fanfold and of Python that a person may have made for other things."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BFL_", "FANFOLD_", "GEMINI_", "OPENAI_", "PYTHON"))
    }


def _report(session: Session, name: str, real: list[float], empty: list[float], modules: int) -> None:
    seconds, least = median(real), median(empty)
    values = {"seconds": real, "empty_seconds": empty}
    session.report.add(
        at_most(
            f"cold start of {name}: process to first answer",
            seconds,
            SECONDS,
            shown=f"{seconds:.2f} s",
            label=f"cold start of {name}",
            ideal=f"{least:.2f} s",
            aim="≤ 1.2 s",
            note=f"median of {len(real)}; the ideal is an empty function that imports the same {modules} third-party modules",
            values=values,
        ),
        at_most(
            f"  {name}, over the empty function",
            seconds / least,
            TIMES_EMPTY,
            shown=f"{seconds / least:.2f} ×",
            label="  over an empty function",
            ideal="1 ×",
            aim="≤ 1.2 ×",
        ),
    )
