"""When functions with a schedule are called on this machine, and with which token."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
import yaml
from starlette.requests import Request
from starlette.responses import Response

from infra.local.functions import FOLDER
from infra.local.schedules import Schedule, cron, every
from shared.adapters.system import SystemClock
from tests.servers import Server, serve

NOON = datetime(2026, 3, 28, 12, 0, 30, tzinfo=UTC)


class Target:
    """A function that notes its callers and fails as often as it is told to."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.failures = 0
        self.called_twice = Event()

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        request = Request(scope, receive)  # type: ignore[arg-type]
        self.tokens.append(request.headers["authorization"])
        if len(self.tokens) > 1:
            self.called_twice.set()
        await Response(status_code=500 if len(self.tokens) <= self.failures else 200)(scope, receive, send)  # type: ignore[arg-type]


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


@pytest.mark.parametrize(
    ("fields", "zone", "expected"),
    [
        ("* * * * *", "Etc/UTC", datetime(2026, 3, 28, 12, 1, tzinfo=UTC)),
        ("30 3 * * *", "Etc/UTC", datetime(2026, 3, 29, 3, 30, tzinfo=UTC)),
        # The night in which Berlin's clocks go forward: half past three is half past one.
        ("30 3 * * *", "Europe/Berlin", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("0 6 1 * *", "America/New_York", datetime(2026, 4, 1, 10, 0, tzinfo=UTC)),
    ],
)
def test_cron_is_read_on_the_clocks_of_its_zone(fields: str, zone: str, expected: datetime) -> None:
    assert cron(fields, zone)(NOON) == expected


def test_what_is_no_cron_is_refused() -> None:
    with pytest.raises(ValueError, match="Bad minute"):
        cron("61 * * * *", "Etc/UTC")


def test_every_schedule_of_a_function_is_one() -> None:
    said = {path.parent.name: yaml.safe_load(path.read_text())["trigger"] for path in FOLDER.glob("*/function.yaml")}
    scheduled = {name: trigger for name, trigger in said.items() if trigger["type"] == "schedule"}
    assert "reconcile" in scheduled
    for trigger in scheduled.values():
        assert cron(trigger["cron"], trigger.get("time_zone", "Etc/UTC"))(NOON) > NOON


def test_a_function_is_called_at_once_and_again_even_when_it_failed(server: Server) -> None:
    target = Target()
    target.failures = 1
    server.mount("/sweep", target)
    url = f"{server.url}/sweep/"
    schedule = Schedule(url, due=every(0.01), token=lambda audience: f"for {audience}", clock=SystemClock())
    schedule.start()
    assert target.called_twice.wait(30)
    schedule.stop()
    called = len(target.tokens)
    assert set(target.tokens) == {f"Bearer for {url}"}
    SystemClock().sleep(0.05)
    assert len(target.tokens) == called


def test_what_comes_seldom_is_not_called_at_the_start(server: Server) -> None:
    target = Target()
    server.mount("/report", target)
    asked = Event()

    def due(now: datetime) -> datetime:
        if asked.is_set():
            second.set()
        asked.set()
        return now + timedelta(days=1)

    second = Event()
    schedule = Schedule(f"{server.url}/report/", due=due, token=str, clock=SystemClock())
    schedule.start()
    assert second.wait(30)
    schedule.stop()
    assert target.tokens == []
