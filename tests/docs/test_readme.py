"""What the README names is there: every command, every route, and an example that runs as it stands."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from typer.main import get_group

from client.main import app
from infra.openapi_page import render
from tests.client.wire import KEY, Wire

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def wire() -> Iterator[Wire]:
    server = Wire()
    server.start()
    yield server
    server.stop()


def test_every_command_is_named() -> None:
    listed = README.partition("`fanfold --help` lists the rest:")[2].partition(". Results")[0]
    assert set(re.findall(r"`(\w+)`", listed)) == set(get_group(app).commands) - {"run"}


def test_every_route_that_is_named_is_there() -> None:
    paths = orjson.loads(render())["paths"]
    routes = {(method.upper(), _bare(path)) for path, methods in paths.items() for method in methods}
    named = {
        (method, _bare(path)) for method, path in re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/v1/[^`\s]*)`", README)
    }
    assert len(named) > 30
    assert named <= routes


def test_the_example_in_python_runs_as_it_stands(wire: Wire) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", example.replace("http://localhost:8080", wire.url)],
        cwd=ROOT,
        env=os.environ | {"FANFOLD_API_KEY": KEY},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "A walker on a beach at sunrise /signed/" in done.stdout


def _bare(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)
