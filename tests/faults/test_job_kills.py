"""The whole platform killed while its jobs run on the side of a provider that goes on."""

from collections import Counter
from pathlib import Path

import pytest

from client.api import Client
from client.models import BatchCreate
from infra.local.children import Child
from shared.adapters.system import SystemClock
from tests.providers.flux_server import FluxServer

ROWS = 10
AT_ONCE = 4
NEVER = 10**9
clock = SystemClock()
pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]


def batch() -> BatchCreate:
    rows = [{"prompt": f"Boat {n}", "size": "512", "aspect_ratio": "1:1", "seed": n} for n in range(ROWS)]
    return BatchCreate.model_validate({"name": "Killed", "rows": rows, "defaults": {"model": "flux-2-klein-4b"}})


def wait_until_all_that_may_run_are_looked_at(server: FluxServer) -> None:
    # A job that was looked at is stored, and no further one is submitted while these run.
    while len(server.looks) < AT_ONCE:
        clock.sleep(0.05)


def test_jobs_that_run_while_the_platform_is_killed_are_fetched_and_none_is_bought_again(tmp_path: Path) -> None:
    home = tmp_path / "state"
    with FluxServer(looks_needed=NEVER) as server:
        settings = {
            "FANFOLD_RECONCILE_SECONDS": "1",
            "BFL_API_KEY": "bfl-for-a-server-of-this-test",
            "FANFOLD_FLUX_BASE_URL": server.url,
        }
        first = Child(home, settings=settings)
        with Client(first.url, first.api_key) as client:
            name = client.submit(batch()).id
            wait_until_all_that_may_run_are_looked_at(server)
            assert client.batch(name).progress.succeeded == 0
            first.kill()
        bought = [each.job for each in server.submits]
        assert len(bought) == AT_ONCE
        server.looks_needed = 1
        with Child(home, settings=settings) as second, Client(second.url, second.api_key) as client:
            while client.batch(name).status != "completed":
                clock.sleep(0.05)
            items = list(client.items(name))
            spent = client.batch(name).cost.spent_micros
    assert Counter(item.status for item in items) == {"succeeded": ROWS}
    assert [item.seed for item in items] == list(range(ROWS))
    assert {len(item.attempts) for item in items} == {1}
    assert len(server.submits) == ROWS
    assert {each.job for each in server.requests if each.kind == "picture"} == {each.job for each in server.submits}
    assert spent == ROWS * 14_000
