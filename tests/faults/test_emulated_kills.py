"""The whole platform killed several times in the middle of a batch, while Firestore lives on as it does elsewhere."""

import time
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from benchmarks.clients import Platform, moment, platform
from benchmarks.platform.providers import CONCURRENCY, QUICK
from tests.emulators import lasting

IMAGES = 1_000
KILLED_AT = (0.2, 0.45, 0.7)
PRICE_MICROS = 1_000
pytestmark = [pytest.mark.faults, pytest.mark.timeout(400)]


def wait_until_made(running: Platform, tag: str, count: float) -> None:
    while running.journal.count(tag, "made") < count:
        time.sleep(0.05)


def test_nothing_is_lost_and_only_what_was_in_flight_is_bought_again(tmp_path: Path) -> None:
    settings, kills, batch = lasting(), [], ""
    tag = "killed"
    for share in KILLED_AT:
        with platform(tmp_path, double=0.01, settings=settings) as running:
            batch = batch or running.submit(tag, rows=IMAGES, model=QUICK).id
            wait_until_made(running, tag, IMAGES * share)
            running.child.kill()
            kills.append(time.time())
    with platform(tmp_path, double=0.01, settings=settings) as running:
        ended = running.wait(batch, seconds=300)
        items = list(running.items(batch))
        [usage] = running.usage()
        doubled = running.figures().doubled
        bought = _bought(running, tag)
    assert doubled > 0
    assert (ended["status"], ended["progress"]["succeeded"]) == ("completed", IMAGES)
    assert Counter(item["status"] for item in items) == {"succeeded": IMAGES}
    assert len({item["asset"]["id"] for item in items}) == IMAGES
    _check_purchases(items, bought, kills)
    assert ended["cost"]["spent_micros"] == sum(item["cost_micros"] for item in items) == usage["cost_micros"]
    assert ended["cost"]["reserved_micros"] == 0
    again = sum(len(times) - 1 for times in bought.values())
    assert again <= len(kills) * CONCURRENCY
    # What was bought without our knowing is accounted at its estimate, which is its price here: never less than was bought.
    assert IMAGES * PRICE_MICROS + again * PRICE_MICROS <= usage["cost_micros"]


def _bought(running: Platform, tag: str) -> dict[str, list[float]]:
    bought: dict[str, list[float]] = defaultdict(list)
    for entry in running.journal.entries(tag):
        if entry.happening == "made":
            bought[entry.key].append(entry.at)
    return bought


def _check_purchases(items: list[dict[str, Any]], bought: dict[str, list[float]], kills: list[float]) -> None:
    """Each image was bought; again only after a kill, and never after it was recorded."""
    assert len(bought) == IMAGES
    recorded = {f"{item['prompt']}#{item['variant']}": moment(item["finished_at"]) for item in items}
    for key, times in bought.items():
        for earlier, later in pairwise(times):
            assert any(earlier < kill < later for kill in kills), f"{key} was bought twice in one life"
        assert times[-1] <= recorded[key], f"{key} was bought again after it was recorded"
