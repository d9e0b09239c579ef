"""A scripted server, a clock that stands, and the command against both."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from client import Client
from client.main import app
from client.sessions import Session
from tests.client.wire import KEY, Wire
from tests.clocks import ManualClock

Invoke = Callable[..., Result]


@pytest.fixture
def wire() -> Iterator[Wire]:
    """The server, running."""
    server = Wire()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def clock() -> ManualClock:
    """Time as the client sees it."""
    return ManualClock()


@pytest.fixture
def client(wire: Wire, clock: ManualClock) -> Iterator[Client]:
    """A client of the server."""
    with Client(wire.url, KEY, clock=clock) as made:
        yield made


@pytest.fixture
def fanfold(wire: Wire, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """`fanfold …` in an empty folder, against the server; an exception that escapes fails the test."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str, stdin: bytes = b"", **environment: str | None) -> Result:
        settings = {"FANFOLD_URL": wire.url, "FANFOLD_API_KEY": KEY} | environment
        result = CliRunner().invoke(app, arguments, input=stdin, env=settings, obj=Session(clock=clock))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke
