"""The whole platform killed in the middle of a batch, and started again."""

from collections import Counter
from pathlib import Path

from client.api import Client
from client.models import BatchCreate
from infra.local.children import Child
from shared.adapters.system import SystemClock

ROWS = 60
SETTINGS = {"FANFOLD_RECONCILE_SECONDS": "1"}
clock = SystemClock()


def batch_of(rows: int) -> BatchCreate:
    """Small previews, each of its own prompt."""
    return BatchCreate.model_validate(
        {"name": "Killed", "rows": [{"prompt": f"Boat {n}", "size": "512", "aspect_ratio": "1:1"} for n in range(rows)]}
    )


def wait_until_done(client: Client, batch: str, count: int) -> None:
    """Return when so many images are finished."""
    while client.batch(batch).progress.succeeded < count:
        clock.sleep(0.05)


def test_a_batch_goes_on_by_itself_after_kill_9_and_buys_again_only_what_was_in_flight(tmp_path: Path) -> None:
    home = tmp_path / "state"
    first = Child(home, settings=SETTINGS)
    with Client(first.url, first.api_key) as client:
        batch = client.submit(batch_of(ROWS)).id
        wait_until_done(client, batch, ROWS // 2)
        first.kill()
    with Child(home, settings=SETTINGS) as second, Client(second.url, second.api_key) as client:
        wait_until_done(client, batch, ROWS)
        items = list(client.items(batch))
        finished = client.batch(batch)
        usage = client.usage()
    assert finished.status == "completed"
    assert Counter(item.status for item in items) == {"succeeded": ROWS}
    assert len({item.asset.id for item in items if item.asset}) == ROWS
    made_again = [item for item in items if len(item.attempts) > 1]
    assert all(len(item.attempts) == 2 for item in made_again)
    # 20 is what may be outstanding: 1.5 times the model's concurrency and a tick's worth.
    assert len(made_again) <= 20
    assert sum((row.model_extra or {})["images"] for row in usage) == ROWS


def test_an_orderly_stop_lets_running_images_finish_and_loses_nothing(tmp_path: Path) -> None:
    home = tmp_path / "state"
    first = Child(home, settings=SETTINGS)
    with Client(first.url, first.api_key) as client:
        batch = client.submit(batch_of(ROWS // 2)).id
        wait_until_done(client, batch, 5)
        assert first.stop() == 0
    with Child(home, settings=SETTINGS) as second, Client(second.url, second.api_key) as client:
        wait_until_done(client, batch, ROWS // 2)
        items = list(client.items(batch))
    assert Counter(item.status for item in items) == {"succeeded": ROWS // 2}
