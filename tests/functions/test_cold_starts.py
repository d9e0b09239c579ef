"""What the benchmark of cold starts asks of a function is answered by each of them, as a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.functions import FOLDER
from tests.architecture.rules import ROOT

FUNCTIONS = sorted(manifest.parent.name for manifest in FOLDER.glob("*/function.yaml"))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_first_answer_is_a_good_one(name: str, tmp_path: Path) -> None:
    settings = {"FANFOLD_HOME": str(tmp_path / "home"), "FANFOLD_FUNCTIONS_URL": "http://127.0.0.1:1"}
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("BFL_", "FANFOLD_", "GEMINI_", "OPENAI_"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.start", "function", name],
        cwd=ROOT,
        env={**kept, **settings, "FANFOLD_LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    status, modules = done.stdout.splitlines()
    assert status == "200", done.stderr
    assert "starlette" in json.loads(modules)
